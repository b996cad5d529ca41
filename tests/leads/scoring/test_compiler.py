"""Single cases of the compiler, told by hand; `test_properties.py` compares it with the oracle at large."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leads.models import Qualification, Score
from leads.scoring.compiler import criterion_columns, hits, qualified_ids, score_into, score_rows
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

SOFTWARE = {"attribute": "account.industry", "is": "one_of", "values": ["Software"]}
PRICING = {
    "activity": "page_viewed",
    "where": [{"on": "subject", "is": "contains_word", "values": ["pricing"]}],
    "within_days": 30,
    "at_least": 1,
}


def test_a_lead_gets_the_points_of_the_criteria_it_meets() -> None:
    lead = a_lead(account=an_account(industry="Software"))
    an_activity(lead, at=NOW - timedelta(days=3), subject="Pricing page")
    other = a_lead()

    rows = score_rows(a_document(), Scope.all(), NOW)

    assert rows == [
        (lead.pk, 100, 50, 50, 5, Qualification.QUALIFIED, True),
        (other.pk, 0, 0, 0, 1, Qualification.BELOW_THRESHOLD, False),
    ]


@pytest.mark.parametrize(
    ("name", "age", "expected"),
    [
        ("as of now: not yet", timedelta(0), False),
        ("a microsecond ago", timedelta(microseconds=1), True),
        ("at the far edge: still in", timedelta(days=30), True),
        ("a microsecond past the edge", timedelta(days=30, microseconds=1), False),
        ("ahead", -timedelta(days=1), False),
    ],
)
def test_a_window_is_half_open(name: str, age: timedelta, expected: bool) -> None:
    lead = a_lead()
    an_activity(lead, at=NOW - age, subject="pricing")

    assert (lead.pk in hits(PRICING, Scope.all(), NOW)) is expected


def test_none_of_an_unknown_value_is_not_met_but_none_of_a_condition_is() -> None:
    lead = a_lead()

    assert hits({**SOFTWARE, "is": "none_of"}, Scope.all(), NOW) == set()
    assert hits({"none": [SOFTWARE]}, Scope.all(), NOW) == {lead.pk}


def test_scores_are_written_once_and_again_only_where_they_differ() -> None:
    version = a_version(a_document())
    lead, other = a_lead(account=an_account(industry="software")), a_lead()

    assert score_into(version, Scope.all(), NOW) == 2
    assert score_into(version, Scope.all(), NOW + timedelta(hours=1)) == 0
    an_activity(other, at=NOW, subject="pricing")
    assert score_into(version, Scope.span(lead.pk, other.pk), NOW + timedelta(hours=1)) == 1
    # Named by id, the instant alone is a difference.
    assert score_into(version, Scope.ids([lead.pk]), NOW + timedelta(hours=1)) == 1

    assert list(Score.objects.order_by("lead").values_list("lead", "points", "as_of")) == [
        (lead.pk, 50, NOW + timedelta(hours=1)),
        (other.pk, 50, NOW + timedelta(hours=1)),
    ]


def test_a_merged_lead_loses_its_score() -> None:
    version = a_version(a_document())
    lead = a_lead()
    score_into(version, Scope.all(), NOW)
    lead.fit.delete()

    score_into(version, Scope.ids([lead.pk]), NOW)

    assert not Score.objects.exists()


def test_people_of_the_account_count_together_and_are_scored_together() -> None:
    account = an_account()
    first, second, stranger = a_lead(account=account), a_lead(account=account), a_lead()
    rule = {"account_people": 2, "meet": {"activity": "webinar_attended", "at_least": 1}}
    version = a_version(a_document(a_criterion("c-committee", rule)))
    for lead in (first, stranger):
        an_activity(lead, "webinar_attended", at=NOW - timedelta(days=1))
    score_into(version, Scope.all(), NOW)
    an_activity(second, "webinar_attended", at=NOW - timedelta(days=1))

    score_into(version, Scope.ids([second.pk]), NOW)

    points = dict(Score.objects.values_list("lead", "points"))
    assert points == {first.pk: 50, second.pk: 50, stranger.pk: 0}


def test_columns_say_for_each_criterion_whether_it_is_met_and_its_points() -> None:
    lead = a_lead(account=an_account(industry="software"))

    assert criterion_columns(a_document(), Scope.ids([lead.pk]), NOW) == {lead.pk: ((True, 50), (False, 0))}


def test_a_document_without_criteria_qualifies_nobody() -> None:
    a_lead()
    document = {**a_document(), "criteria": []}

    assert qualified_ids(document, Scope.all(), NOW) == []


def test_no_leads_named_is_nothing_to_do() -> None:
    version = a_version(a_document())

    assert score_into(version, Scope.ids([]), NOW) == 0
    assert score_rows(a_document(), Scope.ids([]), NOW) == []
