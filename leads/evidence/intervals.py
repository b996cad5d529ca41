"""What counts can and cannot say: shares, lifts and next week's volume, each with its range. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z = 1.959964  # 95 % of a normal distribution
# Cochran (1954): below five expected in a cell the normal approximation misleads.
LEAST_EXPECTED = 5
# Below so many cases a share by itself says more about chance.
ENOUGH_CASES = 20
# Of the weeks to come, the share that a forecast's range is to hold.
HELD = 0.8
LEAST_WEEKS = 9  # with fewer, not even least to most holds eight of ten


def interval_of_share(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of a share, from 0 to 1 (Wilson 1927); all of it without any."""
    if not whole:
        return 0.0, 1.0
    share, square = part / whole, Z * Z
    middle = share + square / (2 * whole)
    spread = Z * math.sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    low, high = (middle - spread) / (1 + square / whole), (middle + spread) / (1 + square / whole)
    return max(low, 0.0), min(high, 1.0)


@dataclass(frozen=True)
class Lift:
    """How many times as often: the ratio of two shares, with its 95 % interval."""

    ratio: float
    low: float
    high: float

    @property
    def direction(self) -> int:
        """1 or -1 where the whole interval lies on one side of 1, else 0."""
        return 1 if self.low > 1 else -1 if self.high < 1 else 0


def lift_of(ended: int, whole: int, others_ended: int, others: int) -> Lift:
    """The ratio of two shares, both of something.

    The interval is that of the logarithm of the ratio (Katz, Baptista, Azen and Pike 1978). Half a case
    is added where nobody of one side came to that end (Haldane 1956).
    """
    half = 0.5 if 0 in (ended, others_ended) else 0.0
    part, others_part = ended + half, others_ended + half
    total, others_total = whole + 2 * half, others + 2 * half
    ratio = (part / total) / (others_part / others_total)
    spread = Z * math.sqrt(1 / part - 1 / total + 1 / others_part - 1 / others_total)
    return Lift(ratio, ratio * math.exp(-spread), ratio * math.exp(spread))


@dataclass(frozen=True)
class Contrast:
    """Those that meet something and those that do not, and how many of each came to the end in question."""

    matched: int
    matched_ended: int
    others: int
    others_ended: int

    @property
    def total(self) -> int:
        return self.matched + self.others

    @property
    def ended(self) -> int:
        return self.matched_ended + self.others_ended

    @property
    def least_expected(self) -> float:
        """The smallest of the four counts that one would expect if it made no difference."""
        if not self.total:
            return 0.0
        return min(self.matched, self.others) * min(self.ended, self.total - self.ended) / self.total

    @property
    def is_enough(self) -> bool:
        return self.least_expected >= LEAST_EXPECTED

    @property
    def lift(self) -> Lift | None:
        """The ratio of the two shares; None where there is too little data."""
        if not self.is_enough:
            return None
        return lift_of(self.matched_ended, self.matched, self.others_ended, self.others)


@dataclass(frozen=True)
class Forecast:
    """What a week brings: the mean, and a range that holds `held` (a share) of the weeks like the past."""

    mean: float
    low: int
    high: int
    held: float
    weeks: int


def forecast(volumes: Sequence[int]) -> Forecast | None:
    """Next week's volume from that of past weeks; None with fewer than nine.

    Free of any distribution: if weeks are alike, the next one falls between the k-th smallest and the
    k-th largest of n with the chance 1 - 2k / (n + 1) (Wilks 1941). The narrowest such range that
    holds at least eight weeks of ten.
    """
    count = len(volumes)
    if count < LEAST_WEEKS:
        return None
    place = max(1, int((count + 1) * (1 - HELD) / 2 + 1e-9))
    ordered = sorted(volumes)
    return Forecast(
        sum(ordered) / count, ordered[place - 1], ordered[-place], 1 - 2 * place / (count + 1), count
    )


def trend(volumes: Sequence[int]) -> int:
    """1 or -1 where the later half of the weeks brought clearly more or less than the earlier, else 0.

    The difference of the two means against its own spread (Welch 1947); clearly is 2.5 of it, since a
    forecast that takes weeks for alike should not be doubted lightly.
    """
    half = len(volumes) // 2
    if half < 4:
        return 0
    early, late = volumes[:half], volumes[-half:]
    (first, spread), (second, other) = _mean_and_spread(early), _mean_and_spread(late)
    if spread + other == 0:
        return (second > first) - (second < first)
    distance = (second - first) / math.sqrt(spread + other)
    return 1 if distance > 2.5 else -1 if distance < -2.5 else 0


def _mean_and_spread(volumes: Sequence[int]) -> tuple[float, float]:
    """The mean, and the variance of that mean."""
    mean = sum(volumes) / len(volumes)
    return mean, sum((one - mean) ** 2 for one in volumes) / (len(volumes) - 1) / len(volumes)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)]
