"""Two at once in the room: one is first, the other is told so kindly; with the twins that fail."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from definitions.models import Version
from portal.common.errors import Conflict
from portal.common.models import AuditEntry, Notification, OutgoingMail
from reviews.invariants import breaches
from reviews.models import Action, ItemOutcome, Meeting
from reviews.services.actions import action_add, action_end
from reviews.services.closing import meeting_close
from reviews.services.items import StaleNotes, item_add, item_decide, item_note
from reviews.services.meetings import meeting_open
from reviews.services.presence import attendance_set
from reviews.services.reminding import actions_remind_due
from tests.builders import NOW, an_active_version, maya, mona, rita, sam
from tests.races import at_once, faults
from tests.reviews.builders import a_series, an_open_meeting
from tests.reviews.room_stories import as_it_stands, item_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def meeting(at_noon: None) -> Meeting:
    return an_open_meeting(an_active_version(), NOW)


def test_two_who_close_at_once(meeting: Meeting) -> None:
    item_decide(item=item_of(meeting), actor=rita(), verdict="keep")
    one, other, first, second = rita(), mona(), as_it_stands(meeting), as_it_stands(meeting)
    found = at_once(
        lambda: meeting_close(meeting=first, actor=one), lambda: meeting_close(meeting=second, actor=other)
    )
    (late,) = faults(found)
    assert isinstance(late, Conflict)
    closer = as_it_stands(meeting).closed_by
    assert str(late).startswith(f"{closer} closed this meeting on ")
    assert AuditEntry.objects.filter(verb="meeting.closed").count() == 1
    assert OutgoingMail.objects.filter(key__startswith="review-minutes").count() == 4
    assert breaches() == []


def test_two_meetings_of_one_series_opened_at_once(at_noon: None) -> None:
    """One is first; the other is told, and its meeting stands ahead as before."""
    an_active_version()
    first, second = a_series().meetings.order_by("starts_at")[:2]
    one, other = rita(), mona()
    found = at_once(
        lambda: meeting_open(meeting=first, actor=one), lambda: meeting_open(meeting=second, actor=other)
    )
    (late,) = faults(found)
    assert isinstance(late, Conflict)
    assert str(late) == "Another meeting of this series is still open. Close it first."
    assert Meeting.objects.filter(status="open").count() == 1
    assert AuditEntry.objects.filter(verb="meeting.opened").count() == 1
    assert breaches() == []


def test_two_who_decide_one_item_at_once(meeting: Meeting) -> None:
    one, other, first, second = rita(), mona(), item_of(meeting), item_of(meeting)
    found = at_once(
        lambda: item_decide(item=first, actor=one, verdict="keep", reason="Works."),
        lambda: item_decide(item=second, actor=other, verdict="amend", reason="Agencies."),
    )
    (late,) = faults(found)
    outcome = ItemOutcome.objects.get()
    assert isinstance(late, Conflict)
    assert str(late).startswith(f"{outcome.decided_by} recorded an outcome for this item meanwhile: ")
    assert outcome.edit_number == 1
    # Who came second has opened no draft.
    assert Version.objects.filter(status="draft").count() == (outcome.verdict == "amend")
    assert AuditEntry.objects.filter(verb="item.decided").count() == 1


def test_two_changes_decided_at_once_share_one_draft(meeting: Meeting) -> None:
    one, other, item = rita(), mona(), item_of(meeting)
    added = item_add(meeting=meeting, actor=one, title="Free e-mail domains", needs_outcome=True)
    second = item_of(meeting, added.source_key)
    found = at_once(
        lambda: item_decide(item=item, actor=one, verdict="amend", reason="So."),
        lambda: item_decide(item=second, actor=other, verdict="replace", reason="Thus."),
    )
    assert faults(found) == []
    assert found[0].draft == found[1].draft
    assert Version.objects.filter(status="draft").count() == 1


def test_a_decision_and_the_close_at_once(meeting: Meeting) -> None:
    one, other, item, row = rita(), mona(), item_of(meeting), as_it_stands(meeting)
    decided, closed = at_once(
        lambda: item_decide(item=item, actor=one, verdict="keep"),
        lambda: meeting_close(meeting=row, actor=other),
    )
    assert isinstance(decided, ItemOutcome)
    assert isinstance(closed, Meeting) or "still need an outcome" in str(closed)
    assert breaches() == []


def test_two_who_save_notes_at_once_lose_neither(meeting: Meeting) -> None:
    one, other, first, second = maya(), sam(), item_of(meeting, "results"), item_of(meeting, "results")
    found = at_once(
        lambda: item_note(item=first, actor=one, text="Maya's.", edit_number=1),
        lambda: item_note(item=second, actor=other, text="Sam's.", edit_number=1),
    )
    (late,) = faults(found)
    assert isinstance(late, StaleNotes)
    assert late.item.notes == item_of(meeting, "results").notes
    assert late.item.notes in ("Maya's.", "Sam's.")


def test_two_who_say_that_they_are_here(meeting: Meeting) -> None:
    one, other, row = maya(), sam(), as_it_stands(meeting)
    found = at_once(
        lambda: attendance_set(meeting=row, actor=one, present=[one.pk]),
        lambda: attendance_set(meeting=row, actor=other, present=[other.pk]),
    )
    assert faults(found) == []
    assert meeting.participations.filter(was_present=True).count() == 3


def test_two_workers_ask_once(meeting: Meeting) -> None:
    owner = sam()
    actions = [
        action_add(
            meeting=meeting, actor=rita(), text=f"Ask {number}", owner=owner, due_on=timezone.localdate()
        )
        for number in range(10)
    ]
    Action.objects.update(remind_at=timezone.now() - timedelta(hours=1))
    asked = at_once(
        actions_remind_due, actions_remind_due, lambda: action_end(action=actions[0], actor=owner)
    )
    assert faults(asked) == []
    count = Notification.objects.filter(key__startswith="review-action-due").count()
    assert count == asked[0] + asked[1]
    assert count in (9, 10)
    assert breaches() == []


def test_the_twin_that_asks_first_and_writes_later_overwrites_an_outcome(meeting: Meeting) -> None:
    """It looks for an outcome before it holds the meeting: between the two, somebody else decides."""
    item, other = item_of(meeting), mona()
    asked, decided = threading.Event(), threading.Event()

    def careless() -> None:
        has_none = not ItemOutcome.objects.filter(item=item).exists()
        asked.set()
        decided.wait(30)
        if has_none:
            values = {"verdict": "defer", "decided_by": other, "decided_at": timezone.now()}
            ItemOutcome.objects.update_or_create(item=item, defaults=values)
        connections.close_all()

    thread = threading.Thread(target=careless)
    thread.start()
    asked.wait(30)
    item_decide(item=item, actor=rita(), verdict="keep", reason="Works.")
    decided.set()
    thread.join()
    outcome = ItemOutcome.objects.get()
    # The first one's word is gone, and no count of edits says so: what the real act never does.
    assert (outcome.verdict, outcome.edit_number) == ("defer", 1)
