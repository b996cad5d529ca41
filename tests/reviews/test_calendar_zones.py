"""Twenty years of meetings in thirty time zones, read by programs that are not ours.

`ACCORD_ALL_PATTERNS` holds every pattern to every zone; else each zone has one of them in turn.
"""

from __future__ import annotations

import io
import os
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
import vobject
from dateutil.tz import tzical
from icalendar import Calendar

from reviews import ical
from reviews.cadence import EveryDays, NthWeekday, Pattern, Timetable

# Whole, half and quarter hours; both hemispheres; clocks that change by half an hour, at midnight, by the
# moon, on a Friday, no more, or not at all; and both sides of the date line.
ZONES = (
    "UTC", "Europe/London", "Europe/Dublin", "Europe/Berlin", "Europe/Lisbon", "Europe/Moscow",
    "Europe/Istanbul", "America/New_York", "America/Chicago", "America/Los_Angeles", "America/St_Johns",
    "America/Sao_Paulo", "America/Santiago", "America/Havana", "America/Asuncion", "America/Nuuk",
    "Africa/Casablanca", "Africa/Cairo", "Africa/Lagos", "Asia/Beirut", "Asia/Jerusalem", "Asia/Tehran",
    "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo", "Australia/Sydney", "Australia/Lord_Howe",
    "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia",
)  # fmt: skip
PATTERNS: tuple[Pattern, ...] = (
    NthWeekday(2, 1, 3),
    NthWeekday(-1, 6, 1),
    EveryDays(30),
    NthWeekday(1, 4, 3),
    EveryDays(90),
)
YEARS = 20
START, END = date(2026, 1, 1), datetime(2046, 1, 1, tzinfo=UTC)
ALL = [(zone, pattern) for zone in ZONES for pattern in PATTERNS]
IN_TURN = [(zone, PATTERNS[number % len(PATTERNS)]) for number, zone in enumerate(ZONES)]
CASES = ALL if os.environ.get("ACCORD_ALL_PATTERNS") else IN_TURN


def a_timetable(zone: str, pattern: Pattern, wall: time) -> Timetable:
    return Timetable(pattern, START, wall, ZoneInfo(zone))


def an_invitation(table: Timetable, zone: str) -> str:
    plan = ical.Plan(
        uid="series-1@accord.example",
        title="Quarterly review",
        pattern=table.pattern,
        first_at=next(table.occurrences()),
        wall=table.wall,
        zone=zone,
        minutes=90,
        sequence=0,
        stamp=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return ical.request(plan)


def instants_of(table: Timetable) -> list[datetime]:
    return list(takewhile(lambda instant: instant < END, table.occurrences()))


def test_there_are_thirty_zones() -> None:
    assert len(set(ZONES)) == 30


@pytest.mark.parametrize("wall", [time(10), time(2, 30), time(0)], ids=str)
@pytest.mark.parametrize(("zone", "pattern"), CASES, ids=str)
def test_the_expander_gives_the_same_instants(zone: str, pattern: Pattern, wall: time) -> None:
    table = a_timetable(zone, pattern, wall)
    calendar = Calendar.from_ical(an_invitation(table, zone))
    found = recurring_ical_events.of(calendar).between(datetime(2025, 12, 1, tzinfo=UTC), END)
    expected = instants_of(table)
    assert sorted(event["DTSTART"].dt.astimezone(UTC) for event in found) == expected
    assert len(expected) >= YEARS * 4 - 1


@pytest.mark.parametrize(("zone", "pattern"), IN_TURN[1:], ids=str)
def test_a_program_that_knows_no_zones_reads_them_from_the_invitation(zone: str, pattern: Pattern) -> None:
    """The offsets of our VTIMEZONE as dateutil reads them, at the wall times of the pattern."""
    table = a_timetable(zone, pattern, time(10))
    (spelled,) = Calendar.from_ical(an_invitation(table, zone)).walk("VTIMEZONE")
    text = f"BEGIN:VCALENDAR\r\n{spelled.to_ical().decode()}END:VCALENDAR\r\n"
    read = tzical(io.StringIO(text)).get(zone)
    walls = [each.astimezone(table.zone).replace(tzinfo=read) for each in instants_of(table)]
    assert [each.astimezone(UTC) for each in walls] == instants_of(table)


# vobject 0.9.9 drops all but the first RDATE of a zone, and reads London and Lisbon from elsewhere.
MISREAD = {"Africa/Casablanca", "Africa/Cairo", "Europe/London", "Europe/Lisbon"}


@pytest.mark.parametrize(("zone", "pattern"), [each for each in IN_TURN if each[0] not in MISREAD], ids=str)
def test_vobject_reads_the_zone_and_the_rule(zone: str, pattern: Pattern) -> None:
    table = a_timetable(zone, pattern, time(10))
    (event,) = vobject.readOne(an_invitation(table, zone)).vevent_list
    found = [each.astimezone(UTC) for each in takewhile(lambda each: each < END, event.getrruleset())]
    assert found == instants_of(table)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("nth", "weekday"), [(2, 1), (1, 0), (-1, 6)], ids=["the second Tuesday", "Monday", "the last Sunday"]
)
def test_no_quarter_of_twenty_years_is_left_out(zone: str, nth: int, weekday: int) -> None:
    """Begun on a 31st, in every zone: each quarter has exactly one review."""
    pattern = NthWeekday(nth, weekday, 3)
    table = Timetable(pattern, date(2026, 1, 31), time(10), ZoneInfo(zone))
    local = [each.astimezone(table.zone) for each in instants_of(table)]
    quarters = [(each.year * 12 + each.month - 2) // 3 for each in local]
    assert quarters == list(range(quarters[0], quarters[0] + len(quarters)))
    assert local[0].date() - date(2026, 1, 31) < timedelta(days=31)


def test_a_first_meeting_in_the_hour_that_is_skipped_moves_no_other() -> None:
    """The last Sunday of March at 02:30 is not there in Berlin; those after it are at 02:30 all the same."""
    table = Timetable(NthWeekday(-1, 6, 1), date(2026, 3, 1), time(2, 30), ZoneInfo("Europe/Berlin"))
    text = an_invitation(table, "Europe/Berlin")
    assert "DTSTART;TZID=Europe/Berlin:20260329T023000" in text
    found = recurring_ical_events.of(Calendar.from_ical(text)).between(datetime(2026, 1, 1, tzinfo=UTC), END)
    assert sorted(event["DTSTART"].dt.astimezone(UTC) for event in found) == instants_of(table)


# -- a broken twin -------------------------------------------------------------------------------------------


def test_a_portal_that_keeps_the_instant_and_not_the_wall_time_is_caught() -> None:
    """Every 91 days of 24 hours are every 91 days, but for the hour that Berlin changes twice a year."""
    table = a_timetable("Europe/Berlin", EveryDays(91), time(10))
    twin = [instants_of(table)[0] + number * timedelta(days=91) for number in range(len(instants_of(table)))]
    found = recurring_ical_events.of(Calendar.from_ical(an_invitation(table, "Europe/Berlin"))).between(
        datetime(2025, 12, 1, tzinfo=UTC), END
    )
    starts = sorted(event["DTSTART"].dt.astimezone(UTC) for event in found)
    assert starts == instants_of(table)
    assert starts != twin
