"""When a recurring review falls. Pure: dates and zones in, instants out.

The pattern lives in local time. The wall time is kept across daylight saving: ten o'clock stays ten
o'clock. A wall time that a spring change skips is read with the offset before the gap, so it moves
forward by the gap (02:30 becomes 03:30); one that an autumn change repeats is its first occurrence.
RFC 5545 (3.3.5) tells calendar programs the same, so invitation and portal agree.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import count
from math import ceil

LAST = -1


@dataclass(frozen=True)
class NthWeekday:
    """The `nth` (1 to 4, or -1 for the last) `weekday` (Monday is 0) of every `every_months`-th month."""

    nth: int
    weekday: int
    every_months: int


@dataclass(frozen=True)
class EveryDays:
    """Every `days`-th day, counted from the first."""

    days: int


Pattern = NthWeekday | EveryDays


@dataclass(frozen=True)
class Timetable:
    """A pattern counted from a day, at a wall time of a zone."""

    pattern: Pattern
    starts_on: date
    wall: time
    zone: tzinfo

    def occurrences(self) -> Iterator[datetime]:
        return occurrences(self.pattern, starts_on=self.starts_on, wall=self.wall, zone=self.zone)

    def upcoming(self, after: datetime, number: int) -> list[datetime]:
        return upcoming(
            self.pattern,
            starts_on=self.starts_on,
            wall=self.wall,
            zone=self.zone,
            after=after,
            number=number,
        )

    def continued(self, day: date, now: datetime) -> Timetable:
        """Counted anew for a series that would meet next on `day`: it meets in that month still.

        Where that month has no fitting day left it is the next month, so that no quarter is left out; and
        days are counted from `day`.
        """
        first = day if isinstance(self.pattern, EveryDays) else day.replace(day=1)
        return replace(self, starts_on=max(first, now.astimezone(self.zone).date())).ahead_of(now)

    def ahead_of(self, now: datetime) -> Timetable:
        """The same, unless it would begin today at an hour that has passed: then from tomorrow on.

        Else the first meeting would be a quarter away.
        """
        today = now.astimezone(self.zone).date()
        first = next(self.occurrences())
        if first <= now and first.astimezone(self.zone).date() == today:
            return replace(self, starts_on=today + timedelta(days=1))
        return self


def has_same_rhythm(one: Pattern, other: Pattern) -> bool:
    """Whether each occurrence of the one stands for one of the other: every third month, say, for both."""
    if isinstance(one, EveryDays) or isinstance(other, EveryDays):
        return one == other
    return one.every_months == other.every_months


# A month on average, and the longest time that a definition should go without being looked at.
DAYS_OF_MONTH = 30.4375
MOST_MONTHS = 6


def months_for(cycle_days: int) -> int:
    """Months between reviews so that a lead handed over right after one is decided by the next; 1 to 6."""
    return min(MOST_MONTHS, max(1, ceil(cycle_days / DAYS_OF_MONTH)))


def nth_weekday(year: int, month: int, nth: int, weekday: int) -> date:
    """The day of the month that is its `nth` `weekday`; -1 is the last. Exists in every month for 1 to 4."""
    first_weekday, days = monthrange(year, month)
    if nth == LAST:
        last = date(year, month, days)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    return date(year, month, 1 + (weekday - first_weekday) % 7 + 7 * (nth - 1))


def days_of(pattern: Pattern, starts_on: date) -> Iterator[date]:
    """The days of the pattern, without end. The first is the first fitting day on or after `starts_on`.

    Months are counted from that first one, so that a month whose day has passed already moves the
    whole series by a month instead of leaving out a quarter.
    """
    if isinstance(pattern, EveryDays):
        for number in count():
            yield starts_on + timedelta(days=number * pattern.days)
        return
    month = starts_on.year * 12 + starts_on.month - 1
    if _day_in(month, pattern) < starts_on:
        month += 1
    for number in count():
        yield _day_in(month + number * pattern.every_months, pattern)


def _day_in(month: int, pattern: NthWeekday) -> date:
    return nth_weekday(month // 12, month % 12 + 1, pattern.nth, pattern.weekday)


def instant_of(day: date, wall: time, zone: tzinfo) -> datetime:
    """The instant (UTC) of a wall time; see the module for times that do not exist or exist twice."""
    return datetime.combine(day, wall.replace(fold=0, tzinfo=None), zone).astimezone(UTC)


def occurrences(pattern: Pattern, *, starts_on: date, wall: time, zone: tzinfo) -> Iterator[datetime]:
    """The instants (UTC) of the pattern, ascending and without end."""
    return (instant_of(day, wall, zone) for day in days_of(pattern, starts_on))


def upcoming(
    pattern: Pattern, *, starts_on: date, wall: time, zone: tzinfo, after: datetime, number: int
) -> list[datetime]:
    """The first `number` occurrences that start later than the instant `after`."""
    found: list[datetime] = []
    for instant in occurrences(pattern, starts_on=starts_on, wall=wall, zone=zone):
        if len(found) == number:
            break
        if instant > after:
            found.append(instant)
    return found
