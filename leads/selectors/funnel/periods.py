"""Periods of whole days, and the weeks and months that they are looked at in. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EARLIEST, LATEST = date(1900, 1, 1), date(9000, 1, 1)
# A longer period is looked at by months: more weeks than this are a haze.
MOST_DAYS_BY_WEEK = 100


@dataclass(frozen=True)
class Period:
    """Days of the workspace's time zone, both included."""

    first: date
    last: date

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From (included) to (not included)."""
        end = datetime.combine(self.last + timedelta(days=1), time.min, zone)
        return datetime.combine(self.first, time.min, zone), end

    @property
    def is_countable(self) -> bool:
        """Whether its ends are instants in every zone: the first and last days of all time are not."""
        return EARLIEST <= self.first <= self.last <= LATEST

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def has(self, day: date) -> bool:
        return self.first <= day <= self.last


def quarter_of(day: date) -> Period:
    """The calendar quarter around a day."""
    first_month = day.month - (day.month - 1) % 3
    following = date(day.year + first_month // 10, (first_month + 2) % 12 + 1, 1)
    return Period(date(day.year, first_month, 1), following - timedelta(days=1))


def months_of(period: Period) -> list[Period]:
    """Its calendar months in order; the first and the last as far as they lie in it."""
    ends, day = [], period.first
    while day <= period.last:
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        ends.append(following - timedelta(days=1))
        day = following
    return _cut(period, ends)


def weeks_of(period: Period) -> list[Period]:
    """Its weeks, Monday to Sunday, in order; the first and the last as far as they lie in it."""
    sunday = period.first + timedelta(days=6 - period.first.weekday())
    weeks = (period.last - sunday).days // 7 + 2
    return _cut(period, [sunday + timedelta(weeks=week) for week in range(max(weeks, 1))])


def steps_of(period: Period) -> list[Period]:
    """Its weeks, or its months where it is long."""
    return weeks_of(period) if period.days <= MOST_DAYS_BY_WEEK else months_of(period)


def _cut(period: Period, ends: Sequence[date]) -> list[Period]:
    """The period cut behind each of these days."""
    steps, first = [], period.first
    for end in ends:
        if first <= period.last:
            steps.append(Period(first, min(end, period.last)))
            first = end + timedelta(days=1)
    return steps
