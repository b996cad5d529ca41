"""Twelve weeks as bars: where they lie in a box of 240 by 48. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 240, 48
GAP = 4


@dataclass(frozen=True)
class Bar:
    """`y` runs downwards; without a height there is too little to say, and a dash marks the place."""

    x: float
    y: float
    width: float
    height: float | None

    @property
    def right(self) -> float:
        return round(self.x + self.width, 1)


def draw(values: Sequence[float | None], most: float) -> list[Bar]:
    """From left to right. `most` is the value that fills the box; a bar of nothing is one unit high."""
    width = (WIDTH - GAP * (len(values) - 1)) / max(len(values), 1)
    bars = []
    for place, value in enumerate(values):
        x = round(place * (width + GAP), 1)
        if value is None:
            bars.append(Bar(x, HEIGHT - 1, round(width, 1), None))
            continue
        height = round(max(1.0, value / most * HEIGHT) if most else 1.0, 1)
        bars.append(Bar(x, round(HEIGHT - height, 1), round(width, 1), height))
    return bars
