"""Clauses past their day, and a definition that nobody has reviewed for two periods."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from definitions.ageing import is_overdue, look_again_on
from definitions.models import ClauseReview, Definition
from definitions.services.reviewing import clause_reviewed, definition_reviewed
from leads.models import Lead
from portal.common.models import Workspace
from tests.builders import NOW, a_criterion, a_document, a_version, an_active_version, marco, maya, mona, sam
from tests.definitions.ballot_stories import a_draft, an_open_ballot, both_houses, sofia, vote
from tests.leads.handoffs.stories import an_offer, in_force

LINE = "This definition was last reviewed on 4 May 2026."
AMBER = "to be reviewed since"
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize(
    ("case", "own", "reviewed_on", "again_on", "expected"),
    [
        ("the review names a later day", MAY, JUNE, JULY, JULY),
        ("its day was reached and none is named", MAY, JUNE, None, None),
        ("on the very day", JUNE, JUNE, None, None),
        ("reviewed ahead of its day", JULY, JUNE, None, JULY),
        ("a later version names a later day", JULY, MAY, JUNE, JULY),
        ("no day of its own", None, MAY, JUNE, JUNE),
        ("no day at all", None, MAY, None, None),
    ],
)
def test_when_to_look_again(
    case: str, own: date | None, reviewed_on: date, again_on: date | None, expected: date | None
) -> None:
    assert look_again_on(own, reviewed_on, again_on) == expected


def test_two_whole_periods_have_to_go_by() -> None:
    assert not is_overdue(MAY, 92, MAY + timedelta(days=184))
    assert is_overdue(MAY, 92, MAY + timedelta(days=185))
    assert not is_overdue(None, 92, MAY)


# -- what counts as a review --------------------------------------------------------------------------------


def reviewed_on() -> date | None:
    return Definition.objects.get(stage="mql").reviewed_on


def ratified() -> None:
    ballot = an_open_ballot()
    for person in (marco(), mona(), sam(), sofia()):
        vote(ballot, person)


@pytest.mark.django_db
def test_a_ratification_is_a_review() -> None:
    both_houses()
    assert reviewed_on() is None
    ratified()
    assert reviewed_on() == NOW.date()


@pytest.mark.django_db
def test_a_review_has_the_day_of_the_workspace_whoever_voted_last() -> None:
    both_houses()
    Workspace.objects.update(time_zone="Pacific/Kiritimati")
    with time_machine.travel(datetime(2026, 5, 4, 11, 0, tzinfo=UTC), tick=False):
        ratified()
    assert reviewed_on() == date(2026, 5, 5)


@pytest.mark.django_db
def test_the_latest_day_stays() -> None:
    definition = Definition.objects.get(stage="mql")
    definition_reviewed(definition=definition, on=JUNE)
    definition_reviewed(definition=definition, on=MAY)
    assert reviewed_on() == JUNE
    clause_reviewed(definition=definition, key="c-a", on=JUNE, again_on=JULY)
    clause_reviewed(definition=definition, key="c-a", on=MAY, again_on=None)
    clause_reviewed(definition=definition, key="c-b", on=MAY, again_on=None)
    rows = ClauseReview.objects.order_by("key").values_list("key", "reviewed_on", "again_on")
    assert list(rows) == [("c-a", JUNE, JULY), ("c-b", MAY, None)]


# -- the line on the pages ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_lead_page_queue_and_receipt_says_so_until_somebody_looks(clock: Any) -> None:
    handoff = an_offer(in_force())
    definition = Definition.objects.get(stage="mql")
    definition_reviewed(definition=definition, on=NOW.date())
    client = Client()
    client.force_login(sam())
    pages = [
        reverse("leads:queue"),
        reverse("leads:lead_list"),
        Lead.objects.get().get_absolute_url(),
        handoff.get_absolute_url(),
        reverse("leads:handoff_return", args=[handoff.pk]),
        "/definitions/mql/",
    ]
    clock.move_to(NOW + timedelta(days=184))
    client.force_login(sam())
    assert [url for url in pages if LINE in client.get(url).text] == []
    clock.move_to(NOW + timedelta(days=185))
    client.force_login(sam())
    assert [client.get(url).text.count(LINE) for url in pages] == [1] * len(pages)
    peek = reverse("leads:handoff_receipt", args=[handoff.pk])
    assert LINE in client.get(peek, headers={"HX-Request": "true"}).text
    definition_reviewed(definition=definition, on=date(2026, 11, 4))
    assert [url for url in pages if "was last reviewed" in client.get(url).text] == []


# -- clauses in amber ---------------------------------------------------------------------------------------


def a_dated_document() -> dict[str, Any]:
    german = {"attribute": "lead.country", "is": "one_of", "values": ["Germany"]}
    return a_document(
        a_criterion("c-past", german, owner="maya@example.com", review_on="2026-05-03"),
        a_criterion("c-today", german, owner="gone@example.com", review_on="2026-05-04"),
    )


def _amber(url: str) -> int:
    client = Client()
    client.force_login(maya())
    return client.get(url).text.count(AMBER)


@pytest.mark.django_db
def test_a_clause_past_its_day_is_amber_until_a_review_decides_on_it() -> None:
    maya()
    version = an_active_version(a_dated_document())
    draft = a_draft(a_dated_document())
    pages = [
        "/definitions/mql/",
        version.get_absolute_url(),
        reverse("definitions:draft_editor", args=[draft.pk]),
    ]
    assert [_amber(url) for url in pages] == [1, 1, 1]
    client = Client()
    client.force_login(maya())
    treaty = client.get("/definitions/mql/").text
    assert "Maya Lindqvist" in treaty
    assert "gone@example.com" in treaty
    clause_reviewed(definition=version.definition, key="c-past", on=NOW.date(), again_on=JUNE)
    assert [_amber(url) for url in pages[:2]] == [0, 0]


@pytest.mark.django_db
def test_nobody_is_asked_to_review_what_is_over() -> None:
    version = a_version(a_dated_document(), "superseded")
    assert _amber(version.get_absolute_url()) == 1
    type(version).objects.filter(pk=version.pk).update(ended_at=NOW)
    assert _amber(version.get_absolute_url()) == 0
