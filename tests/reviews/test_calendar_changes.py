"""What becomes of the meetings ahead when their series changes, and what is sent about them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from icalendar import Calendar

from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry, OutgoingMail, User
from reviews.invariants import breaches
from reviews.models import Attendee, Meeting, Participation, Series
from reviews.selectors.series import calendar_of_person, houses_without_seat
from reviews.services.attending import attendee_add, attendee_remove
from reviews.services.calling import checkpoints_add, meeting_call
from reviews.services.meetings import meeting_cancel, meeting_move, meeting_reply
from reviews.services.series import series_edit, series_end
from tests.builders import NOW, an_active_version, marco, maya, mona, olga, rita, sam, sofia
from tests.races import at_once, faults
from tests.reviews.builders import a_series, first_meeting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
JUNE = datetime(2026, 6, 1, 12, tzinfo=UTC)


def starts(series: Series) -> list[datetime]:
    rows = series.meetings.filter(status="scheduled", is_extra=False).order_by("starts_at")
    return list(rows.values_list("starts_at", flat=True))


def at(number: int, series: Series) -> Meeting:
    return series.meetings.select_related("series").order_by("original_at")[number]


def messages(person: User) -> list[tuple[str, list[tuple[int, datetime | None]]]]:
    """(method, (sequence, recurrence id) of each event) of every mail to the person, in order."""
    found = []
    for mail in OutgoingMail.objects.filter(to_user=person).exclude(calendar="").order_by("id"):
        events = Calendar.from_ical(mail.calendar).walk("VEVENT")
        named = [
            (each["SEQUENCE"], each["RECURRENCE-ID"].dt.astimezone(UTC) if "RECURRENCE-ID" in each else None)
            for each in events
        ]
        found.append((mail.calendar_method, named))
    return found


# -- a new pattern goes on from the next meeting -------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "values", "expected"),
    [
        ("another hour", {"local_time": time(9)}, datetime(2026, 8, 11, 7, tzinfo=UTC)),
        ("another zone", {"time_zone": "America/New_York"}, datetime(2026, 8, 11, 14, tzinfo=UTC)),
        ("another weekday", {"weekday": 3}, datetime(2026, 8, 13, 8, tzinfo=UTC)),
        ("a later week", {"nth": -1}, datetime(2026, 8, 25, 8, tzinfo=UTC)),
        ("another rhythm", {"every_months": 1}, datetime(2026, 8, 11, 8, tzinfo=UTC)),
        ("by days", {"cadence": "every_days", "every_days": 90}, datetime(2026, 8, 11, 8, tzinfo=UTC)),
        ("a day that was chosen", {"starts_on": date(2026, 7, 1)}, datetime(2026, 7, 14, 8, tzinfo=UTC)),
        ("a day that has passed", {"starts_on": date(2026, 1, 1)}, datetime(2026, 6, 9, 8, tzinfo=UTC)),
    ],
)
def test_between_two_meetings_the_next_one_stays_in_its_month(case: str, values, expected: datetime) -> None:
    """In June, between that of May and that of August: a change of the hour must not call one in June."""
    series = a_series()
    with time_machine.travel(JUNE, tick=False):
        series = series_edit(series=series, actor=rita(), **values)
        assert next(each for each in starts(series) if each > JUNE) == expected


def test_a_day_that_is_in_another_month_elsewhere_stays_in_its_own() -> None:
    """The last Sunday at 23:45 in New York is the first of the next month in Berlin."""
    series = a_series(nth=-1, weekday=6, local_time=time(23, 45), time_zone="America/New_York")
    assert starts(series)[0] == datetime(2026, 6, 1, 3, 45, tzinfo=UTC)
    series = series_edit(series=series, actor=rita(), time_zone="Europe/Berlin")
    assert starts(series)[0] == datetime(2026, 5, 31, 21, 45, tzinfo=UTC)


def test_days_are_counted_on_from_the_next_meeting() -> None:
    series = a_series(cadence="every_days", every_days=90, starts_on=date(2026, 5, 10))
    with time_machine.travel(JUNE, tick=False):
        series = series_edit(series=series, actor=rita(), local_time=time(9))
        assert [each for each in starts(series) if each > JUNE][:2] == [
            datetime(2026, 8, 8, 7, tzinfo=UTC),
            datetime(2026, 11, 6, 8, tzinfo=UTC),
        ]


def test_a_day_that_has_passed_in_its_month_leaves_out_no_quarter() -> None:
    """On 8 May the second Tuesday is still to come and the first is not: the review is held in June."""
    series = a_series()
    with time_machine.travel(datetime(2026, 5, 8, 12, tzinfo=UTC), tick=False):
        series = series_edit(series=series, actor=rita(), nth=1)
        assert starts(series)[:2] == [
            datetime(2026, 6, 2, 8, tzinfo=UTC),
            datetime(2026, 9, 1, 8, tzinfo=UTC),
        ]


def test_an_hour_of_today_that_has_passed_leaves_out_no_quarter() -> None:
    with time_machine.travel(datetime(2026, 5, 12, 7, tzinfo=UTC), tick=False):
        series = a_series(starts_on=date(2026, 5, 12), local_time=time(8))
        assert starts(series)[0] == datetime(2026, 6, 9, 6, tzinfo=UTC)
        later = a_series(starts_on=date(2026, 5, 12))
        later = series_edit(series=later, actor=rita(), local_time=time(8))
        assert starts(later)[0] == datetime(2026, 6, 9, 6, tzinfo=UTC)


# -- moved and skipped meetings ------------------------------------------------------------------------------


def test_a_skipped_meeting_stays_skipped_and_a_moved_one_stays_moved() -> None:
    series = a_series()
    meeting_cancel(meeting=at(1, series), actor=rita())
    elsewhen = datetime(2026, 11, 12, 13, tzinfo=UTC)
    meeting_move(meeting=at(2, series), actor=rita(), starts_at=elsewhen)
    series = series_edit(series=Series.objects.get(pk=series.pk), actor=rita(), local_time=time(9))
    assert starts(series)[:2] == [datetime(2026, 5, 12, 7, tzinfo=UTC), elsewhen]
    assert at(1, series).status == "cancelled"
    assert at(2, series).original_at == datetime(2026, 11, 10, 8, tzinfo=UTC)
    assert breaches() == []


def test_what_calendars_hold_apart_is_withdrawn_before_the_series_is_sent_again() -> None:
    series = a_series()
    original = at(0, series).original_at
    meeting_move(meeting=at(0, series), actor=rita(), starts_at=original + timedelta(days=1))
    series_edit(series=Series.objects.get(pk=series.pk), actor=rita(), weekday=3)
    assert messages(sam()) == [
        ("REQUEST", [(0, None)]),
        ("REQUEST", [(1, original)]),
        ("CANCEL", [(2, original)]),
        ("REQUEST", [(3, None)]),
    ]


def test_what_was_sent_by_itself_is_named_in_every_later_message() -> None:
    """Also when it was moved back to its time: a program may hold it with the place that it had then."""
    series = a_series()
    meeting, original = at(0, series), at(0, series).original_at
    meeting_move(meeting=meeting, actor=rita(), starts_at=original + timedelta(days=1))
    meeting_move(meeting=meeting, actor=rita(), starts_at=original)
    series_edit(series=Series.objects.get(pk=series.pk), actor=rita(), place="Room 9")
    assert messages(sam())[-1] == ("REQUEST", [(3, None), (3, original)])


def test_a_meeting_moved_beyond_the_change_stands_on_its_own() -> None:
    series = a_series()
    original = at(0, series).original_at
    moved = datetime(2026, 6, 20, 8, tzinfo=UTC)
    meeting_move(meeting=at(0, series), actor=rita(), starts_at=moved)
    with time_machine.travel(JUNE, tick=False):
        series = series_edit(series=Series.objects.get(pk=series.pk), actor=rita(), local_time=time(9))
        meeting = at(0, series)
        assert (meeting.is_extra, meeting.starts_at) == (True, moved)
        assert starts(series)[0] == datetime(2026, 8, 11, 7, tzinfo=UTC)
        sent = messages(sam())[-3:]
        assert [method for method, _ in sent] == ["CANCEL", "REQUEST", "REQUEST"]
        assert sent[0][1] == [(2, original)]
        mail = OutgoingMail.objects.filter(to_user=sam()).latest("id")
        (event,) = Calendar.from_ical(mail.calendar).walk("VEVENT")
        assert str(event["UID"]) == f"meeting-{meeting.pk}.{series.uid}"
        assert breaches() == []


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_bear_two_numbers() -> None:
    series = a_series()
    first, second = at(0, series), at(1, series)
    found = at_once(
        lambda: meeting_move(meeting=first, actor=rita(), starts_at=first.original_at + timedelta(days=1)),
        lambda: meeting_move(meeting=second, actor=mona(), starts_at=second.original_at + timedelta(days=1)),
    )
    assert faults(found) == []
    assert [named[0][0] for _method, named in messages(sam())] == [0, 1, 2]


# -- people --------------------------------------------------------------------------------------------------


def test_a_new_facilitator_is_seated_and_invited() -> None:
    series = a_series(attendees=[maya(), sam()])
    series_edit(series=series, actor=rita(), facilitator=mona())
    assert Participation.objects.filter(person=mona()).count() == 4
    assert messages(mona()) == [("REQUEST", [(1, None)])]
    assert len(messages(sam())) == 1
    assert set(series.meetings.values_list("facilitator", flat=True)) == {mona().pk}


def test_the_consulted_are_free_to_stay_away() -> None:
    series = a_series(attendees=[maya(), sam()], consulted=[marco(), sam()])
    parts = dict(series.attendees.values_list("person__email", "part"))
    assert parts == {
        "maya@example.com": "required", "sam@example.com": "required",
        "rita@example.com": "required", "marco@example.com": "consulted",
    }  # fmt: skip
    (event,) = Calendar.from_ical(OutgoingMail.objects.filter(to_user=marco()).get().calendar).walk("VEVENT")
    roles = {str(each): each.params["ROLE"] for each in event["ATTENDEE"]}
    assert roles["mailto:marco@example.com"] == "OPT-PARTICIPANT"
    assert roles["mailto:maya@example.com"] == "REQ-PARTICIPANT"
    meeting_move(meeting=at(0, series), actor=rita(), starts_at=NOW + timedelta(days=3))
    mail = OutgoingMail.objects.filter(to_user=marco()).latest("id")
    (event,) = Calendar.from_ical(mail.calendar).walk("VEVENT")
    assert {str(each): each.params["ROLE"] for each in event["ATTENDEE"]} == roles


def test_a_house_that_is_only_asked_is_missing() -> None:
    series = a_series(attendees=[sam()], consulted=[maya()])
    assert houses_without_seat(series.attendees.select_related("person")) == ["marketing"]
    attendee_add(series=series, actor=rita(), person=marco())
    assert houses_without_seat(series.attendees.select_related("person")) == []


# -- out of the cadence --------------------------------------------------------------------------------------


def a_launch(series: Series, **values) -> Meeting:
    settings = {"starts_at": NOW + timedelta(days=20), "trigger_kind": "launch", "trigger": "Prices change."}
    return meeting_call(series=series, actor=rita(), **{**settings, **values})


def test_a_meeting_out_of_the_cadence_has_an_entry_of_its_own() -> None:
    series = a_series()
    meeting = a_launch(series)
    assert meeting.participations.count() == 4
    assert starts(series)[0] == datetime(2026, 5, 12, 8, tzinfo=UTC)
    mail = OutgoingMail.objects.filter(to_user=sam()).latest("id")
    (event,) = Calendar.from_ical(mail.calendar).walk("VEVENT")
    assert (mail.calendar_method, "RRULE" in event, "RECURRENCE-ID" in event) == ("REQUEST", False, False)
    assert str(event["UID"]) == f"meeting-{meeting.pk}.{series.uid}"
    assert str(event["DESCRIPTION"]) == "Product launch: Prices change."
    assert "Product launch: Prices change." in mail.text
    assert AuditEntry.objects.filter(verb="meeting.called", actor=rita(), note="Prices change.").exists()
    uids = [str(each["UID"]) for each in Calendar.from_ical(calendar_of_person(sam())).walk("VEVENT")]
    assert uids == [series.uid, f"meeting-{meeting.pk}.{series.uid}"]


def test_it_may_be_moved_and_called_off_like_any_other() -> None:
    meeting = a_launch(a_series())
    meeting_move(meeting=meeting, actor=rita(), starts_at=NOW + timedelta(days=22))
    meeting_cancel(meeting=Meeting.objects.get(pk=meeting.pk), actor=rita())
    assert messages(sam())[1:] == [
        ("REQUEST", [(1, None)]),
        ("REQUEST", [(2, None)]),
        ("CANCEL", [(3, None)]),
    ]


def test_who_joins_and_who_leaves_are_told_of_it() -> None:
    series = a_series()
    a_launch(series)
    attendee_add(series=series, actor=rita(), person=sofia())
    attendee_remove(series=series, actor=rita(), person=sofia())
    assert [method for method, _named in messages(sofia())] == ["REQUEST", "REQUEST", "CANCEL", "CANCEL"]


@pytest.mark.parametrize(
    ("case", "values", "field"),
    [
        ("a time that has passed", {"starts_at": NOW - timedelta(hours=1)}, "starts_at"),
        ("a day beyond calendars", {"starts_at": datetime(9999, 1, 1, tzinfo=UTC)}, "starts_at"),
        ("no such trigger", {"trigger_kind": "boredom"}, "trigger_kind"),
        ("something else, and nothing said", {"trigger_kind": "other", "trigger": " "}, "trigger"),
    ],
)
def test_what_cannot_be_called(case: str, values, field: str) -> None:
    series = a_series()
    with pytest.raises(Invalid) as caught:
        a_launch(series, **values)
    assert caught.value.field == field
    assert series.meetings.count() == 4


def test_a_member_calls_no_meeting() -> None:
    series = a_series()
    with pytest.raises(Refused):
        meeting_call(series=series, actor=maya(), starts_at=NOW + timedelta(days=1), trigger_kind="drift")
    with pytest.raises(Refused):
        checkpoints_add(series=series, actor=maya())
    assert series.meetings.count() == 4


def test_a_definition_that_assumes_is_looked_at_after_30_and_60_days() -> None:
    version = an_active_version()
    type(version).objects.filter(pk=version.pk).update(activated_at=datetime(2026, 4, 20, 9, tzinfo=UTC))
    series = a_series(with_checkpoints=True)
    checkpoints = list(series.meetings.filter(is_extra=True).order_by("starts_at"))
    # 30 days are on a Wednesday; 60 on a Friday.
    assert [(each.trigger_kind, each.trigger, each.starts_at) for each in checkpoints] == [
        ("checkpoint", "30 days of MQL v1", datetime(2026, 5, 20, 8, tzinfo=UTC)),
        ("checkpoint", "60 days of MQL v1", datetime(2026, 6, 19, 8, tzinfo=UTC)),
    ]
    with pytest.raises(Conflict, match="no checkpoint to add"):
        checkpoints_add(series=series, actor=rita())


def test_checkpoints_that_are_past_are_not_added_and_none_is_at_a_week_end() -> None:
    version = an_active_version()
    type(version).objects.filter(pk=version.pk).update(activated_at=datetime(2026, 3, 10, 9, tzinfo=UTC))
    (checkpoint,) = checkpoints_add(series=a_series(), actor=rita())
    # 60 days are on Saturday 9 May.
    assert checkpoint.starts_at == datetime(2026, 5, 11, 8, tzinfo=UTC)


# -- the end -------------------------------------------------------------------------------------------------


def test_a_series_that_has_met_keeps_its_past_in_calendars() -> None:
    series = a_series()
    with time_machine.travel(JUNE, tick=False):
        meeting_move(meeting=at(1, series), actor=rita(), starts_at=datetime(2026, 7, 1, 8, tzinfo=UTC))
        a_launch(series, starts_at=JUNE + timedelta(days=9))
        series_end(series=series, actor=rita())
        sent = messages(sam())[-3:]
        assert [method for method, _named in sent] == ["CANCEL", "REQUEST", "CANCEL"]
        mail = OutgoingMail.objects.filter(to_user=sam(), calendar_method="REQUEST").latest("id")
        (event,) = Calendar.from_ical(mail.calendar).walk("VEVENT")
        assert event["RRULE"]["UNTIL"] == [JUNE]
        assert "has ended" in mail.text
    assert breaches() == []


# -- replies to a whole series -------------------------------------------------------------------------------


def test_the_answer_for_the_series_goes_into_later_messages_and_later_meetings() -> None:
    series = a_series()
    Attendee.objects.filter(series=series, person=maya()).update(reply="accepted", replied_at=NOW)
    series = series_edit(series=series, actor=rita(), title="Review")
    mail = OutgoingMail.objects.filter(to_user=sam()).latest("id")
    (event,) = Calendar.from_ical(mail.calendar).walk("VEVENT")
    mine = next(each for each in event["ATTENDEE"] if "maya" in each)
    assert mine.params["PARTSTAT"] == "ACCEPTED"
    series_edit(series=series, actor=rita(), local_time=time(9))
    assert set(series.attendees.values_list("reply", flat=True)) == {"none"}


def test_a_reply_to_one_meeting_makes_no_message_longer() -> None:
    series = a_series()
    meeting_reply(meeting=first_meeting(series), actor=maya(), reply="declined")
    series_edit(series=series, actor=rita(), place="Room 9")
    assert messages(sam())[-1] == ("REQUEST", [(1, None)])


def test_nobody_without_a_team_is_consulted() -> None:
    with pytest.raises(Refused):
        a_series(consulted=[olga()])
    assert not Series.objects.exists()
