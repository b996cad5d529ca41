"""Working time by tables, and its two functions against each other by properties."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.common.calendars import calendar_of, public_holidays
from portal.common.models import OwnHoliday, WorkingHours, Workspace
from portal.common.working_time import (
    Calendar,
    NoWorkingTime,
    add_working_days,
    add_working_time,
    working_time_before,
    working_time_between,
)

BERLIN = ZoneInfo("Europe/Berlin")
DESK = Calendar(zone=BERLIN)
LUNCH = Calendar(
    hours={day: ((time(9), time(12)), (time(13), time(17))) for day in range(5)},
    zone=BERLIN,
    holidays=frozenset({date(2026, 5, 1)}),
)
NIGHTS = Calendar(hours={6: ((time(0), time(8)),)}, zone=BERLIN)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("case", "calendar", "start", "hours", "expected"),
    [
        ("within a day", DESK, "2026-05-04T10:00", 3, "2026-05-04T13:00"),
        ("exactly to the end of the day", DESK, "2026-05-04T09:00", 8, "2026-05-04T17:00"),
        ("over night", DESK, "2026-05-04T16:00", 2, "2026-05-05T10:00"),
        ("Friday evening is due on Monday", DESK, "2026-05-08T18:30", 8, "2026-05-11T17:00"),
        ("before work begins", DESK, "2026-05-04T06:00", 1, "2026-05-04T10:00"),
        ("Saturday", DESK, "2026-05-09T12:00", 1, "2026-05-11T10:00"),
        ("nothing", DESK, "2026-05-09T12:00", 0, "2026-05-09T12:00"),
        ("over lunch", LUNCH, "2026-05-04T11:30", 1, "2026-05-04T13:30"),
        ("over a holiday and a weekend", LUNCH, "2026-04-30T16:00", 2, "2026-05-04T10:00"),
        ("three weeks", DESK, "2026-05-04T09:00", 120, "2026-05-22T17:00"),
        # Sunday 29 March 2026: the clocks skip 02:00 to 03:00, so the stretch has seven hours.
        ("spring forward", NIGHTS, "2026-03-29T00:00", 7, "2026-03-29T08:00"),
        ("spring forward, all done a week later", NIGHTS, "2026-03-29T00:00", 8, "2026-04-05T01:00"),
        # Sunday 25 October 2026 has nine.
        ("fall back", NIGHTS, "2026-10-25T00:00", 9, "2026-10-25T08:00"),
    ],
)
def test_add_working_time(case: str, calendar: Calendar, start: str, hours: int, expected: str) -> None:
    assert add_working_time(local(start), hours, calendar) == local(expected)


@pytest.mark.parametrize(
    ("case", "start", "days", "expected"),
    [
        ("five days from Monday", "2026-05-04T12:00", 5, "2026-05-11T17:00"),
        ("one day from Friday", "2026-05-08T12:00", 1, "2026-05-11T17:00"),
        ("over a holiday", "2026-04-30T12:00", 1, "2026-05-04T17:00"),
        ("none, at work", "2026-05-04T12:00", 0, "2026-05-04T17:00"),
        ("none, after work", "2026-05-04T19:00", 0, "2026-05-05T17:00"),
        ("from a Saturday", "2026-05-09T12:00", 1, "2026-05-11T17:00"),
    ],
)
def test_add_working_days(case: str, start: str, days: int, expected: str) -> None:
    assert add_working_days(local(start), days, LUNCH) == local(expected)


@pytest.mark.parametrize(
    ("case", "a", "b", "expected"),
    [
        ("an hour", "2026-05-04T10:00", "2026-05-04T11:00", 1),
        ("over lunch", "2026-05-04T11:00", "2026-05-04T14:00", 2),
        ("over a weekend", "2026-05-08T16:00", "2026-05-11T10:00", 2),
        ("all on Sunday", "2026-05-10T08:00", "2026-05-10T20:00", 0),
        ("backwards", "2026-05-04T11:00", "2026-05-04T10:00", -1),
    ],
)
def test_working_time_between(case: str, a: str, b: str, expected: int) -> None:
    assert working_time_between(local(a), local(b), LUNCH) == timedelta(hours=expected)


def test_overlapping_stretches_count_once() -> None:
    calendar = Calendar(hours={0: ((time(9), time(12)), (time(11), time(13)))}, zone=BERLIN)
    assert working_time_between(local("2026-05-04T00:00"), local("2026-05-05T00:00"), calendar) == timedelta(
        hours=4
    )


def test_a_calendar_without_hours_says_so() -> None:
    nothing = Calendar(hours={}, zone=BERLIN)
    with pytest.raises(NoWorkingTime):
        add_working_time(local("2026-05-04T10:00"), 1, nothing)
    with pytest.raises(NoWorkingTime):
        add_working_days(local("2026-05-04T10:00"), 1, nothing)


def test_negative_time_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        add_working_time(local("2026-05-04T10:00"), -1, DESK)


@given(
    start=st.integers(1_700_000_000, 1_830_000_000).map(lambda s: datetime.fromtimestamp(s, UTC)),
    minutes=st.integers(1, 60_000),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
)
def test_what_was_added_lies_between(start: datetime, minutes: int, zone: str) -> None:
    calendar = Calendar(hours=LUNCH.hours, zone=ZoneInfo(zone), holidays=LUNCH.holidays)
    amount = timedelta(minutes=minutes)
    assert working_time_between(start, add_working_time(start, amount, calendar), calendar) == amount
    before = working_time_before(start, amount, calendar)
    assert working_time_between(before, start, calendar) == amount
    a_moment = timedelta(microseconds=1)
    assert working_time_between(before + a_moment, start, calendar) < amount


def test_public_holidays_come_by_country_and_region() -> None:
    assert date(2026, 10, 3) in public_holidays("DE", "", (2026,))
    assert date(2026, 1, 6) in public_holidays("DE", "BY", (2026,))
    assert date(2026, 1, 6) not in public_holidays("DE", "", (2026,))
    assert date(2026, 10, 3) in public_holidays("DE", "NOWHERE", (2026,))
    assert public_holidays("XX", "", (2026,)) == frozenset()
    assert public_holidays("", "", (2026,)) == frozenset()


@pytest.mark.django_db
def test_calendar_of_reads_the_rows() -> None:
    Workspace.objects.update(time_zone="Europe/Berlin", holiday_country="DE")
    year = datetime.now(tz=UTC).year
    day = date(year, 7, 14)
    OwnHoliday.objects.create(day=day, name="Summer party", team="sales")
    sales, marketing = calendar_of("sales"), calendar_of("marketing")
    assert sales.zone == BERLIN
    assert sales.hours[0] == ((time(9), time(17)),)
    assert 5 not in sales.hours
    assert day in sales.holidays
    assert day not in marketing.holidays
    assert date(year, 10, 3) in sales.holidays


@pytest.mark.django_db
def test_a_team_without_hours_has_a_desk_week() -> None:
    WorkingHours.objects.all().delete()
    assert calendar_of("sales").hours == dict(Calendar().hours)
