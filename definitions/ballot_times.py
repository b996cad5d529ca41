"""When a ballot closes, and when those who have not voted are asked again. Values in, values out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.common.working_time import (
    Calendar,
    add_working_days,
    add_working_time,
    working_time_before,
    working_time_between,
)


@dataclass(frozen=True)
class BallotTimes:
    """Instants in UTC. `half_way_at` is None where half-way is no earlier than the last day."""

    closes_at: datetime
    half_way_at: datetime | None
    last_day_at: datetime


def ballot_times(now: datetime, days: int, calendars: Sequence[Calendar]) -> BallotTimes:
    """The end of the `days`-th working day, half of the working time until then, and a working day before it.

    Of several calendars the one in which the last day ends later says all three. A working day before the
    end is the last instant since which a whole day's work is left: in a nine-to-five week, nine o'clock.
    """
    ends = [(add_working_days(now, days, calendar), calendar) for calendar in calendars]
    closes_at, calendar = max(ends, key=lambda end: end[0])
    last_day = closes_at.astimezone(calendar.zone).date()
    length = sum((last - first for first, last in calendar.stretches_on(last_day)), timedelta())
    last_day_at = max(now, working_time_before(closes_at, length, calendar))
    half_way_at = add_working_time(now, working_time_between(now, closes_at, calendar) / 2, calendar)
    return BallotTimes(closes_at, half_way_at if half_way_at < last_day_at else None, last_day_at)
