"""The compiler against the oracle: points, lines, grade and qualification, on whatever database runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from definitions.criteria.fingerprint import canonical, fingerprint
from leads.scoring.compiler import hits, score_rows
from leads.scoring.scope import Scope
from tests.builders import NOW, a_criterion, a_document
from tests.leads.scoring.agreement import SHARES, assert_agreement, many
from tests.leads.scoring.documents import documents
from tests.leads.scoring.oracle import Deed, Json, Oracle, Person
from tests.leads.scoring.worlds import Case, cases
from tests.leads.scoring.writing import laid_down, make_attributes, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def attributes(db: None) -> None:
    make_attributes()


@pytest.mark.parametrize("share", SHARES)
@given(case=cases())
@many
def test_the_statement_says_what_the_oracle_says(attributes: None, share: int, case: Case) -> None:
    with laid_down(case.world) as ids:
        assert_agreement(case, ids)


@given(document=documents(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_the_order_of_clauses_does_not_change_the_fingerprint(document: Json, data: st.DataObject) -> None:
    shuffled = {**document, "criteria": data.draw(st.permutations(document["criteria"])), "title": "Other"}

    assert fingerprint(shuffled) == fingerprint(document)
    assert canonical(shuffled) == canonical(document)
    assert fingerprint({**document, "threshold": document["threshold"] + 1}) != fingerprint(document)


# -- broken twins: the comparison can fail -----------------------------------------------------------------


class ClosedAtTheEnd(Oracle):
    def is_in_window(self, at: datetime, within_days: int | None) -> bool:
        return at == self.as_of or super().is_in_window(at, within_days)


class OpenAtTheStart(Oracle):
    def is_in_window(self, at: datetime, within_days: int | None) -> bool:
        is_edge = within_days is not None and at == self.as_of - timedelta(days=within_days)
        return super().is_in_window(at, within_days) and not is_edge


class SpanIncludesItsEnd(Oracle):
    def activity(self, rule: Json, person: Person) -> bool:
        if rule.get("within_any_hours") is None:
            return super().activity(rule, person)
        instants = sorted(deed.at for deed in self.deeds(rule, person))
        return any(
            last - first <= timedelta(hours=rule["within_any_hours"])
            for first, last in zip(instants, instants[rule["at_least"] - 1 :], strict=False)
        )


class FadesByTheHour(Oracle):
    def faded(self, points: int, at: datetime, fade_days: int | None) -> int:
        if fade_days is None:
            return points
        return int(points * max(0.0, 1 - (self.as_of - at) / timedelta(days=fade_days)))


class UnknownIsNoneOf(Oracle):
    def attribute(self, rule: Json, value: Any) -> bool:
        return super().attribute(rule, value) or (rule["is"] == "none_of" and value is None)


VIEWS = {"activity": "page_viewed", "within_days": 30, "at_least": 1}
FADING = {"kind": "points", "points": 10, "count": "once", "fade_days": 10}


@pytest.mark.parametrize(
    ("twin", "rule", "effect", "ages"),
    [
        (ClosedAtTheEnd, VIEWS, None, [timedelta(0)]),
        (OpenAtTheStart, VIEWS, None, [timedelta(days=30)]),
        (SpanIncludesItsEnd, {"activity": "page_viewed", "at_least": 2, "within_any_hours": 24}, None,
         [timedelta(hours=1), timedelta(hours=25)]),
        (FadesByTheHour, VIEWS, FADING, [timedelta(days=2, hours=12)]),
        (UnknownIsNoneOf, {"attribute": "lead.role", "is": "none_of", "values": ["cto"]}, None, []),
    ],
)  # fmt: skip
def test_an_oracle_that_is_off_by_one_edge_disagrees(
    attributes: None, twin: type[Oracle], rule: Json, effect: Json | None, ages: list[timedelta]
) -> None:
    world = [Person(None, NOW, {}, [Deed("page_viewed", NOW - age) for age in ages])]
    document = a_document(a_criterion("c-a", rule, effect))
    [lead_id] = write(world)

    [row] = score_rows(document, Scope.all(), NOW)

    assert row.points == Oracle(document, world, NOW).judge(world[0]).points
    assert row.points != twin(document, world, NOW).judge(world[0]).points
    assert (lead_id in hits(rule, Scope.all(), NOW)) is Oracle(document, world, NOW).meets(rule, world[0])
