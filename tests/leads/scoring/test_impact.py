"""The impact slip: who enters, who leaves, and the leads behind each number."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from definitions.documents import document_of
from definitions.models import Definition
from leads.evidence.back_tests import back_test_at_once
from leads.models import GoldenLead, Handoff, HandoffStatus, Lead, Outcome
from leads.scoring.impact import impact_slip
from leads.scoring.receipt import receipt
from tests.builders import (
    NOW,
    a_criterion,
    a_document,
    a_lead,
    a_source,
    a_version,
    an_account,
    an_active_version,
    an_activity,
    maya,
    sam,
    sofia,
)

pytestmark = pytest.mark.django_db


def document(industry: str, **fields: Any) -> dict[str, Any]:
    rule = {"attribute": "account.industry", "is": "one_of", "values": [industry]}
    return a_document(a_criterion("c-industry", rule), threshold=50, **fields)


def a_handoff(lead: Lead, status: str) -> Handoff:
    version = Definition.objects.get(stage="mql").active_version
    assert version is not None
    made = receipt(version, lead.pk, NOW)
    return Handoff.objects.create(
        lead=lead,
        version=version,
        points=50,
        grade=3,
        receipt=json.loads(json.dumps(made, default=str)),
        status=status,
        offered_at=NOW,
        due_at=NOW,
        owner=sam() if status == HandoffStatus.ACCEPTED else None,
        accepted_at=NOW if status == HandoffStatus.ACCEPTED else None,
    )


def test_the_slip_counts_against_the_version_in_force() -> None:
    software = [a_lead(account=an_account(industry="software")) for _ in range(3)]
    banks = [a_lead(account=an_account(industry="bank")) for _ in range(2)]
    a_lead()
    an_active_version(document("software"))
    a_handoff(software[0], HandoffStatus.ACCEPTED)
    a_handoff(software[1], HandoffStatus.OFFERED)

    slip = impact_slip(document("bank"), "mql", NOW)

    values = {key: entry["value"] for key, entry in slip.items() if isinstance(entry, dict)}
    assert values == {
        "qualified_now": 3,
        "qualified_draft": 2,
        "entering": 2,
        "leaving": 3,
        "leaving_worked": 1,
        "queue_growth": 1,
        "expected_weekly": 0,
        "past_wins": 0,
        "golden_broken": 0,
    }
    assert slip["population"] == 6
    assert slip["entering"]["lead_ids"] == [lead.pk for lead in banks]
    assert slip["leaving_worked"]["lead_ids"] == [software[0].pk]
    assert slip["queue_growth"]["of"] == "1 wait now"


def test_the_slip_is_plain_json_and_the_same_each_time() -> None:
    a_lead(account=an_account(industry="bank"))
    slip = impact_slip(document("bank"), "mql", NOW)

    assert json.loads(json.dumps(slip)) == slip
    assert slip == impact_slip(document("bank"), "mql", NOW)
    assert slip != impact_slip(document("software"), "mql", NOW)


def test_expected_leads_a_week_are_held_against_the_capacity_of_sales() -> None:
    for person, capacity in ((sam(), 10), (sofia(), 15)):
        person.weekly_capacity = capacity
        person.save()
    bank = an_account(industry="bank")
    for weeks in (0, 0, 0, 5, 11, 12):
        a_lead(account=bank, captured_at=NOW - timedelta(weeks=weeks, hours=1))

    number = impact_slip(document("bank"), "mql", NOW)["expected_weekly"]

    assert number["value"] == 0.4
    assert number["of"] == "of 25 a week that sales can work"
    assert "from 0 to 3 would qualify" in number["sentence"]


def asked_for_a_demo(weeks: int) -> Lead:
    """Captured long ago, it asked for one so many weeks ago."""
    lead = a_lead(captured_at=NOW - timedelta(days=300))
    an_activity(lead, "demo_requested", at=NOW - timedelta(weeks=weeks, hours=1))
    return lead


DEMO = a_criterion("c-demo", {"activity": "demo_requested", "within_days": 20, "at_least": 1})


def test_a_text_tested_on_the_past_is_expected_to_bring_what_it_brought() -> None:
    draft = a_version(a_document(DEMO, threshold=50), "draft")
    leads = [asked_for_a_demo(weeks) for weeks in range(13)]
    a_lead(captured_at=NOW - timedelta(days=300))
    with time_machine.travel(NOW, tick=False):
        back_test_at_once(version=draft, actor=maya())

    number = impact_slip(document_of(draft), "mql", NOW + timedelta(days=29))["expected_weekly"]

    assert (number["label"], number["is_of_new_leads"]) == ("Expected a week", False)
    assert (number["value"], number["low"], number["high"]) == (0.5, 0, 1)
    assert number["lead_ids"] == [lead.pk for lead in leads]
    assert "in 85\xa0% of weeks like the last 26, from 0 to 1 leads begin to qualify" in number["sentence"]
    # All of them came in the later half of the weeks.
    assert number["sentence"].endswith("expect the upper part of the range, or more.")


@pytest.mark.parametrize("case", ["another text", "another definition", "long ago", "later", "not done"])
def test_without_such_a_test_new_leads_alone_are_foretold(case: str) -> None:
    draft = a_version(a_document(DEMO, threshold=50), "draft")
    asked_for_a_demo(0)
    with time_machine.travel(NOW, tick=False):
        test = back_test_at_once(version=draft, actor=maya())
    document, stage, as_of = document_of(draft), "mql", NOW
    if case == "another text":
        document = {**document, "threshold": 49}
    elif case == "another definition":
        stage = "sql"
    elif case == "long ago":
        as_of = NOW + timedelta(days=30)
    elif case == "later":
        as_of = NOW - timedelta(seconds=1)
    else:
        type(test).objects.update(status="failed")

    number = impact_slip(document, stage, as_of)["expected_weekly"]

    assert (number["label"], number["is_of_new_leads"]) == ("New leads a week", True)
    assert (number["value"], number["lead_ids"]) == (0, [])


def test_a_past_win_is_judged_as_of_the_day_it_was_won() -> None:
    rule = {"activity": "demo_requested", "within_days": 10, "at_least": 1}
    draft = a_document(a_criterion("c-demo", rule), threshold=50)
    won, surprise = a_lead(), a_lead()
    an_activity(won, "demo_requested", at=NOW - timedelta(days=105))
    an_activity(surprise, "demo_requested", at=NOW - timedelta(days=99))
    for lead in (won, surprise):
        Outcome.objects.create(
            lead=lead, kind="won", at=NOW - timedelta(days=100), source=a_source(), external_id=str(lead.pk)
        )

    number = impact_slip(draft, "mql", NOW)["past_wins"]

    assert (number["value"], number["of"], number["lead_ids"]) == (1, "of the 2 latest won leads", [won.pk])


def test_broken_golden_leads_are_named_with_their_sentence() -> None:
    lead = a_lead(first_name="Grace", last_name="Hopper")
    GoldenLead.objects.create(
        definition=Definition.objects.get(stage="mql"),
        lead=lead,
        must_qualify=True,
        sentence="She bought twice.",
        created_by=maya(),
    )

    number = impact_slip(document("bank"), "mql", NOW)["golden_broken"]

    assert (number["value"], number["sentence"]) == (1, "Grace Hopper: She bought twice.")
