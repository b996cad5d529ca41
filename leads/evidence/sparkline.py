"""A few scores as a line: where things lie in a box of 240 by 56. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 240, 56
EDGE = 5


@dataclass(frozen=True)
class Dot:
    x: float
    y: float


@dataclass(frozen=True)
class Line:
    """`path` is one piece after the other where values are wanting between them; `last` is the newest."""

    path: str
    dots: tuple[Dot, ...]
    threshold_y: float

    @property
    def last(self) -> Dot | None:
        return self.dots[-1] if self.dots else None


def draw(values: Sequence[int | None], threshold: int) -> Line:
    """From left to right in equal steps; None is an instant without a score."""
    known = [value for value in values if value is not None]
    low, high = min([0, *known]), max([threshold, 1, *known])
    step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)

    def y(value: int) -> float:
        return round(HEIGHT - EDGE - (value - low) / (high - low) * (HEIGHT - 2 * EDGE), 1)

    path, dots, is_drawing = [], [], False
    for place, value in enumerate(values):
        if value is None:
            is_drawing = False
            continue
        dot = Dot(round(EDGE + place * step, 1), y(value))
        path.append(f"{'L' if is_drawing else 'M'}{dot.x} {dot.y}")
        dots.append(dot)
        is_drawing = True
    return Line(" ".join(path), tuple(dots), y(threshold))
