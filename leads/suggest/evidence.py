"""How well something tells the outcome: shares, lift and areas, each with its 95 % interval. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leads.evidence.intervals import Lift, Z, lift_of
from leads.suggest.history import Bools, Ints


@dataclass(frozen=True)
class Evidence:
    """Leads that meet a rule and leads that do not, and how many of each had the outcome."""

    matched: int
    matched_won: int
    others: int
    others_won: int

    @classmethod
    def of(cls, met: Bools, outcome: Bools) -> Evidence:
        both = int(np.count_nonzero(met & outcome))
        matched, won = int(np.count_nonzero(met)), int(np.count_nonzero(outcome))
        return cls(matched, both, len(outcome) - matched, won - both)

    @property
    def rate(self) -> float | None:
        """Share with the outcome among those that meet the rule, 0 to 1."""
        return self.matched_won / self.matched if self.matched else None

    @property
    def others_rate(self) -> float | None:
        return self.others_won / self.others if self.others else None

    @property
    def lift(self) -> Lift | None:
        """How many times as often the outcome comes when the rule is met; None without both sides."""
        if not self.matched or not self.others:
            return None
        return lift_of(self.matched_won, self.matched, self.others_won, self.others)

    @property
    def direction(self) -> int:
        """1 or -1 where the interval of the lift lies on one side of 1, else 0."""
        return self.lift.direction if self.lift else 0


@dataclass(frozen=True)
class Area:
    """The chance that a lead with the outcome has the higher score of two (AUC), with its 95 % interval."""

    value: float
    low: float
    high: float


def area(scores: NDArray[np.generic], outcome: Bools) -> Area | None:
    """The area of any scores; ties count half. Its spread is that of Hanley and McNeil (1982).

    None unless there are leads with and without the outcome.
    """
    won, lost = int(np.count_nonzero(outcome)), int(np.count_nonzero(~outcome))
    if not won or not lost:
        return None
    _, places = np.unique(scores, return_inverse=True)
    wins = np.bincount(places, weights=outcome)
    losses = np.bincount(places, weights=~outcome)
    below = np.cumsum(losses) - losses
    value = float(np.sum(wins * (below + losses / 2)) / (won * lost))
    one, two = value / (2 - value), 2 * value * value / (1 + value)
    square = value * (1 - value) + (won - 1) * (one - value * value) + (lost - 1) * (two - value * value)
    spread = Z * math.sqrt(max(square, 0.0) / (won * lost))
    return Area(value, max(value - spread, 0.0), min(value + spread, 1.0))


@dataclass(frozen=True)
class Quality:
    """How a definition does on some leads. Shares from 0 to 1; None where nothing can be divided."""

    leads: int
    won: int
    qualified: int
    qualified_won: int
    area: Area | None
    weeks: float | None = None

    @classmethod
    def of(cls, scores: Ints, is_qualified: Bools, outcome: Bools, weeks: float | None = None) -> Quality:
        return cls(
            len(outcome),
            int(np.count_nonzero(outcome)),
            int(np.count_nonzero(is_qualified)),
            int(np.count_nonzero(is_qualified & outcome)),
            area(scores, outcome),
            weeks,
        )

    @property
    def precision(self) -> float | None:
        """Of those that qualify, the share with the outcome."""
        return self.qualified_won / self.qualified if self.qualified else None

    @property
    def recall(self) -> float | None:
        """Of those with the outcome, the share that qualifies."""
        return self.qualified_won / self.won if self.won else None

    @property
    def weekly(self) -> float | None:
        """Leads a week that qualify, of the leads looked at."""
        return self.qualified / self.weeks if self.weeks else None
