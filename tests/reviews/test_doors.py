"""The doors of reviews: each is sent what makes it act, by everybody; it acts for those who may alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.common.models import User
from reviews.models import AgendaItem, ItemKind, Meeting
from reviews.services.ahead import item_defer_ahead
from reviews.services.attending import attendee_add
from reviews.services.backlog import backlog_add
from reviews.services.feeds import feed_renew, workspace_feed_renew
from reviews.services.items import item_decide
from tests.builders import NOW, ada, an_active_version, marco, maya, rita, sam, sofia
from tests.doors import HOUSES, MANAGERS, SIGNED_IN, WITH_A_TEAM, Door, Sent, everybody, knock, without_a_row
from tests.reviews.builders import a_series, an_open_meeting, first_meeting
from tests.reviews.room_stories import a_meeting_with_a_ballot, closed, item_of
from tests.reviews.test_calendar_replies import answer
from tests.reviews.test_views import scheduled_form

pytestmark = [pytest.mark.django_db, pytest.mark.walk, pytest.mark.usefixtures("at_noon")]

RUN_THEM = MANAGERS | {"rolf"}
INVITED = frozenset({"maya", "mona", "sam", "rita"})
TAKE_PART = INVITED | RUN_THEM
SOON = str((NOW + timedelta(days=20)).date())
TIME = {"day": SOON, "hour": "11:15", "duration_minutes": "60", "place": "Room 9"}


def _prefixed(prefix: str, **values: Any) -> dict[str, Any]:
    return {f"{prefix}-{name}": value for name, value in values.items()}


# -- where the act is possible -----------------------------------------------------------------------------


def _ahead() -> Meeting:
    an_active_version()
    return first_meeting(a_series())


def _open() -> Meeting:
    return an_open_meeting(an_active_version(), NOW)


def _over() -> Meeting:
    return closed(_open())


def _an_item(meeting: Meeting) -> AgendaItem:
    values = {"source_key": "free:door", "kind": ItemKind.FREE, "title": "The fair", "position": 90}
    return AgendaItem.objects.create(meeting=meeting, **values)


def _of_meeting(make: Any, **form: Any) -> Any:
    return lambda: Sent((make().pk,), form)


def _of_series(**form: Any) -> Any:
    return lambda: Sent((_ahead().series_id,), form)


def _of_item(**form: Any) -> Any:
    return lambda: Sent((_an_item(_open()).pk,), form)


def _of_clause(make: Any, **form: Any) -> Any:
    return lambda: Sent((item_of(make()).pk,), form)


def _a_new_series() -> Sent:
    an_active_version()
    return Sent((), scheduled_form())


def _another_title() -> Sent:
    series = _ahead().series
    values = {"starts_on": str(series.starts_on), "nth": "2", "weekday": "1", "local_time": "10:00"}
    return Sent((series.pk,), scheduled_form(title="The review", time_zone="Europe/Berlin", **values))


def _somebody_who_was_deactivated() -> Sent:
    series = _ahead().series
    attendee_add(series=series, actor=rita(), person=marco())
    User.objects.filter(pk=marco().pk).update(is_active=False)
    return Sent((series.pk, marco().pk))


def _a_reply() -> Sent:
    _ahead()
    return Sent((), lambda _person: {"file": SimpleUploadedFile("reply.ics", answer(maya()))})


def _decided() -> Sent:
    meeting = _open()
    item_decide(item=item_of(meeting), actor=rita(), verdict="keep", reason="Works.")
    return Sent((meeting.pk,))


def _deferred() -> Sent:
    item = _an_item(_ahead())
    item_defer_ahead(item=item, actor=maya())
    return Sent((item.pk,))


def _in_the_backlog() -> Sent:
    return Sent((backlog_add(series=_ahead().series, actor=maya(), title="The fair").pk,))


def _each_of_themselves() -> Sent:
    meeting = _open()
    meeting.participations.update(was_present=False)  # Whoever opens it is there.
    return Sent((meeting.pk,), lambda person: {"present": person.pk})


def _on_the_ballot() -> Sent:
    _meeting, item, ballot = a_meeting_with_a_ballot()
    return Sent((item.pk,), {"choice": "agree", "fingerprint": ballot.fingerprint, "round": ballot.round})


def _promised_by_sam() -> Sent:
    meeting = _open()
    action = meeting.actions.create(text="Ask", owner=sam(), due_on=SOON, created_by=rita())
    return Sent((action.pk,), {"how": "done"})


def _with_feeds() -> Sent:
    for person in everybody().values():
        if person is not None and person.team != "none" and person.is_active:
            feed_renew(actor=person)
    User.objects.filter(email="olga@example.com").update(feed_token="of a time in a team")
    workspace_feed_renew(actor=ada())
    return Sent()


DOORS = [
    # Series
    Door("reviews:series_new", "series.scheduled", RUN_THEM, _a_new_series),
    Door("reviews:series_edit", "series.edited", RUN_THEM, _another_title),
    Door("reviews:series_end", "series.ended", RUN_THEM, _of_series()),
    Door(
        "reviews:attendee_add",
        "series.attendee_added",
        RUN_THEM,
        lambda: Sent((_ahead().series_id,), {"person": sofia().pk}),
    ),
    Door(
        "reviews:attendee_remove",
        "series.attendee_removed",
        RUN_THEM,
        lambda: Sent((_ahead().series_id, sam().pk)),
    ),
    Door(
        "reviews:attendee_remove",
        "series.attendee_removed",
        RUN_THEM,
        _somebody_who_was_deactivated,
        case="who was deactivated",
    ),
    Door(
        "reviews:meeting_call",
        "meeting.called",
        RUN_THEM,
        _of_series(**_prefixed("call", trigger_kind="other", trigger="A new product.", **TIME)),
    ),
    Door("reviews:checkpoints_add", "series.checkpoints_added", RUN_THEM, _of_series()),
    Door("reviews:reply_import", "series.replied", RUN_THEM | {"maya"}, _a_reply, is_shut_to_empty=False),
    # One meeting
    Door("reviews:meeting_prepare", "meeting.renewal_asked", RUN_THEM, _of_meeting(_ahead)),
    Door("reviews:meeting_open", "meeting.opened", RUN_THEM, _of_meeting(_ahead)),
    Door("reviews:meeting_move", "meeting.moved", RUN_THEM, _of_meeting(_ahead, **_prefixed("move", **TIME))),
    Door("reviews:meeting_cancel", "meeting.cancelled", RUN_THEM, _of_meeting(_ahead, note="Ill.")),
    Door("reviews:meeting_reply", "meeting.replied", INVITED, _of_meeting(_ahead, reply="declined")),
    Door("reviews:meeting_close", "meeting.closed", RUN_THEM, _decided),
    # The agenda before the meeting
    Door("reviews:item_defer", "item.deferred", TAKE_PART, lambda: Sent((_an_item(_ahead()).pk,))),
    Door("reviews:item_bring_back", "item.brought_back", TAKE_PART, _deferred),
    Door(
        "reviews:backlog",
        "backlog.added",
        WITH_A_TEAM,
        _of_series(**_prefixed("item", title="The fair", minutes="5")),
    ),
    Door("reviews:backlog_remove", "backlog.removed", RUN_THEM | {"maya"}, _in_the_backlog),
    # Corrected after the close
    Door("reviews:minutes_correct", "minutes.corrected", RUN_THEM, _of_meeting(_over, text="Sam was there.")),
    Door(
        "reviews:outcome_correct",
        "minutes.corrected",
        RUN_THEM,
        _of_clause(
            _over,
            **_prefixed(
                "outcome", verdict="defer", reason="No time.", edit_number="1", why="We had said defer."
            ),
        ),
    ),
    Door(
        "reviews:notes_correct",
        "minutes.corrected",
        RUN_THEM,
        _of_clause(_over, **_prefixed("notes", text="Agencies.", edit_number="1", why="Nobody noted it.")),
    ),
    # In the room
    Door(
        "reviews:item_add",
        "item.added",
        TAKE_PART,
        _of_meeting(_open, **_prefixed("item", title="The fair", minutes="5")),
    ),
    Door(
        "reviews:item_park",
        "item.added",
        TAKE_PART,
        _of_meeting(_open, **{"park-title": "The fair"}),
    ),
    Door(
        "reviews:action_add",
        "action.added",
        TAKE_PART,
        lambda: Sent((_open().pk,), _prefixed("action", text="Ask", owner=sofia().pk, due_on=SOON)),
    ),
    Door(
        "reviews:attendance_set",
        "meeting.attendance_noted",
        RUN_THEM | {"sam"},
        lambda: Sent((_open().pk,), {"present": sam().pk}),
        case="of Sam",
    ),
    Door(
        "reviews:attendance_set",
        "meeting.attendance_noted",
        INVITED,
        _each_of_themselves,
        case="each of themselves",
        is_shut_to_empty=False,
    ),
    Door(
        "reviews:attendance_set",
        "meeting.attendance_noted",
        RUN_THEM,
        lambda: Sent((_open().pk,), {"present": [sam().pk, maya().pk]}),
        case="of two",
    ),
    Door(
        "reviews:confidence_say",
        "meeting.confidence_said",
        INVITED,
        _of_meeting(_open, **_prefixed("confidence", score="4")),
    ),
    Door("reviews:item_move", "item.moved", TAKE_PART, _of_item(to="up")),
    Door("reviews:item_take_up", "item.taken_up", RUN_THEM, _of_item()),
    Door("reviews:item_leave", "item.finished", RUN_THEM, _of_item()),
    Door("reviews:item_leave", "item.deferred", RUN_THEM, _of_item(how="defer"), case="to the next"),
    Door(
        "reviews:item_note",
        "item.noted",
        TAKE_PART,
        _of_item(**_prefixed("notes", text="Agencies.", edit_number="1")),
    ),
    Door(
        "reviews:item_decide",
        "item.decided",
        RUN_THEM,
        _of_clause(_open, **_prefixed("outcome", verdict="amend", reason="Agencies slip in.")),
    ),
    Door("reviews:item_vote", "vote.cast", HOUSES, _on_the_ballot),
    Door("reviews:action_settle", "action.done", RUN_THEM | {"sam"}, _promised_by_sam),
    # Numbers and calendar
    Door("reviews:pulse_answer", "pulse.answered", HOUSES, _of_meeting(_ahead, score="4")),
    Door("reviews:feed_renew", "feed.renewed", WITH_A_TEAM, _with_feeds),
    Door("reviews:feed_stop", "feed.stopped", SIGNED_IN, _with_feeds),
    Door("reviews:workspace_feed_renew", "workspace.feed_renewed", frozenset({"ada"}), _with_feeds),
    Door("reviews:workspace_feed_stop", "workspace.feed_stopped", frozenset({"ada"}), _with_feeds),
]


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_a_door_opens_to_those_who_may_and_to_nobody_else(door: Door) -> None:
    assert knock(door) == []


def test_a_new_door_needs_a_row_here() -> None:
    assert without_a_row("reviews", DOORS) == (set(), set())
    assert without_a_row("reviews", DOORS[1:]) == ({DOORS[0].name}, set())


def test_a_door_that_stands_open_is_found_and_one_that_sticks_as_well() -> None:
    """The same knocking, with rows that say what is not so."""
    (door,) = (each for each in DOORS if each.name == "reviews:backlog_remove")
    found = knock(replace(door, may=door.may - {"ada"} | {"sofia"}))
    assert [line.partition(": ")[0] for line in found] == ["sofia"] * 3 + ["ada"] * 2 + ["ada, empty"] * 2
    assert "403" in found[0]
    assert found[4].startswith("ada: was refused, and changed ")
