"""Outcomes: who owns them, the draft with its evidence, the time at each item, and what is deferred."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from definitions.models import Comment
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import MailChoice, Notification, OutgoingMail
from reviews.invariants import breaches
from reviews.models import AgendaItem, ItemOutcome, Meeting
from reviews.selectors.meetings import items_of, later_meeting
from reviews.selectors.room_view import room_stamp, timer_of
from reviews.services.closing import meeting_close
from reviews.services.deferring import item_add_deferred
from reviews.services.items import item_decide, item_finish, item_note, item_take_up
from reviews.services.presence import attendance_set
from tests.builders import NOW, marco, maya, mona, rita, sam
from tests.reviews.room_stories import as_it_stands, item_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


# -- who owns it, and what they find -----------------------------------------------------------------------


def test_the_draft_holds_the_clause_with_the_evidence_and_its_owner_is_told(meeting: Meeting) -> None:
    item = item_of(meeting)
    outcome = item_decide(item=item, actor=rita(), verdict="amend", reason="Agencies slip in.", owner=maya())
    comment = Comment.objects.get(version=outcome.draft, criterion_key="c-software")
    assert comment.text.split("\n\n")[1].splitlines() == [
        "Evidence as of Monday 4 May 2026, 12:00 (Europe/Berlin):",
        "Sales returned 1 lead and named this clause as what misled, of 2 that met it.",
        "– Challenges: 1 (of 2 handoffs that met it)",
        "– Accepted when it was met: too early to say (2 decided, at least 20 are needed)",
        "– Basis: an assumption",
    ]
    assert comment.text.endswith(f"{meeting.get_absolute_url()}#item-{item.pk}")
    word = Notification.objects.get(person=maya(), key=f"review-outcome:{item.pk}:1")
    assert word.sentence == ("Rita Novak asks you to change “Clause c-software” in MQL v2: Agencies slip in.")
    assert word.url == f"/definitions/drafts/{outcome.draft.pk}/#clause-c-software"
    assert OutgoingMail.objects.filter(key=f"review-outcome:{item.pk}:1:{maya().pk}").exists()


def test_an_owner_who_wants_no_mail_is_told_inside_the_portal(meeting: Meeting) -> None:
    MailChoice.objects.create(person=maya(), topic="reviews", mode="none")
    item_decide(item=item_of(meeting), actor=rita(), verdict="keep", owner=maya())
    assert Notification.objects.filter(person=maya(), key__startswith="review-outcome").count() == 1
    assert not OutgoingMail.objects.filter(key__startswith="review-outcome").exists()


def test_what_nobody_owns_is_owned_by_who_records_it(meeting: Meeting) -> None:
    assert item_decide(item=item_of(meeting), actor=rita(), verdict="keep").owner == rita()
    assert not Notification.objects.filter(key__startswith="review-outcome").exists()


def test_a_change_of_mind_is_said_on_the_draft(meeting: Meeting) -> None:
    item = item_of(meeting)
    draft = item_decide(item=item, actor=rita(), verdict="amend", reason="So.").draft
    changed = item_decide(item=item, actor=rita(), verdict="keep", reason="It was one list.", edit_number=1)
    assert (changed.draft, changed.edit_number) == (None, 2)
    last = Comment.objects.filter(version=draft).latest("pk")
    assert last.text == "The review has taken this back: nothing is to be changed here. It was one list."


def test_another_owner_for_the_same_change_adds_no_second_comment(meeting: Meeting) -> None:
    item = item_of(meeting)
    one = item_decide(item=item, actor=rita(), verdict="amend", reason="So.")
    two = item_decide(item=item, actor=rita(), verdict="amend", reason="So.", owner=maya(), edit_number=1)
    assert (one.draft, two.owner) == (two.draft, maya())
    assert Comment.objects.filter(version=one.draft).count() == 1


def test_who_saw_no_outcome_does_not_overwrite_one(meeting: Meeting) -> None:
    item_decide(item=item_of(meeting), actor=rita(), verdict="keep")
    with pytest.raises(Conflict, match="Rita Novak recorded an outcome for this item meanwhile: Keep"):
        item_decide(item=item_of(meeting), actor=mona(), verdict="defer", reason="No time.")
    assert ItemOutcome.objects.get().verdict == "keep"


def test_the_same_outcome_twice_is_one(meeting: Meeting) -> None:
    one = item_decide(item=item_of(meeting), actor=rita(), verdict="keep", reason="Works.")
    two = item_decide(item=item_of(meeting), actor=rita(), verdict="keep", reason="Works. ")
    assert (one, two.edit_number) == (two, 1)


def test_a_day_beyond_all_planning_is_refused(meeting: Meeting) -> None:
    with pytest.raises(Invalid, match="within ten years"):
        item_decide(item=item_of(meeting), actor=rita(), verdict="keep", review_on=date(9999, 1, 1))


# -- time --------------------------------------------------------------------------------------------------


def test_the_time_at_each_item_is_told_from_stored_instants(meeting: Meeting) -> None:
    first, second = items_of(meeting)[:2]
    assert meeting.current_since == NOW
    with time_machine.travel(NOW + timedelta(minutes=4), tick=False):
        item_finish(item=first, actor=rita())
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        item_take_up(item=items_of(meeting)[0], actor=rita())
    with time_machine.travel(NOW + timedelta(minutes=12), tick=False):
        now = as_it_stands(meeting)
        first, second = items_of(now)[:2]
        # Four minutes, one at the next item, and seven again: ten were planned.
        assert (first.seconds_spent, second.seconds_spent) == (240, 60)
        timer = timer_of(first, now)
        assert (timer["minutes"], timer["planned"], timer["is_over"]) == (11, 10, True)
        assert timer_of(second, now)["since"] is None


def test_taking_up_the_same_item_again_does_not_start_its_time_anew(meeting: Meeting) -> None:
    with time_machine.travel(NOW + timedelta(minutes=3), tick=False):
        item_take_up(item=items_of(meeting)[0], actor=rita())
    assert as_it_stands(meeting).current_since == NOW


def test_the_minutes_say_how_long_it_took(meeting: Meeting) -> None:
    item = item_of(meeting)
    item_take_up(item=item, actor=rita())
    with time_machine.travel(NOW + timedelta(minutes=7), tick=False):
        item_decide(item=item, actor=rita(), verdict="keep")
    with time_machine.travel(NOW + timedelta(minutes=80), tick=False):
        minutes = meeting_close(meeting=meeting, actor=rita()).minutes
    assert "Held for 80 minutes; 90 were planned." in minutes
    assert "7 minutes; 5 were planned." in minutes
    # The item that the room was at when it closed has its time as well.
    assert "73 minutes; " in minutes
    assert breaches() == []


# -- deferred, and who is there ----------------------------------------------------------------------------


def test_what_comes_up_and_is_deferred_goes_on_the_next_agenda(meeting: Meeting) -> None:
    item = item_add_deferred(meeting=meeting, actor=sam(), title="Guests of the fair")
    assert (item.status, meeting.current_item_id) == ("deferred", as_it_stands(meeting).current_item_id)
    item_decide(item=item_of(meeting), actor=rita(), verdict="keep")
    meeting_close(meeting=meeting, actor=rita())
    carried = AgendaItem.objects.get(meeting=later_meeting(meeting), title="Guests of the fair")
    assert (carried.carried_from, carried.added_by) == (item, sam())


def test_only_an_open_meeting_defers_what_comes_up_and_only_its_own_people(meeting: Meeting) -> None:
    with pytest.raises(Conflict):
        item_add_deferred(meeting=later_meeting(meeting), actor=sam(), title="Guests of the fair")
    with pytest.raises(Refused):
        item_add_deferred(meeting=meeting, actor=marco(), title="Guests of the fair")
    assert not AgendaItem.objects.filter(title="Guests of the fair").exists()


def test_people_say_that_they_are_here_and_nobody_else_s_mark_is_lost(meeting: Meeting) -> None:
    assert attendance_set(meeting=meeting, actor=sam(), present=[sam().pk]) == 2
    assert attendance_set(meeting=meeting, actor=rita(), present=[maya().pk]) == 3
    assert attendance_set(meeting=meeting, actor=rita(), present=(), absent=[maya().pk]) == 2
    for attempt in ([maya().pk], [sam().pk, maya().pk]):
        with pytest.raises(Refused):
            attendance_set(meeting=meeting, actor=sam(), present=attempt)
    with pytest.raises(Refused):
        attendance_set(meeting=meeting, actor=marco(), present=[marco().pk])
    assert meeting.participations.filter(was_present=True).count() == 2


# -- in step -----------------------------------------------------------------------------------------------


def test_the_stamp_changes_with_all_that_others_see(meeting: Meeting) -> None:
    seen = [room_stamp(as_it_stands(meeting))]
    first = items_of(meeting)[0]
    for act in (
        lambda: item_note(item=first, actor=maya(), text="One.", edit_number=1),
        lambda: item_note(item=first, actor=sam(), text="Two.", edit_number=2),
        lambda: item_finish(item=first, actor=rita()),
        lambda: item_decide(item=item_of(meeting), actor=rita(), verdict="keep"),
        lambda: item_decide(item=item_of(meeting), actor=rita(), verdict="keep", reason="x", edit_number=1),
        lambda: attendance_set(meeting=meeting, actor=sam(), present=[sam().pk]),
        lambda: item_add_deferred(meeting=meeting, actor=sam(), title="Later"),
    ):
        act()
        seen.append(room_stamp(as_it_stands(meeting)))
        assert seen[-1] == room_stamp(as_it_stands(meeting))
    assert len(set(seen)) == len(seen)
