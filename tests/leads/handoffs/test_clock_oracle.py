"""The instants of a promise against a clock that walks minute by minute and asks the wall each time.

It knows nothing of stretches, of sums or of instants in UTC: only whether somebody works at this minute.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.handoffs.clocks import promise_from
from portal.common.working_time import Calendar, add_working_time, working_time_between

MINUTE = timedelta(minutes=1)
CASES = int(os.environ.get("ACCORD_CASES", "150"))
# Days on which the clocks change in 2026, by zone; India and Arizona never do.
CHANGES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),  # by half an hour
    "America/Santiago": (date(2026, 4, 4), date(2026, 9, 6)),  # at midnight
    "Asia/Kolkata": (date(2026, 3, 29),),
    "America/Phoenix": (date(2026, 11, 1),),
}


def works(instant: datetime, calendar: Calendar) -> bool:
    wall = instant.astimezone(calendar.zone)
    return wall.date() not in calendar.holidays and any(
        starts <= wall.time() < ends for starts, ends in calendar.hours.get(wall.weekday(), ())
    )


def walk(start: datetime, minutes: int, calendar: Calendar) -> datetime:
    """The first instant by which somebody has worked so many minutes since `start`."""
    instant = start
    while minutes:
        minutes -= works(instant, calendar)
        instant += MINUTE
    return instant


# Clocks change between eleven at night and four. In these hours no stretch begins or ends, since there the
# wall says the same twice or skips it: what counts then, a table below says.
walls = st.sampled_from([time(0), *(time(hour, half) for hour in range(4, 23) for half in (0, 30)), time(23)])


@st.composite
def stretches(draw: st.DrawFn) -> tuple[tuple[time, time], ...]:
    pairs = draw(st.lists(st.tuples(walls, walls), max_size=3))
    return tuple(sorted((min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]))


@st.composite
def promises(draw: st.DrawFn) -> tuple[Calendar, datetime, int]:
    """A calendar with work in it, an instant near a change of its clocks, and a promise in hours."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    change = draw(st.sampled_from(CHANGES[zone]))
    week = draw(st.fixed_dictionaries({day: stretches() for day in range(7)}))
    if sum(map(len, week.values())) < 3:
        week = {**week, 0: ((time(0), time(23)),), 6: ((time(0), time(23)),)}
    near = st.integers(-3, 3).map(lambda days: change + timedelta(days=days))
    holidays = draw(st.frozensets(near, max_size=3))
    minutes = draw(st.integers(-3 * 1440, 2 * 1440))
    start = datetime(change.year, change.month, change.day, tzinfo=UTC) + minutes * MINUTE
    return Calendar(hours=week, zone=ZoneInfo(zone), holidays=holidays), start, draw(st.integers(1, 16))


@settings(max_examples=CASES, deadline=None)
@given(promises())
def test_warned_due_and_over_are_where_the_walker_comes(drawn: tuple[Calendar, datetime, int]) -> None:
    calendar, start, hours = drawn
    promise = promise_from(start, hours, calendar)
    assert promise.warn_at == walk(start, hours * 45, calendar)
    assert promise.due_at == walk(start, hours * 60, calendar)
    assert promise.over_at == walk(start, hours * 90, calendar)


@settings(max_examples=CASES, deadline=None)
@given(promises(), st.integers(0, 3000))
def test_a_pause_costs_nothing_and_gives_nothing(drawn: tuple[Calendar, datetime, int], length: int) -> None:
    """Paused half-way and carried on later, the promise holds as many minutes of work as without."""
    calendar, start, hours = drawn
    promise = promise_from(start, hours, calendar)
    paused_at = walk(start, hours * 30, calendar)
    left = working_time_between(paused_at, promise.due_at, calendar)
    assert left == timedelta(minutes=hours * 30)
    on_at = paused_at + length * MINUTE
    carried = promise_from(on_at, hours, calendar, left_seconds=int(left.total_seconds()))
    assert carried.due_at == walk(on_at, hours * 30, calendar)
    assert carried.warn_at == walk(on_at, hours * 15, calendar)
    assert carried.over_at == walk(on_at, hours * 60, calendar)


@pytest.mark.parametrize(
    ("case", "day", "starts", "hours", "expected"),
    [
        # Berlin, 29 March 2026: after 01:59 comes 03:00. 25 October: after the first 02:59 comes 02:00.
        ("work begins in the hour that is skipped: behind the change", "2026-03-29", time(2, 30), 1, "04:30"),
        ("work begins in the hour that comes twice: the first counts", "2026-10-25", time(2, 30), 1, "02:30"),
        ("and with the second hour", "2026-10-25", time(2, 30), 2, "03:30"),
    ],
)
def test_work_that_begins_while_the_clocks_change(
    case: str, day: str, starts: time, hours: int, expected: str
) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    calendar = Calendar(hours={6: ((starts, time(12)),)}, zone=berlin)
    start = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=berlin)
    found = add_working_time(start, hours, calendar).astimezone(berlin)
    assert f"{found:%Y-%m-%d %H:%M}" == f"{day} {expected}"
    if hours == 1 and day == "2026-10-25":
        assert found.fold == 1


def test_the_walker_catches_a_promise_that_forgets_the_change() -> None:
    """The broken twin: hours on the wall instead of hours that people work."""
    calendar = Calendar(hours={6: ((time(0), time(12)),)}, zone=ZoneInfo("Europe/Berlin"))
    start = datetime(2026, 3, 28, 23, tzinfo=UTC)  # midnight there
    on_the_wall = datetime(2026, 3, 29, 8, tzinfo=calendar.zone)
    assert walk(start, 8 * 60, calendar) == promise_from(start, 8, calendar).due_at
    assert walk(start, 8 * 60, calendar) != on_the_wall
