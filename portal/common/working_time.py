"""Working time: what a deadline in working hours means on the clock. Pure: values in, values out.

All instants are aware; results are in UTC. Hours are of real time: on the day the clocks change, a
stretch across the change is an hour shorter or longer than the wall clock says, as it is for people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
NOTHING = timedelta()
# A calendar without a working hour in so many days has none: two years cover every row of holidays.
LONGEST_REST_DAYS = 731

DESK_WEEK: Mapping[int, tuple[tuple[time, time], ...]] = {
    weekday: ((time(9), time(17)),) for weekday in range(5)
}


class NoWorkingTime(ValueError):
    """The calendar has no working hour to count."""


@dataclass(frozen=True)
class Calendar:
    """A team's week. `hours` maps a weekday (Monday is 0) to stretches of local time, start before end."""

    hours: Mapping[int, tuple[tuple[time, time], ...]] = field(default_factory=lambda: dict(DESK_WEEK))
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    holidays: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        return day not in self.holidays and bool(self.hours.get(day.weekday()))

    def stretches_on(self, day: date) -> list[tuple[datetime, datetime]]:
        """The working stretches of one local day as UTC instants, in order, overlaps united."""
        if not self.is_working_day(day):
            return []
        united: list[tuple[datetime, datetime]] = []
        for starts, ends in sorted(self.hours[day.weekday()]):
            first, last = self._instant(day, starts), self._instant(day, ends)
            if united and first <= united[-1][1]:
                united[-1] = (united[-1][0], max(last, united[-1][1]))
            elif first < last:
                united.append((first, last))
        return united

    def _instant(self, day: date, wall: time) -> datetime:
        # An hour that the clocks skip lies behind the change; of one that comes twice, the first counts.
        return datetime.combine(day, wall, tzinfo=self.zone).astimezone(UTC)


def _stretches_from(start: datetime, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """Endless; raises `NoWorkingTime` when nothing comes for two years."""
    day = start.astimezone(calendar.zone).date()
    rested = 0
    while rested < LONGEST_REST_DAYS:
        stretches = calendar.stretches_on(day)
        rested = 0 if stretches else rested + 1
        for first, last in stretches:
            if last > start:
                yield max(first, start), last
        day += DAY
    raise NoWorkingTime("This calendar has no working hours.")


def add_working_time(start: datetime, hours: int | timedelta, calendar: Calendar) -> datetime:
    """The first instant by which so much working time has passed since `start`.

    `hours` is whole hours or a timedelta, not negative. Nothing to pass gives `start` itself; time
    that ends with the day ends there, not on the next morning.
    """
    left = hours if isinstance(hours, timedelta) else timedelta(hours=hours)
    if left < NOTHING:
        raise ValueError("Working time cannot be negative.")
    start = start.astimezone(UTC)
    if not left:
        return start
    for first, last in _stretches_from(start, calendar):
        if last - first >= left:
            return first + left
        left -= last - first
    raise AssertionError("unreachable: stretches never end")


def working_time_before(end: datetime, hours: int | timedelta, calendar: Calendar) -> datetime:
    """The last instant since which at least so much working time has passed by `end`.

    The mirror of `add_working_time`: what was owed since then or earlier has waited that long.
    """
    left = hours if isinstance(hours, timedelta) else timedelta(hours=hours)
    end = end.astimezone(UTC)
    day, rested = end.astimezone(calendar.zone).date(), 0
    while rested < LONGEST_REST_DAYS:
        stretches = calendar.stretches_on(day)
        rested = 0 if stretches else rested + 1
        for first, last in reversed(stretches):
            worked = min(last, end) - first
            if worked >= left > NOTHING:
                return min(last, end) - left
            left -= max(NOTHING, worked)
        day -= DAY
        if left <= NOTHING:
            return end
    raise NoWorkingTime("This calendar has no working hours.")


def add_working_days(start: datetime, days: int, calendar: Calendar) -> datetime:
    """The end of work on the `days`-th working day after the local day of `start`, which is not counted.

    "Five working days" from Monday noon is the end of work on the next Monday. No days is the end of
    the same day, if it is a working day, else of the next one.
    """
    if days < 0:
        raise ValueError("Working days cannot be negative.")
    day = start.astimezone(calendar.zone).date()
    ends = [last for _, last in calendar.stretches_on(day)]
    if days == 0 and ends and ends[-1] >= start:
        return ends[-1]
    left, rested = max(days, 1), 0
    while rested < LONGEST_REST_DAYS:
        day += DAY
        stretches = calendar.stretches_on(day)
        if not stretches:
            rested += 1
            continue
        left, rested = left - 1, 0
        if left == 0:
            return stretches[-1][1]
    raise NoWorkingTime("This calendar has no working days.")


def working_time_between(a: datetime, b: datetime, calendar: Calendar) -> timedelta:
    """The working time from `a` to `b`; negative when `b` is the earlier."""
    if b < a:
        return -working_time_between(b, a, calendar)
    a, b = a.astimezone(UTC), b.astimezone(UTC)
    total = NOTHING
    day, last_day = a.astimezone(calendar.zone).date(), b.astimezone(calendar.zone).date()
    while day <= last_day:
        for first, last in calendar.stretches_on(day):
            total += max(NOTHING, min(last, b) - max(first, a))
        day += DAY
    return total
