"""A lead's scores of the past, held to the oracle, which is given only what was known at each instant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given

from leads.evidence.score_history import WEEKS, score_history
from leads.evidence.sparkline import HEIGHT, draw
from leads.models import FieldChange, Lead
from tests.builders import (
    NOW,
    a_criterion,
    a_document,
    a_lead,
    an_account,
    an_active_version,
    an_activity,
    maya,
)
from tests.leads.evidence.test_past import _rolled_back, many
from tests.leads.scoring.oracle import Json, Oracle, Person
from tests.leads.scoring.plain_worlds import documents, make_attributes, people, write


@pytest.fixture
def attributes(db: None) -> None:
    make_attributes()


@pytest.mark.usefixtures("attributes")
@many
@given(world=people(), document=documents())
def test_every_week_is_what_the_oracle_says_of_then(world: list[Person], document: Json) -> None:
    with _rolled_back():
        ids = write(world)
        lead = Lead.objects.get(pk=ids[0])
        found = score_history(document, lead, NOW, weeks=3)
        expected = []
        for back in (2, 1, 0):
            moment = NOW - timedelta(weeks=back)
            known = [person for person in world if person.captured_at < moment]
            if world[0] in known:
                verdict = Oracle(document, known, moment).judge(world[0])
                expected.append((moment, verdict.points, verdict.qualification))
            else:
                expected.append((moment, None, None))
        assert [
            (then.at, then.score and then.score.points, then.score and then.score.qualification)
            for then in found
        ] == expected


def _document(**rule: Any) -> Json:
    return a_document(a_criterion("c", rule), threshold=50)


def _points(document: Json, lead: Lead, weeks: int = 3) -> list[int | None]:
    return [then.score and then.score.points for then in score_history(document, lead, NOW, weeks=weeks)]


def test_a_fact_counts_from_the_week_in_which_it_was_learnt(db: None) -> None:
    lead = a_lead(job_title="CTO", captured_at=NOW - timedelta(days=30))
    FieldChange.objects.create(
        lead=lead, field="job_title", before="Clerk", changed_at=NOW - timedelta(days=10)
    )
    rule = {"attribute": "lead.job_title", "is": "contains_word", "values": ["cto"]}
    assert _points(_document(**rule), lead) == [0, 50, 50]


def test_the_day_of_capture_does_not_move(db: None) -> None:
    lead = a_lead(captured_at=NOW - timedelta(days=10))
    rule = {"attribute": "lead.captured_on", "is": "before", "value": "2026-04-25"}
    assert _points(_document(**rule), lead) == [None, 50, 50]


def test_people_of_the_account_count_from_when_they_came(db: None) -> None:
    account = an_account(industry="Software")
    lead = a_lead(account=account, captured_at=NOW - timedelta(days=30))
    a_lead(account=account, captured_at=NOW - timedelta(days=10))
    meet = {"attribute": "account.industry", "is": "one_of", "values": ["software"]}
    assert _points(_document(account_people=2, meet=meet), lead) == [0, 50, 50]


def test_it_takes_as_many_queries_for_twelve_weeks_as_for_two(
    db: None, django_assert_num_queries: Any
) -> None:
    lead = a_lead(account=an_account(industry="Software"), captured_at=NOW - timedelta(days=99))
    an_activity(lead, at=NOW - timedelta(days=20))
    document = a_document()
    counts = []
    for weeks in (2, WEEKS):
        with django_assert_num_queries(8) as queries:
            score_history(document, lead, NOW, weeks=weeks)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_page_shows_them_as_a_line_and_as_a_table(db: None) -> None:
    an_active_version()
    lead = a_lead(account=an_account(industry="Software"), captured_at=NOW - timedelta(days=99))
    client = Client()
    client.force_login(maya())
    address = reverse("leads:lead_scores", args=[lead.pk])
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<div id="lead-scores"')
    assert part.count("<tr>") == WEEKS + 1
    assert "<html" in client.get(address).content.decode()
    assert address in client.get(lead.get_absolute_url()).content.decode()
    assert client.get(reverse("leads:lead_scores", args=[987654])).status_code == 404


def test_without_a_definition_there_is_nothing_to_follow(db: None) -> None:
    client = Client()
    client.force_login(maya())
    html = client.get(reverse("leads:lead_scores", args=[a_lead().pk])).content.decode()
    assert "No definition is in force yet" in html


def test_the_line_breaks_where_there_is_no_score() -> None:
    line = draw([None, 10, 20, None, 100], threshold=50)
    assert line.path.count("M") == 2
    assert len(line.dots) == 3
    assert line.last is not None
    assert line.last.y < line.threshold_y < line.dots[0].y < HEIGHT
    assert draw([None], threshold=50).last is None
    assert draw([-5, -5], threshold=0).dots[0].y > draw([-5, -5], threshold=0).threshold_y
