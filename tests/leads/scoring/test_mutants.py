"""A compiler that is wrong in one place is caught by the property that holds it to the oracle."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings

from leads.scoring.compiler import compiled
from tests.leads.scoring.agreement import assert_agreement, many, scope_of
from tests.leads.scoring.mutants import OF_THE_LINES, OF_THE_STATEMENT, Mutant
from tests.leads.scoring.worlds import Case, cases
from tests.leads.scoring.writing import laid_down, make_attributes

pytestmark = pytest.mark.django_db

# As many as CI draws, the same each time.
CASES = 500


@pytest.mark.twin
def test_every_mutant_of_the_compiler_is_caught() -> None:
    make_attributes()
    at_large = [*OF_THE_STATEMENT, *OF_THE_LINES]

    @settings(many, max_examples=CASES, derandomize=True, database=None, phases=[Phase.generate])
    @given(cases())
    def hunt(case: Case) -> None:
        if not at_large:
            return
        with laid_down(case.world) as ids:
            assert_agreement(case, ids)
            for mutant in _showing(at_large, case, ids):
                with mutant.at_work():
                    if not _agree(case, ids):
                        at_large.remove(mutant)

    hunt()
    assert at_large == []


def _showing(mutants: list[Mutant], case: Case, ids: list[int]) -> list[Mutant]:
    """Those that change what the database is asked; the others cannot be caught by this case."""
    ready, scope = compiled(case.document), scope_of(case.asked, ids)[0]
    asked, found = ready.scores(scope, case.as_of), []
    for mutant in mutants:
        with mutant.at_work():
            if mutant in OF_THE_LINES or ready.scores(scope, case.as_of) != asked:
                found.append(mutant)
    return found


def _agree(case: Case, ids: list[int]) -> bool:
    try:
        assert_agreement(case, ids)
    except AssertionError:
        return False
    return True
