"""What it means that the compiler and the oracle agree on a case, and how many cases are drawn."""

from __future__ import annotations

import os
from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, settings

from leads.scoring.compiler import (
    compiled,
    criterion_columns,
    hits,
    qualified_ids,
    score_rows,
)
from leads.scoring.lines import judge
from leads.scoring.scope import Scope
from tests.leads.scoring.oracle import Oracle, Person
from tests.leads.scoring.worlds import Case

# `make properties` asks for 20,000.
CASES = int(os.environ.get("ACCORD_CASES") or (500 if os.environ.get("CI") else 60))
# Processes can share a long run: each part of it is a test.
CASES_PER_SHARE = 2_500
SHARES = range(-(-CASES // CASES_PER_SHARE))

many = settings(
    max_examples=min(CASES, CASES_PER_SHARE),
    deadline=None,
    # No shrinking: what fails names the clause and the lead, and bytes cannot be simplified step by step.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
# For properties whose cases take several times as long.
fewer = settings(many, max_examples=max(20, min(CASES, CASES_PER_SHARE) // 10))


def assert_agreement(case: Case, ids: list[int]) -> None:
    """Points, lines, halves, grade and qualification of the leads asked for, by every door there is."""
    oracle = Oracle(case.document, case.world, case.as_of)
    people = dict(zip(ids, case.world, strict=True))
    scope, wanted = scope_of(case.asked, ids)
    verdicts = {lead_id: oracle.judge(people[lead_id]) for lead_id in wanted}

    rows = score_rows(case.document, scope, case.as_of)
    assert [row.lead_id for row in rows] == wanted
    ready = compiled(case.document)
    columns = criterion_columns(ready, scope, case.as_of)
    for row in rows:
        verdict, judgement = verdicts[row.lead_id], judge(ready.document, columns[row.lead_id])
        totals = (verdict.points, verdict.fit, verdict.behaviour, verdict.grade, verdict.qualification)
        _assert_lines(case, people[row.lead_id], verdict.lines, columns[row.lead_id])
        assert row == (row.lead_id, *totals, verdict.qualification in (2, 6))
        assert (
            judgement.points, judgement.fit, judgement.behaviour, judgement.grade, judgement.qualification
        ) == totals  # fmt: skip
        assert sum(line.points for line in judgement.lines) == verdict.points

    qualified = [row.lead_id for row in rows if row.is_qualified]
    if case.asked == "some":
        assert qualified_ids(case.document, scope, case.as_of) == qualified
    if case.asked == "span":
        clause = case.document["criteria"][0]
        if not case.document["personas"]:
            met = {lead_id for lead_id, verdict in verdicts.items() if verdict.lines[0][0]}
            assert hits(clause["rule"], scope, case.as_of) == met


def _assert_lines(
    case: Case, person: Person, expected: list[tuple[bool, int]], found: Sequence[tuple[bool, int]]
) -> None:
    for clause, ours, theirs in zip(case.document["criteria"], expected, found, strict=True):
        assert ours == theirs, f"{clause}\n{case.document['personas']}\n{person}\nas of {case.as_of}"


def scope_of(asked: str, ids: list[int]) -> tuple[Scope, list[int]]:
    """The leads asked for, and their ids."""
    if asked == "all":
        return Scope.all(), ids
    if asked == "some":
        return Scope.ids(ids[::2]), ids[::2]
    half = ids[: len(ids) // 2 + 1]
    return (Scope.span(half[0], half[-1]) if half else Scope.span(1, 10)), half
