"""Chance that comes out the same again: each part of the sample draws from its own stream of the seed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from portal.common.fields import from_microseconds, to_microseconds

Ints = NDArray[np.int64]
SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
MONDAY_OFFSET_DAYS = 3  # the epoch was a Thursday

# A part's number never changes: another one would change what every later part draws.
STREAMS = {
    "accounts": 1,
    "leads": 2,
    "activities": 3,
    "handoffs": 4,
    "agreement": 5,
    "reviews": 6,
    "tastings": 7,
}


def stream(seed: int, part: str) -> Generator:
    return default_rng([seed, STREAMS[part]])


def weighted(rng: Generator, weights: Sequence[float] | NDArray[Any], count: int) -> Ints:
    """`count` indexes into `weights`, each as often as its weight says."""
    edges = np.cumsum(np.asarray(weights, dtype=float))
    return np.searchsorted(edges, rng.random(count) * edges[-1], side="right").astype(np.int64)


def pick(rng: Generator, choices: Sequence[Any]) -> Any:
    return choices[int(rng.integers(len(choices)))]


class LocalClock:
    """Microseconds of instants from days and minutes of the workspace's wall clock, many at once."""

    def __init__(self, zone: ZoneInfo, first: datetime, last: datetime) -> None:
        self.first_day = to_microseconds(first) // DAY - 1
        days = to_microseconds(last) // DAY + 2 - self.first_day
        noon = datetime(1970, 1, 1, 12, tzinfo=UTC) + timedelta(days=self.first_day)
        offsets = [(noon + timedelta(days=day)).astimezone(zone).utcoffset() for day in range(days)]
        self._offsets = np.array([int(offset.total_seconds()) * SECOND for offset in offsets if offset])
        if len(self._offsets) != days:  # UTC: the offset is a falsy zero
            self._offsets = np.zeros(days, dtype=np.int64)

    def instants(self, days: Ints, minutes: NDArray[Any]) -> Ints:
        """`days` since the epoch, `minutes` of the local day; days outside the span take its ends."""
        inside = np.clip(days - self.first_day, 0, len(self._offsets) - 1)
        micros = (minutes * 60).astype(np.int64) * SECOND
        return (inside + self.first_day) * DAY + micros - self._offsets[inside]


def working_days(rng: Generator, days: Ints, share: float) -> Ints:
    """Move `share` of what falls on a weekend to the Monday after."""
    weekday = (days + MONDAY_OFFSET_DAYS) % 7
    moves = (weekday >= 5) & (rng.random(len(days)) < share)
    return np.where(moves, days + 7 - weekday, days)


def minutes_of_day(rng: Generator, count: int) -> NDArray[np.float64]:
    """Office hours with a late-morning and an afternoon hill; one in eight in the evening."""
    morning = rng.triangular(8 * 60, 10.5 * 60, 13 * 60, count)
    afternoon = rng.triangular(13 * 60, 14.5 * 60, 18 * 60, count)
    evening = rng.uniform(18 * 60, 23 * 60, count)
    which = rng.random(count)
    return np.where(which < 0.46, morning, np.where(which < 0.88, afternoon, evening))


def numbered(prefix: str, numbers: Ints, digits: int) -> NDArray[np.bytes_]:
    """Names like b"nl-00000042"."""
    padded = np.strings.zfill(numbers.astype(f"S{digits}"), digits)
    return np.strings.add(np.bytes_(prefix), padded)


def instant(value: Any) -> datetime:
    return from_microseconds(int(value))
