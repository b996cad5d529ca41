"""The strictness dial as a drawing: where things lie in a box of 640 by 260. Pure.

One axis of thresholds; above it, for each, the volume of a week and the share that sales accepted. The two
needles stand on the chosen threshold, one for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT = 46, 46
VOLUME_TOP, VOLUME_BOTTOM = 22, 112
SHARE_TOP, SHARE_BOTTOM = 142, 222


@dataclass(frozen=True)
class Stop:
    """One threshold: mean and range of a week's volume, the share of the accepted and its interval.

    Range and share are None where there is too little to say.
    """

    threshold: int
    volume: float
    volume_range: tuple[float, float] | None
    share: float | None
    share_range: tuple[float, float] | None


@dataclass(frozen=True)
class Mark:
    """A stop on the drawing, in its units; `y`s run downwards."""

    threshold: int
    x: float
    volume_y: float
    volume_low_y: float | None
    volume_high_y: float | None
    share_y: float | None
    share_low_y: float | None
    share_high_y: float | None


@dataclass(frozen=True)
class Dial:
    marks: tuple[Mark, ...]
    chosen: Mark
    volume_most: int
    capacity_y: float | None


def draw(stops: Sequence[Stop], chosen: int, capacity: int | None) -> Dial:
    """The drawing of some stops; `chosen` is the threshold of one of them."""
    highest = max(max(one.volume, one.volume_range[1] if one.volume_range else 0) for one in stops)
    most = _round_up(max(highest, 1))
    # A capacity far above would press the volumes flat; it is then said in words alone.
    if capacity is not None and highest < capacity <= 2 * most:
        most = _round_up(capacity)
    step = (WIDTH - LEFT - RIGHT) / max(len(stops) - 1, 1)

    def volume_y(value: float) -> float:
        return round(VOLUME_BOTTOM - value / most * (VOLUME_BOTTOM - VOLUME_TOP), 1)

    def share_y(value: float) -> float:
        return round(SHARE_BOTTOM - value * (SHARE_BOTTOM - SHARE_TOP), 1)

    marks = tuple(
        Mark(
            one.threshold,
            round(LEFT + place * step, 1),
            volume_y(one.volume),
            volume_y(one.volume_range[0]) if one.volume_range else None,
            volume_y(one.volume_range[1]) if one.volume_range else None,
            None if one.share is None else share_y(one.share),
            share_y(one.share_range[0]) if one.share_range else None,
            share_y(one.share_range[1]) if one.share_range else None,
        )
        for place, one in enumerate(stops)
    )
    is_seen = capacity is not None and capacity <= most
    return Dial(
        marks,
        next(mark for mark in marks if mark.threshold == chosen),
        most,
        volume_y(capacity) if is_seen and capacity is not None else None,
    )


def _round_up(value: float) -> int:
    """To 1, 2 or 5 times a power of ten."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if factor * size >= value:
                return factor * size
        size *= 10
