"""The evidence of each clause, recounted from raw rows by the oracle; and what it must not know."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from definitions.models import Attribute
from leads.evidence.clauses import CHALLENGES, GROUPS, ClauseEvidence, evidence_of
from leads.evidence.cycle import sales_cycle
from leads.evidence.intervals import Contrast
from leads.models import FieldChange, Lead, LeadValue
from tests.builders import NOW, a_criterion, a_document, a_lead, a_version, an_activity
from tests.leads.evidence.stories import (
    a_history,
    a_version_in_force,
    clauses,
    hand_over,
    hand_over_at_random,
    outcome,
)
from tests.leads.scoring.oracle import Json, Oracle
from tests.leads.scoring.plain_worlds import write

pytestmark = pytest.mark.django_db
SETTLED = ("sales_qualified", "disqualified", "returned")


@pytest.fixture
def told(db: None) -> tuple[list[ClauseEvidence], list[dict[str, Any]], int]:
    """The product's evidence, and per handoff what the oracle and plain counting say of it."""
    world = a_history(seed=5)
    ids = write(world)
    document = clauses()
    handoffs = hand_over_at_random(ids, a_version(document), seed=6)
    chance = random.Random(7)
    wins = {}
    for lead_id in ids:
        if chance.random() < 0.4:
            wins[lead_id] = NOW - timedelta(days=chance.randrange(100))
            outcome(lead_id, "won", wins[lead_id])
    raw = []
    for handoff in handoffs:
        known = [person for person in world if person.captured_at < handoff.offered_at]
        person = world[ids.index(handoff.lead_id)]
        won_at = wins.get(handoff.lead_id)
        raw.append(
            {
                "handoff": handoff,
                "met": [met for met, _p in Oracle(document, known, handoff.offered_at).judge(person).lines],
                "is_won": won_at is not None and handoff.offered_at <= won_at < NOW,
            }
        )
    return evidence_of(document, NOW), raw, sales_cycle(NOW).days


def _count(rows: list[dict[str, Any]], number: int, ended: Any) -> Contrast:
    counts = Counter((row["met"][number], bool(ended(row))) for row in rows)
    return Contrast(
        counts[True, True] + counts[True, False],
        counts[True, True],
        counts[False, True] + counts[False, False],
        counts[False, True],
    )


def test_every_number_equals_the_recount(told: Any) -> None:
    found, raw, days = told
    assert len(raw) > 40
    settled = [row for row in raw if row["handoff"].status in SETTLED]
    old = [row for row in raw if row["handoff"].offered_at <= NOW - timedelta(days=days)]
    for number, one in enumerate(found):
        assert one.met == {row["handoff"].pk for row in raw if row["met"][number]}, one.key
        assert one.sales_qualified == _count(
            settled, number, lambda row: row["handoff"].status == "sales_qualified"
        )
        assert one.returned == _count(settled, number, lambda row: row["handoff"].status == "returned")
        assert one.won == _count(old, number, lambda row: row["is_won"])
        challenges = [row for row in raw if row["met"][number] and row["handoff"].challenged_key == one.key]
        assert one.challenges == len(challenges)
    assert {bool(one.met) for one in found} == {True}
    assert any(one.challenges for one in found)


def test_quarters_add_up_to_the_whole(told: Any) -> None:
    for one in told[0]:
        parts = [one.contrast("sales-qualified", quarter) for quarter in one.quarters]
        assert len(parts) >= 2
        sums = [
            sum(values)
            for values in zip(*((p.matched, p.matched_ended, p.total) for p in parts), strict=True)
        ]
        assert sums == [
            one.sales_qualified.matched,
            one.sales_qualified.matched_ended,
            one.sales_qualified.total,
        ]


def test_the_rows_behind_a_number_are_as_many_as_it_says(told: Any) -> None:
    one = told[0][1]
    contrast = one.returned
    names = ("returned-met-all", "returned-met", "returned-unmet-all", "returned-unmet")
    assert [len(one.behind(name)) for name in names] == [
        contrast.matched,
        contrast.matched_ended,
        contrast.others,
        contrast.others_ended,
    ]
    assert len(one.behind(CHALLENGES)) == one.challenges
    assert len(GROUPS) == 12


def _one(document: Json) -> ClauseEvidence:
    return evidence_of(document, NOW)[0]


def _handed_over(won: bool = True, **fields: Any) -> Lead:
    lead = a_lead(captured_at=NOW - timedelta(days=300), **fields)
    hand_over(
        lead.pk, a_version_in_force(), NOW - timedelta(days=200), "sales_qualified" if won else "returned"
    )
    if won:
        outcome(lead.pk, "won", NOW - timedelta(days=150))
    return lead


def test_an_activity_after_the_offer_is_no_evidence() -> None:
    """The trap: who bought asked for the contract afterwards. It must look like nothing at all."""
    for number in range(20):
        lead = _handed_over(won=number < 10)
        if number < 10:
            an_activity(lead, "contact_requested", at=NOW - timedelta(days=149))
    rule = {"activity": "contact_requested", "at_least": 1}
    assert _one(a_document(a_criterion("c-contract", rule))).met == frozenset()


def test_a_field_filled_after_the_win_is_no_evidence() -> None:
    """The trap: the number of a contract is known of every customer, and of nobody before."""
    attribute = Attribute.objects.create(key="contract", label="Contract", value_type="text")
    for number in range(20):
        lead = _handed_over(won=number < 10)
        if number < 10:
            LeadValue.objects.create(lead=lead, attribute=attribute, text="C-1", text_key="c-1")
            FieldChange.objects.create(
                lead=lead, field="contract", before="", after="C-1", changed_at=NOW - timedelta(days=149)
            )
    document = a_document(a_criterion("c-contract", {"attribute": "custom.contract", "is": "known"}))
    assert _one(document).met == frozenset()
    # The broken twin: without its history the field would explain every win.
    FieldChange.objects.all().delete()
    found = _one(document)
    assert (found.won.matched, found.won.matched_ended, found.won.others_ended) == (10, 10, 0)


def test_a_handoff_younger_than_the_sales_cycle_is_too_young_to_count_as_not_won() -> None:
    for days in range(10):
        _handed_over(won=days < 5)
    young = a_lead(captured_at=NOW - timedelta(days=300))
    hand_over(young.pk, a_version_in_force(), NOW - timedelta(days=10), "accepted")
    found = _one(a_document(a_criterion("c-all", {"attribute": "lead.has_free_email", "is": "known"})))
    assert (found.cycle.days, found.cycle.wins, found.cycle.since) == (51, 5, "handoff")
    assert (found.won.matched, found.won.matched_ended) == (10, 5)


def test_without_wins_the_cycle_is_assumed() -> None:
    assert (sales_cycle(NOW).days, sales_cycle(NOW).since) == (90, "default")


def test_a_withdrawn_offer_says_nothing_of_its_lead() -> None:
    hand_over(
        a_lead(captured_at=NOW - timedelta(days=30)).pk,
        a_version_in_force(),
        NOW - timedelta(days=9),
        "withdrawn",
    )
    assert _one(clauses()).judged == ()


def test_the_statements_do_not_grow_with_the_handoffs() -> None:
    document = a_document()
    counts = []
    for _ in range(2):
        for _number in range(5):
            hand_over(
                a_lead(captured_at=NOW - timedelta(days=60)).pk,
                a_version_in_force(),
                NOW - timedelta(days=9),
                "returned",
            )
        with CaptureQueriesContext(
            connection,
        ) as queries:
            evidence_of(document, NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1]
