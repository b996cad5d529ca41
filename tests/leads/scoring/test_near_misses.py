"""Who nearly qualifies, and which clause each of them lacks."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from definitions.models import Version
from leads.care.pulling import lead_pull
from leads.handoffs.overriding import override_make
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import Lead
from leads.scoring import near_misses as module
from leads.scoring.near_misses import near_misses
from tests.builders import NOW, a_criterion, a_document, a_lead, an_active_version, maya, sam
from tests.leads.handoffs.stories import rescore


def has(field: str, value: str) -> dict[str, Any]:
    return {"attribute": f"lead.{field}", "is": "one_of", "values": [value]}


def gives(points: int) -> dict[str, Any]:
    return {"kind": "points", "points": points, "count": "once"}


def clause(key: str, field: str, value: str, effect: dict[str, Any]) -> dict[str, Any]:
    return a_criterion(key, has(field, value), effect)


def found(version: Version) -> dict[str, tuple[int, tuple[str, ...]]]:
    """By first name: how many points short, and the clauses of which one would do."""
    rescore(version)
    handoffs_reconcile()
    rows = near_misses(version, NOW).rows
    names = dict(Lead.objects.values_list("pk", "first_name"))
    return {names[row.lead_id]: (row.short, row.missing) for row in rows}


@pytest.fixture
def version(db: None) -> Version:
    """Norway 60, a chief 45, the web 15, business 30; in English, no student; threshold 100."""
    return an_active_version(
        a_document(
            clause("norway", "country", "Norway", gives(60)),
            clause("chief", "seniority", "chief", gives(45)),
            clause("web", "channel", "web", gives(15)),
            clause("business", "department", "business", gives(30)),
            clause("english", "language", "english", {"kind": "required"}),
            clause("student", "role", "student", {"kind": "disqualifies"}),
            clause("asked", "campaign", "asked", {"kind": "alone"}),
        )
    )


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


NORTH, CHIEF, WEB = {"country": "Norway"}, {"seniority": "Chief"}, {"channel": "web"}
BUSINESS, ENGLISH = {"department": "Business"}, {"language": "English"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({**NORTH, **ENGLISH}, (40, ("chief",))),
        ({**CHIEF, **ENGLISH}, (55, ("norway",))),
        ({**NORTH, **BUSINESS, **ENGLISH}, (10, ("chief", "web"))),
        ({**NORTH, **CHIEF}, (0, ("english",))),
        ({**CHIEF, **WEB, **BUSINESS, **ENGLISH}, (10, ("norway",))),
        ({**WEB, **ENGLISH}, None),
        ({**NORTH, **BUSINESS}, None),
        ({**NORTH, **CHIEF, "role": "student", **ENGLISH}, None),
        ({**NORTH, **CHIEF, **ENGLISH}, None),
    ],
    ids=[
        "one clause gives enough",
        "the largest only",
        "either of two",
        "a required one",
        "the one that is left",
        "two would be needed",
        "points and a required one",
        "ruled out",
        "qualified",
    ],
)
def test_one_clause_short(
    version: Version, facts: dict[str, str], expected: tuple[int, tuple[str, ...]] | None
) -> None:
    a_lead(first_name="Ana", **facts)
    assert found(version).get("Ana") == expected


def test_within_ten_points_without_a_clause_that_would_do(db: None) -> None:
    """Five clauses of five points: whoever has three is ten short, and none of the others gives ten."""
    fields = ("country", "seniority", "channel", "department", "language")
    clauses = [clause(f"c-{name}", name, "yes", gives(5)) for name in fields]
    version = an_active_version(a_document(*clauses, threshold=25))
    a_lead(first_name="Ana", **dict.fromkeys(fields[:3], "yes"))
    a_lead(first_name="Ben", **dict.fromkeys(fields[:2], "yes"))
    assert found(version) == {"Ana": (10, ())}


def test_a_cap_can_keep_a_clause_from_helping(db: None) -> None:
    clauses = [clause(key, field, "yes", gives(60)) for key, field in (("a", "country"), ("b", "channel"))]
    version = an_active_version(a_document(*clauses, caps={"fit": 90, "behaviour": None}))
    a_lead(first_name="Ana", country="yes")
    assert found(version) == {}


def test_leads_that_somebody_has_or_decided_on_are_left_out(version: Version) -> None:
    ana, ben, _cleo = (a_lead(first_name=name, **NORTH, **ENGLISH) for name in ("Ana", "Ben", "Cleo"))
    assert set(found(version)) == {"Ana", "Ben", "Cleo"}
    lead_pull(lead=ana, reason="Met at the fair.", actor=sam())
    override_make(lead=ben, kind="hold", reason="Not now.", ends_on=NOW.date(), actor=maya())
    assert set(found(version)) == {"Cleo"}


def test_no_more_are_asked_than_a_page_waits_for(version: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ASKED", 2)
    for name in ("Ana", "Ben", "Cleo"):
        a_lead(first_name=name, **(NORTH if name != "Ana" else CHIEF), **ENGLISH)
    assert set(found(version)) == {"Ben", "Cleo"}, "those with the most points"
    seen = near_misses(version, NOW)
    assert (seen.near, seen.asked, seen.by_clause) == (3, 2, [("chief", "Clause chief", 2)])
