"""Receipts: lines that add up, words that say why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from definitions.models import Attribute
from leads.models import LeadValue, Score
from leads.scoring.compiler import score_into
from leads.scoring.receipt import receipt, receipts
from leads.scoring.scope import Scope
from tests.builders import (
    NOW,
    a_criterion,
    a_document,
    a_lead,
    a_version,
    an_account,
    an_activity,
)

pytestmark = pytest.mark.django_db

VIEWS = {"activity": "page_viewed", "within_days": 30, "at_least": 2}
VIEWED = {"activity": "page_viewed", "at_least": 1}
BOSS = {
    "boss": {
        "name": "Boss",
        "rule": {"all": [{"attribute": "lead.job_title", "is": "contains_word", "values": ["ceo"]}]},
    }
}


def lines(document: dict[str, Any], lead_id: int) -> list[tuple[str, int, str]]:
    made = receipt(document, lead_id, NOW)
    assert made is not None
    return [(line["wording"], line["points"], line["note"]) for line in made["lines"]]


def test_a_receipt_says_the_lines_the_outcome_and_who_ratified() -> None:
    lead = a_lead(account=an_account(industry="FinTech"))
    an_activity(lead, at=NOW - timedelta(days=2), subject="Pricing")
    version = a_version()

    assert receipt(version, lead.pk, NOW) == {
        "lines": [
            {"key": "c-software", "wording": "Clause c-software", "half": "fit", "points": 0,
             "is_met": False, "note": "FinTech"},
            {"key": "c-pricing", "wording": "Clause c-pricing", "half": "behaviour", "points": 50,
             "is_met": True, "note": "once in the last 30 days"},
        ],
        "fit": 0,
        "behaviour": 50,
        "points": 50,
        "grade": 3,
        "threshold": 100,
        "is_qualified": False,
        "qualification": 5,
        "outcome": "Not qualified: 50 short of the threshold of 100",
        "version_label": "MQL v1",
        "as_of": NOW,
        "ratified_by": "Ratified on 4 May 2026",
    }  # fmt: skip


def test_caps_are_lines_of_their_own_and_everything_adds_up() -> None:
    lead = a_lead()
    for number in range(5):
        an_activity(lead, at=NOW - timedelta(days=number, hours=1))
    each = {"kind": "points", "points": 10, "count": "each"}
    document = a_document(
        a_criterion("c-a", VIEWS, each, half="behaviour", group="web"),
        a_criterion("c-b", VIEWS, half="behaviour"),
        groups=[{"key": "web", "label": "Website", "cap": 30}],
        caps={"fit": None, "behaviour": 60},
    )

    assert lines(document, lead.pk) == [
        ("Clause c-a", 50, "5 times in the last 30 days"),
        ("Clause c-b", 50, "5 times in the last 30 days"),
        ("“Website” counts at most 30", -20, ""),
        ("Behaviour counts at most 60", -20, ""),
    ]
    made = receipt(document, lead.pk, NOW)
    assert made is not None
    assert made["points"] == sum(line["points"] for line in made["lines"]) == 60


@pytest.mark.parametrize(
    ("rule", "note"),
    [
        (VIEWS, "1 of 2 in the last 30 days"),
        ({"activity": "session", "total_seconds": 300}, "120 of 300 seconds"),
        ({"activity": "webinar_attended", "at_least": 1}, "none so far"),
        ({"activity": "page_viewed", "different_subjects": 3}, "1 of 3 different subjects"),
        ({"activity": "any", "at_least": 3, "within_any_hours": 2},
         "1 of 3 within any 2 hours"),
        ({"activity": "any", "at_least": 3, "within_any_hours": 49, "within_days": 30},
         "2 of 3 within any 49 hours in the last 30 days"),
        ({"silence_days": 60}, "0 of 60 days, last on 3 May 2026"),
        ({"silence_days": 120, "activity": "webinar_attended"}, "99 of 120 days, captured on 24 Jan 2026"),
        ({"attribute": "account.industry", "is": "one_of", "values": ["software"]}, "unknown"),
        ({"attribute": "lead.job_title", "is": "contains_word", "values": ["cto"]}, "Head of Sales"),
        ({"attribute": "lead.has_phone", "is": "yes"}, "no"),
        ({"all": [VIEWS, {"attribute": "lead.job_title", "is": "known"}]},
         "not met: Viewed a page at least 2 times in the last 30 days"),
        ({"none": [{"attribute": "lead.job_title", "is": "known"}]}, "holds: Job title is known"),
        ({"any": [VIEWS, {"attribute": "lead.job_title", "is": "unknown"}]},
         "not one of: Viewed a page at least 2 times in the last 30 days; Job title is unknown"),
        ({"persona": "boss"}, "Head of Sales"),
        ({"account_people": 3, "meet": VIEWED}, "1 of 3 people of the account"),
        ({"account_people": 2, "meet": {"attribute": "lead.country", "is": "known"}},
         "nobody of the account"),
        ({"account_roles": ["CTO", "Buyer", "CFO"], "at_least": 2}, "1 of 2 roles; not there: CTO, CFO"),
    ],
)  # fmt: skip
def test_an_unmet_criterion_says_why(rule: dict[str, Any], note: str) -> None:
    account = an_account()
    lead = a_lead(job_title="Head of Sales", captured_at=NOW - timedelta(days=100), account=account)
    a_lead(role="buyer", account=account)
    an_activity(lead, at=NOW - timedelta(days=3), subject="home")
    an_activity(lead, "session", at=NOW - timedelta(days=1), seconds=120)

    document = a_document(a_criterion("c-a", rule), personas=BOSS)
    assert lines(document, lead.pk) == [("Clause c-a", 0, note)]


@pytest.mark.parametrize(
    "rule",
    [{"account_people": 1, "meet": VIEWED}, {"account_roles": ["CTO"], "at_least": 1}],
)
def test_a_lead_of_no_account_is_told_so(rule: dict[str, Any]) -> None:
    assert lines(a_document(a_criterion("c-a", rule)), a_lead().pk) == [("Clause c-a", 0, "no account")]


def test_a_custom_attribute_is_shown_as_it_was_entered() -> None:
    plan = Attribute.objects.create(key="plan", label="Plan", value_type="choice")
    lead = a_lead()
    LeadValue.objects.create(lead=lead, attribute=plan, text="Trial", text_key="trial")
    rule = {"attribute": "custom.plan", "is": "one_of", "values": ["Paid"]}

    assert lines(a_document(a_criterion("c-a", rule)), lead.pk) == [("Clause c-a", 0, "Trial")]


@pytest.mark.parametrize(
    ("kind", "title", "outcome"),
    [
        ("disqualifies", "Student", "Disqualified: Clause c-a"),
        ("alone", "Student", "Qualified by one clause alone: Clause c-a"),
        ("required", "Boss", "Not qualified: a required clause is not met: Clause c-a"),
    ],
)
def test_the_outcome_names_the_clause_that_decided(kind: str, title: str, outcome: str) -> None:
    lead = a_lead(job_title=title)
    rule = {"attribute": "lead.job_title", "is": "contains_word", "values": ["student"]}

    made = receipt(a_document(a_criterion("c-a", rule, {"kind": kind})), lead.pk, NOW)

    assert made is not None
    assert made["outcome"] == outcome


def test_receipts_of_many_leads_take_as_many_queries_as_of_one(django_assert_max_num_queries: Any) -> None:
    leads = [a_lead(account=an_account(industry="software")) for _ in range(12)]
    version = a_version()
    score_into(version, Scope.all(), NOW)

    with django_assert_max_num_queries(7):
        made = receipts(version, [lead.pk for lead in leads], NOW)

    assert {lead_id: each["points"] for lead_id, each in made.items()} == dict(
        Score.objects.values_list("lead", "points")
    )


def test_a_merged_lead_has_no_receipt() -> None:
    lead = a_lead()
    lead.fit.delete()

    assert receipt(a_document(), lead.pk, NOW) is None
