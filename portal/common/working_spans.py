"""The working time of many spans at once: `working_time_between` for columns. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portal.common.fields import from_microseconds, to_microseconds
from portal.common.working_time import DAY, Calendar

Instants = NDArray[np.int64]


def working_spans(starts: Instants, ends: Instants, calendar: Calendar) -> Instants:
    """The working time of each span; all in microseconds. Negative where the end comes first.

    Work is laid end to end once, and every instant is looked up on it: 50,000 spans take milliseconds.
    """
    if not len(starts):
        return np.zeros(0, np.int64)
    first = min(int(starts.min()), int(ends.min()))
    last = max(int(starts.max()), int(ends.max()))
    stretches = list(_stretches(first, last, calendar))
    if not stretches:
        return np.zeros(len(starts), np.int64)
    begins, stops = (np.array(column, np.int64) for column in zip(*stretches, strict=True))
    lengths = stops - begins
    before = np.cumsum(lengths) - lengths

    def worked_until(instants: Instants) -> Any:
        place = np.searchsorted(begins, instants, side="right") - 1
        # Before the first stretch nothing is worked; in a rest, all of the stretch before it.
        within = np.minimum(instants, stops[place]) - begins[place]
        return np.where(place < 0, 0, before[place] + within)

    return worked_until(ends) - worked_until(starts)


def _stretches(first: int, last: int, calendar: Calendar) -> Iterator[tuple[int, int]]:
    """The working stretches of the local days from one instant to another, in order."""
    day = from_microseconds(first).astimezone(calendar.zone).date()
    last_day = from_microseconds(last).astimezone(calendar.zone).date()
    while day <= last_day:
        for begins, stops in calendar.stretches_on(day):
            yield to_microseconds(begins), to_microseconds(stops)
        day += DAY
