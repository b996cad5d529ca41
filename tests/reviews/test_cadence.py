"""When reviews fall: by tables, and by what must hold for every pattern."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.cadence import EveryDays, NthWeekday, days_of, instant_of, nth_weekday, occurrences, upcoming

TUESDAY = 1
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("case", "year", "month", "nth", "weekday", "expected"),
    [
        ("second Tuesday", 2026, 1, 2, 1, date(2026, 1, 13)),
        ("the first day is the weekday", 2026, 9, 1, 1, date(2026, 9, 1)),
        ("fourth of a short February", 2027, 2, 4, 6, date(2027, 2, 28)),
        ("last of a leap February", 2028, 2, -1, 1, date(2028, 2, 29)),
        ("last is the fifth", 2026, 6, -1, 1, date(2026, 6, 30)),
        ("last is the fourth", 2026, 4, -1, 4, date(2026, 4, 24)),
    ],
)
def test_the_nth_weekday(case: str, year: int, month: int, nth: int, weekday: int, expected: date) -> None:
    assert nth_weekday(year, month, nth, weekday) == expected


def test_a_quarter_begins_in_the_month_of_its_first_fitting_day() -> None:
    days = islice(days_of(NthWeekday(2, TUESDAY, 3), date(2026, 1, 10)), 5)
    assert list(days) == [
        date(2026, 1, 13),
        date(2026, 4, 14),
        date(2026, 7, 14),
        date(2026, 10, 13),
        date(2027, 1, 12),
    ]


def test_a_day_that_has_passed_moves_the_series_by_a_month_not_by_a_quarter() -> None:
    days = islice(days_of(NthWeekday(2, TUESDAY, 3), date(2026, 1, 14)), 2)
    assert list(days) == [date(2026, 2, 10), date(2026, 5, 12)]


def test_the_wall_time_stays_across_daylight_saving() -> None:
    found = islice(
        occurrences(NthWeekday(2, TUESDAY, 3), starts_on=date(2026, 1, 1), wall=time(10), zone=BERLIN),
        4,
    )
    assert [instant.hour for instant in found] == [9, 8, 8, 8]


@pytest.mark.parametrize(
    ("case", "day", "wall", "expected"),
    [
        ("winter", date(2026, 1, 13), time(10), datetime(2026, 1, 13, 9, tzinfo=UTC)),
        ("skipped: later", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("twice: the first", date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_wall_times_around_a_change(case: str, day: date, wall: time, expected: datetime) -> None:
    assert instant_of(day, wall, BERLIN) == expected


def test_the_hour_that_does_not_exist_shows_an_hour_later() -> None:
    assert instant_of(date(2026, 3, 29), time(2, 30), BERLIN).astimezone(BERLIN).time() == time(3, 30)


@given(
    nth=st.sampled_from([-1, 1, 2, 3, 4]),
    weekday=st.integers(0, 6),
    months=st.integers(1, 12),
    start=st.dates(date(2000, 1, 1), date(2090, 1, 1)),
)
def test_no_month_of_the_pattern_is_left_out(nth: int, weekday: int, months: int, start: date) -> None:
    days = list(islice(days_of(NthWeekday(nth, weekday, months), start), 20))
    assert days[0] >= start
    assert days[0] - start < timedelta(days=62)
    assert all(day.weekday() == weekday for day in days)
    numbers = [day.year * 12 + day.month for day in days]
    assert all(b - a == months for a, b in pairwise(numbers))


@given(days=st.integers(1, 400), start=st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_every_so_many_days_is_exactly_that(days: int, start: date) -> None:
    found = list(islice(days_of(EveryDays(days), start), 10))
    assert found == [start + timedelta(days=days * number) for number in range(10)]


def test_upcoming_leaves_out_what_has_begun() -> None:
    first = datetime(2026, 1, 13, 9, tzinfo=UTC)
    found = upcoming(
        NthWeekday(2, TUESDAY, 3),
        starts_on=date(2026, 1, 1),
        wall=time(10),
        zone=BERLIN,
        after=first,
        number=2,
    )
    assert found == [datetime(2026, 4, 14, 8, tzinfo=UTC), datetime(2026, 7, 14, 8, tzinfo=UTC)]
