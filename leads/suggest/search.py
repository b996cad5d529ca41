"""The search: few rules that together tell the outcome, and whole points for them. Pure.

Rules are added one by one, each time the one that makes what happened likeliest, and rules that stand
already are exchanged where another does better, as in searches for sparse scoring systems (Ustun and
Rudin 2019, RiskSLIM; Liu et al. 2022, FasterRisk). The points are the weights times the multiplier that
loses least when rounded, then each moved by one as long as that helps.

A rule must earn more than it could by chance: the logarithm of the number of leads, as in Schwarz's
criterion, and twice that of the number of rules that might have stood in its place, as in its extended
form (Chen and Chen 2008). Where no rule does, none is chosen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leads.suggest.history import Bools, Floats, Ints
from leads.suggest.logistic import Fit, Patterns, chances_of, fit

MOST_RULES = 10
# Of how many rules, the most promising first, the gain is computed and not just estimated.
LOOKED_AT = 12
MOST_GAIN = 1.5  # times the estimated gain
EXCHANGES = 3
# Points are whole up to this many, and then written in steps of five, as people set them.
MOST_STEPS = 10
STEP = 5


@dataclass(frozen=True)
class Found:
    """Places of the chosen candidates, in the order in which they were chosen, and their points."""

    chosen: tuple[int, ...]
    points: Ints


@dataclass(frozen=True)
class _Choice:
    places: tuple[int, ...]
    fit: Fit
    total: float  # deviance and the price of every rule


class Search:
    """`met` has one row per candidate and one column per lead; `choices` says for each candidate the
    logarithm of how many rules might have stood in its place."""

    def __init__(self, met: Bools, outcome: Bools, choices: Floats, most: int = MOST_RULES) -> None:
        self.met, self.outcome, self.most = met, outcome, most
        self.price = math.log(max(outcome.size, 2)) + 2 * choices
        self.columns = np.ascontiguousarray(met, dtype=np.float32)
        # The way in which each candidate points by itself: a clause must not say the opposite.
        won = self.columns @ outcome.astype(np.float32)
        matched = self.columns.sum(axis=1)
        expected = matched * np.float32(outcome.mean() if outcome.size else 0)
        self.direction: NDArray[np.float32] = np.sign(won - expected)

    def go(self) -> Found:
        choice = self._choice((), np.zeros(0))
        while len(choice.places) < self.most:
            better = self._best_added(choice)
            if better is None:
                break
            choice = self._exchanged(better)
        return Found(choice.places, self._points(choice))

    def _choice(self, places: tuple[int, ...], start: Floats) -> _Choice:
        """`start` are weights near those of this choice."""
        fitted = fit(Patterns.of(self.met[list(places)], self.outcome), start if len(places) else None)
        return _Choice(places, fitted, fitted.deviance + float(self.price[list(places)].sum()))

    def _best_added(self, choice: _Choice, worse_than: float | None = None) -> _Choice | None:
        """The choice with one rule more, where that makes the total less than `worse_than` (its own)."""
        gains = self._estimates(choice)
        gains[list(choice.places)] = 0.0
        best, least = None, choice.total if worse_than is None else worse_than
        for place in np.argsort(self.price - gains, kind="stable")[:LOOKED_AT].tolist():
            # The estimate may fall short of the gain, but hardly by half.
            if choice.total + self.price[place] - MOST_GAIN * gains[place] >= least:
                continue
            tried = self._choice((*choice.places, place), np.append(choice.fit.weights, 0.0))
            if tried.total < least - 1e-6 and self._is_plain(tried):
                best, least = tried, tried.total
        return best

    def _is_plain(self, choice: _Choice) -> bool:
        """Whether every rule's points have the sign that its leads alone would give it."""
        signs = np.sign(choice.fit.weights[1:])
        return bool(np.all(signs == self.direction[list(choice.places)]))

    def _estimates(self, choice: _Choice) -> NDArray[np.float64]:
        """What each candidate would gain, by the slope where the choice stands (Rao's score test)."""
        stand = np.vstack([np.ones(len(self.outcome)), self.met[list(choice.places)]])
        chances = chances_of(choice.fit.weights @ stand)
        spread = chances * (1 - chances)
        seen = np.vstack([self.outcome - chances, spread, stand * spread]).astype(np.float32)
        products = (self.columns @ seen.T).astype(np.float64)
        slope, bend, shared = products[:, 0], products[:, 1], products[:, 2:]
        within = np.linalg.pinv((stand * spread) @ stand.T)
        left = bend - np.einsum("ij,jk,ik->i", shared, within, shared)
        return np.where(left > 1e-4 * np.maximum(bend, 1e-9), slope**2 / np.maximum(left, 1e-9), 0.0)

    def _exchanged(self, choice: _Choice) -> _Choice:
        """Rules dropped, or replaced by a better one, until nothing gains any more."""
        for _ in range(EXCHANGES):
            before = choice.total
            for number, place in enumerate(choice.places):
                others = tuple(each for each in choice.places if each != place)
                rest = self._choice(others, np.delete(choice.fit.weights, number + 1))
                other = self._best_added(rest, min(choice.total, rest.total)) or rest
                if other.total < choice.total - 1e-6 and self._is_plain(other):
                    choice = other
                    break
            if choice.total >= before - 1e-6:
                break
        return choice

    # -- points ----------------------------------------------------------------------------------------------

    def _points(self, choice: _Choice) -> Ints:
        weights = choice.fit.weights[1:]
        if not len(weights):
            return np.zeros(0, dtype=np.int64)
        patterns = Patterns.of(self.met[list(choice.places)], self.outcome)
        largest = np.abs(weights).max()
        tried = [_rounded(weights * scale / largest) for scale in np.linspace(2, MOST_STEPS, 4 * MOST_STEPS)]
        best = min(tried, key=lambda points: _lost(patterns, points))
        return (_moved(patterns, best) * STEP).astype(np.int64)


def _rounded(weights: Floats) -> Floats:
    """To whole numbers, and never to nothing."""
    return np.where(np.abs(weights) < 1, np.sign(weights), np.rint(weights))


def _lost(patterns: Patterns, points: Floats) -> float:
    """The deviance that is left when the sum of points alone is known."""
    return fit(patterns.scored(points)).deviance


def _moved(patterns: Patterns, points: Floats) -> Floats:
    """Each number moved by one as long as less is lost."""
    least = _lost(patterns, points)
    is_moving = True
    while is_moving:
        is_moving = False
        for place in range(len(points)):
            for move in (1, -1):
                tried = points.copy()
                tried[place] += move
                if tried[place] * points[place] <= 0 or abs(tried[place]) > MOST_STEPS:
                    continue
                if (lost := _lost(patterns, tried)) < least - 1e-6:
                    points, least, is_moving = tried, lost, True
    return points


def sums(met: Bools, points: Sequence[int] | Ints) -> Ints:
    """The points of each lead; `met` has one row per rule."""
    return np.asarray(points, dtype=np.int64) @ met.astype(np.int64)
