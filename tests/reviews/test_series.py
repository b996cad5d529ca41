"""Series: who may schedule, what is laid out, what is sent, and what a change does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from icalendar import Calendar

from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry, OutgoingMail
from reviews.invariants import breaches
from reviews.models import Meeting, Participation, Series
from reviews.selectors.series import calendar_of_person
from reviews.services.attending import attendee_add, attendee_remove
from reviews.services.meetings import meeting_cancel, meeting_move, meeting_reply
from reviews.services.preparing import meetings_keep_ahead
from reviews.services.series import series_edit, series_end
from reviews.words import cadence_words
from tests.builders import NOW, ada, marco, maya, mona, olga, rita, sam
from tests.reviews.builders import a_series, first_meeting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def starts(series: Series) -> list[datetime]:
    return list(
        series.meetings.filter(status="scheduled").order_by("starts_at").values_list("starts_at", flat=True)
    )


def calendars(person, method: str) -> list[Calendar]:
    mails = OutgoingMail.objects.filter(to_user=person, calendar_method=method).order_by("id")
    return [Calendar.from_ical(mail.calendar) for mail in mails]


def test_a_series_lays_out_four_meetings_and_invites_everyone() -> None:
    series = a_series()
    assert starts(series) == [
        datetime(2026, 5, 12, 8, tzinfo=UTC),
        datetime(2026, 8, 11, 8, tzinfo=UTC),
        datetime(2026, 11, 10, 9, tzinfo=UTC),
        datetime(2027, 2, 9, 9, tzinfo=UTC),
    ]
    assert Participation.objects.count() == 16
    assert OutgoingMail.objects.filter(calendar_method="REQUEST").count() == 4
    (event,) = calendars(maya(), "REQUEST")[0].walk("VEVENT")
    assert event["RRULE"].to_ical() == b"FREQ=MONTHLY;INTERVAL=3;BYDAY=2TU"
    assert event["DTSTART"].dt.astimezone(UTC) == datetime(2026, 5, 12, 8, tzinfo=UTC)
    assert sorted(str(each) for each in event["ATTENDEE"]) == [
        f"mailto:{name}@example.com" for name in ("maya", "mona", "rita", "sam")
    ]
    assert AuditEntry.objects.filter(verb="series.scheduled", actor=rita()).exists()
    assert cadence_words(series) == (
        "The second Tuesday of every 3 months at 10:00 (Europe/Berlin), 90 minutes"
    )
    assert breaches() == []


@pytest.mark.parametrize(
    ("person", "is_allowed"),
    [(rita, True), (mona, True), (ada, True), (maya, False), (sam, False), (olga, False)],
)
def test_managers_and_revenue_operations_schedule(person, is_allowed: bool) -> None:
    if is_allowed:
        a_series(actor=person())
        return
    with pytest.raises(Refused):
        a_series(actor=person())
    assert not Series.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_someone_without_a_team_is_not_invited() -> None:
    with pytest.raises(Refused):
        a_series(attendees=[olga()])


def test_another_time_raises_the_edition_and_moves_what_is_ahead() -> None:
    series = a_series()
    uid, before = series.uid, list(series.meetings.order_by("pk").values_list("pk", flat=True))
    meeting_reply(meeting=first_meeting(series), actor=maya(), reply="accepted")
    series = series_edit(series=series, actor=rita(), local_time=time(9), weekday=3)
    assert (series.uid, series.sequence) == (uid, 1)
    assert starts(series)[:2] == [datetime(2026, 5, 14, 7, tzinfo=UTC), datetime(2026, 8, 13, 7, tzinfo=UTC)]
    assert list(series.meetings.order_by("pk").values_list("pk", flat=True)) == before
    assert not Participation.objects.exclude(reply="none").exists()
    (event,) = calendars(sam(), "REQUEST")[1].walk("VEVENT")
    assert (str(event["UID"]), event["SEQUENCE"]) == (uid, 1)
    assert event["RRULE"].to_ical() == b"FREQ=MONTHLY;INTERVAL=3;BYDAY=2TH"
    assert breaches() == []


def test_meetings_may_take_each_others_instants() -> None:
    """Every 30 days, begun 30 days later: each meeting gets the instant that the next one held."""
    series = a_series(cadence="every_days", every_days=30, starts_on=date(2026, 5, 10))
    old = starts(series)
    series = series_edit(series=series, actor=rita(), starts_on=date(2026, 6, 9))
    assert starts(series)[:3] == old[1:]


def test_a_change_of_facilitator_alone_is_not_a_new_edition() -> None:
    series = series_edit(series=a_series(), actor=rita(), facilitator=mona())
    assert series.sequence == 0
    assert OutgoingMail.objects.count() == 4


def test_nothing_changed_sends_nothing() -> None:
    series = a_series()
    series_edit(series=series, actor=rita(), place="Room 4")
    assert OutgoingMail.objects.count() == 4


def test_a_person_joins_and_leaves() -> None:
    series = a_series()
    attendee_add(series=series, actor=rita(), person=marco())
    assert Participation.objects.filter(person=marco()).count() == 4
    assert len(calendars(marco(), "REQUEST")) == 1
    with pytest.raises(Conflict, match="invited already"):
        attendee_add(series=series, actor=rita(), person=marco())
    attendee_remove(series=series, actor=rita(), person=marco())
    (cancelled,) = calendars(marco(), "CANCEL")
    (event,) = cancelled.walk("VEVENT")
    assert str(event["ATTENDEE"]) == "mailto:marco@example.com"
    assert event["SEQUENCE"] == 2
    assert not Participation.objects.filter(person=marco()).exists()
    attendee_add(series=series, actor=rita(), person=marco())
    (event,) = calendars(marco(), "REQUEST")[1].walk("VEVENT")
    assert event["SEQUENCE"] == 3
    assert breaches() == []


def test_the_facilitator_stays() -> None:
    series = a_series()
    with pytest.raises(Conflict, match="runs this review"):
        attendee_remove(series=series, actor=mona(), person=rita())


def test_one_meeting_moves_and_the_others_stay() -> None:
    series = a_series()
    meeting = first_meeting(series)
    original = meeting.original_at
    meeting_reply(meeting=meeting, actor=maya(), reply="accepted")
    meeting_move(meeting=meeting, actor=rita(), starts_at=original + timedelta(days=2), place="Room 5")
    meeting.refresh_from_db()
    assert (meeting.original_at, meeting.sequence) == (original, 1)
    (event,) = calendars(maya(), "REQUEST")[1].walk("VEVENT")
    assert event["RECURRENCE-ID"].dt.astimezone(UTC) == original
    assert event["LOCATION"] == "Room 5"
    assert not Participation.objects.exclude(reply="none").exists()
    assert starts(series)[1] == datetime(2026, 8, 11, 8, tzinfo=UTC)


def test_a_meeting_is_not_moved_into_the_past() -> None:
    meeting = first_meeting(a_series())
    with pytest.raises(Invalid, match="passed already"):
        meeting_move(meeting=meeting, actor=rita(), starts_at=NOW - timedelta(hours=1))


def test_a_skipped_meeting_is_cancelled_for_everyone_once() -> None:
    series = a_series()
    meeting = first_meeting(series)
    stale = Meeting.objects.select_related("series").get(pk=meeting.pk)
    meeting_cancel(meeting=meeting, actor=rita(), note="The fair is on.")
    (event,) = calendars(maya(), "CANCEL")[0].walk("VEVENT")
    assert event["RECURRENCE-ID"].dt.astimezone(UTC) == meeting.original_at
    with pytest.raises(Conflict):
        meeting_cancel(meeting=stale, actor=mona())
    assert OutgoingMail.objects.filter(calendar_method="CANCEL").count() == 4


def test_mails_of_one_series_leave_in_their_order() -> None:
    series = a_series()
    meeting_cancel(meeting=first_meeting(series), actor=rita())
    keys = set(OutgoingMail.objects.filter(to_user=maya()).values_list("sequence_key", flat=True))
    assert keys == {f"{series.uid}:{maya().pk}"}


def test_an_ended_series_has_nothing_ahead() -> None:
    series = a_series()
    series_end(series=series, actor=rita())
    assert not series.meetings.filter(status="scheduled").exists()
    assert len(calendars(sam(), "CANCEL")) == 1
    assert meetings_keep_ahead() == 0
    with pytest.raises(Conflict, match="has ended"):
        series_edit(series=series, actor=rita(), place="Room 1")
    assert breaches() == []


def test_meetings_are_kept_ahead_as_time_passes() -> None:
    series = a_series()
    assert meetings_keep_ahead() == 0
    with time_machine.travel(datetime(2026, 8, 12, tzinfo=UTC), tick=False):
        assert meetings_keep_ahead() == 2
        assert meetings_keep_ahead() == 0
        assert len([start for start in starts(series) if start > datetime(2026, 8, 12, tzinfo=UTC)]) == 4


@pytest.mark.parametrize("reply", ["accepted", "declined", "tentative"])
def test_a_reply_is_kept_and_shows_in_the_feed(reply: str) -> None:
    meeting = first_meeting(a_series())
    meeting_reply(meeting=meeting, actor=maya(), reply=reply)
    events = Calendar.from_ical(calendar_of_person(maya())).walk("VEVENT")
    one = next(event for event in events if "RECURRENCE-ID" in event)
    mine = next(each for each in one["ATTENDEE"] if "maya" in str(each))
    assert mine.params["PARTSTAT"] == reply.upper()


def test_only_the_invited_reply() -> None:
    meeting = first_meeting(a_series())
    with pytest.raises(Refused, match="not invited"):
        meeting_reply(meeting=meeting, actor=marco(), reply="accepted")


def test_held_meetings_stay_in_the_feed_after_the_pattern_changed() -> None:
    series = a_series()
    held = first_meeting(series).starts_at
    with time_machine.travel(datetime(2026, 6, 1, tzinfo=UTC), tick=False):
        series_edit(series=Series.objects.get(pk=series.pk), actor=rita(), nth=3)
        events = Calendar.from_ical(calendar_of_person(maya())).walk("VEVENT")
    assert held in [event["DTSTART"].dt.astimezone(UTC) for event in events]
    assert len({str(event["UID"]) for event in events}) == 2
