"""What calendar programs read: checked by a reader that is not ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from dateutil.rrule import rrulestr
from icalendar import Calendar, Component

from reviews import ical
from reviews.cadence import EveryDays, NthWeekday, Pattern, occurrences

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Jerusalem",
)
START = date(2026, 1, 5)
WALL = time(2, 30)  # the hour that changes skip and repeat
PATTERNS = (NthWeekday(2, 1, 3), NthWeekday(-1, 6, 1), EveryDays(30), EveryDays(90))
MAYA = ical.Guest("Maya Lindqvist", "maya@example.com", "accepted")
RITA = ical.Guest("Rita, Novak", "rita@example.com")


def a_plan(pattern: Pattern = PATTERNS[0], zone: str = "Europe/Berlin", **fields: object) -> ical.Plan:
    first = next(occurrences(pattern, starts_on=START, wall=WALL, zone=ZoneInfo(zone)))
    plan = ical.Plan(
        uid="series-1@accord.example",
        title="Quarterly review; MQL",
        pattern=pattern,
        first_at=first,
        wall=WALL,
        zone=zone,
        minutes=90,
        sequence=3,
        stamp=datetime(2026, 1, 1, tzinfo=UTC),
        place="Room 4",
        organizer=RITA,
        guests=(MAYA, RITA),
    )
    return replace(plan, **fields)  # type: ignore[arg-type]


def starts_of(text: str, until: datetime = datetime(2031, 1, 1, tzinfo=UTC)) -> list[datetime]:
    events = recurring_ical_events.of(Calendar.from_ical(text)).between(
        datetime(2025, 1, 1, tzinfo=UTC), until
    )
    return sorted(event["DTSTART"].dt.astimezone(UTC) for event in events)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("pattern", PATTERNS, ids=str)
def test_another_reader_sees_the_same_meetings_for_five_years(pattern: Pattern, zone: str) -> None:
    until = datetime(2031, 1, 1, tzinfo=UTC)
    ours = occurrences(pattern, starts_on=START, wall=WALL, zone=ZoneInfo(zone))
    expected = [instant for instant in islice(ours, 70) if instant < until]
    assert starts_of(ical.request(a_plan(pattern, zone)), until) == expected


def test_a_request_says_who_when_and_which_edition() -> None:
    calendar = Calendar.from_ical(ical.request(a_plan()))
    assert calendar["METHOD"] == "REQUEST"
    (event,) = calendar.walk("VEVENT")
    assert (str(event["UID"]), event["SEQUENCE"]) == ("series-1@accord.example", 3)
    assert event["RRULE"].to_ical() == b"FREQ=MONTHLY;INTERVAL=3;BYDAY=2TU"
    assert event["ORGANIZER"] == "mailto:rita@example.com"
    assert event["ORGANIZER"].params["CN"] == "Rita, Novak"
    assert [(str(each), each.params["PARTSTAT"], each.params["RSVP"]) for each in event["ATTENDEE"]] == [
        ("mailto:maya@example.com", "ACCEPTED", "FALSE"),
        ("mailto:rita@example.com", "NEEDS-ACTION", "TRUE"),
    ]
    assert event["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert event["DURATION"].dt == timedelta(minutes=90)
    assert event["LOCATION"] == "Room 4"
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Berlin"


def test_every_so_many_days_is_a_daily_rule() -> None:
    (event,) = Calendar.from_ical(ical.request(a_plan(EveryDays(90)))).walk("VEVENT")
    assert event["RRULE"].to_ical() == b"FREQ=DAILY;INTERVAL=90"


def test_a_moved_meeting_names_the_instant_it_replaces() -> None:
    original = datetime(2026, 4, 14, 0, 30, tzinfo=UTC)
    moved = ical.Occasion(original, original + timedelta(days=1), 60, "Room 5")
    plan = a_plan(occasions=(moved,))
    (one,) = Calendar.from_ical(ical.request_one(plan, moved)).walk("VEVENT")
    assert one["RECURRENCE-ID"].dt.astimezone(UTC) == original
    assert one["SEQUENCE"] == 3
    assert "RRULE" not in one
    starts = starts_of(ical.request(plan))
    assert original not in starts
    assert original + timedelta(days=1) in starts


def test_a_skipped_meeting_is_gone() -> None:
    original = datetime(2026, 4, 14, 0, 30, tzinfo=UTC)
    skipped = ical.Occasion(original, original, 90, is_cancelled=True)
    plan = a_plan(occasions=(skipped,))
    assert original in starts_of(ical.request(a_plan()))
    assert original not in starts_of(ical.request(plan))
    calendar = Calendar.from_ical(ical.cancel_some(plan, [skipped]))
    (event,) = calendar.walk("VEVENT")
    assert (calendar["METHOD"], str(event["STATUS"])) == ("CANCEL", "CANCELLED")
    assert event["RECURRENCE-ID"].dt.astimezone(UTC) == original


def test_a_cancelled_series_is_cancelled_for_those_named() -> None:
    calendar = Calendar.from_ical(ical.cancel(a_plan(), [MAYA]))
    (event,) = calendar.walk("VEVENT")
    assert (calendar["METHOD"], str(event["STATUS"]), event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 3)
    assert event["ATTENDEE"] == "mailto:maya@example.com"


def test_an_ended_series_stops() -> None:
    until = datetime(2026, 8, 1, tzinfo=UTC)
    assert all(start <= until for start in starts_of(ical.request(a_plan(until=until))))
    assert len(starts_of(ical.request(a_plan(until=until)))) == 3


def test_a_feed_holds_several_series_and_what_was_before() -> None:
    other = replace(a_plan(EveryDays(30), "America/New_York"), uid="series-2@accord.example")
    was = ical.Occasion(
        datetime(2025, 6, 3, 8, tzinfo=UTC), datetime(2025, 6, 3, 8, tzinfo=UTC), 60, uid="meeting-1"
    )
    calendar = Calendar.from_ical(ical.feed([a_plan(), other], name="Reviews", past=[(a_plan(), was)]))
    assert calendar["METHOD"] == "PUBLISH"
    assert len({str(event["UID"]) for event in calendar.walk("VEVENT")}) == 3
    assert {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")} == {"Europe/Berlin", "America/New_York"}


def starts_of_change(rule: Component) -> list[datetime]:
    """Local times at which an offset begins, for eight years."""
    start = rule["DTSTART"].dt
    if "RRULE" in rule:
        text = rule["RRULE"].to_ical().decode()
        return list(takewhile(lambda each: each.year < 2034, rrulestr(text, dtstart=start)))
    return [start, *(each.dt for each in (rule["RDATE"].dts if "RDATE" in rule else ()))]


@pytest.mark.parametrize("name", ZONES[1:])
def test_the_spelled_out_zone_agrees_with_the_database(name: str) -> None:
    """Read our VTIMEZONE by its own words alone: the last change before an instant gives the offset."""
    zone = ZoneInfo(name)
    changes = sorted(
        (start - rule["TZOFFSETFROM"].td, rule["TZOFFSETTO"].td)
        for rule in ical.time_zone(name, 2025).subcomponents
        for start in starts_of_change(rule)
    )
    for hours in range(0, 24 * 365 * 8, 7):
        instant = datetime(2025, 1, 2, tzinfo=UTC) + timedelta(hours=hours)
        offset = [after for start, after in changes if start <= instant.replace(tzinfo=None)][-1]
        assert offset == instant.astimezone(zone).utcoffset(), instant


def test_long_lines_are_folded() -> None:
    text = ical.request(a_plan(words="An agenda with äöü and “quotes”. " * 20))
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
