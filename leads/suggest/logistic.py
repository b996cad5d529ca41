"""Logistic regression over rules that are met or not. Pure.

Leads that meet the same rules are alike: a fit looks at each pattern of met rules once, with the number
of its leads, so that it costs microseconds however many leads there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leads.suggest.history import Bools, Floats

ROUNDS = 40
# A faint pull towards zero keeps the weight of a rule finite when all of its leads ended alike.
RIDGE = 0.1


@dataclass(frozen=True)
class Patterns:
    """Distinct rows of values, how many leads have each, and how many of those had the outcome."""

    values: Floats
    leads: Floats
    won: Floats

    @classmethod
    def of(cls, met: Bools, outcome: Bools) -> Patterns:
        """`met` has one row per rule. At most some twenty rules: their bits make one number."""
        codes = np.zeros(met.shape[1], dtype=np.int64)
        for number, row in enumerate(met):
            codes |= row.astype(np.int64) << number
        leads = np.bincount(codes, minlength=1)
        won = np.bincount(codes, weights=outcome, minlength=len(leads))
        seen = np.flatnonzero(leads)
        bits = (seen[:, None] >> np.arange(len(met))) & 1
        return cls(bits.astype(np.float64), leads[seen].astype(np.float64), won[seen].astype(np.float64))

    def scored(self, points: Floats) -> Patterns:
        """The same leads, told apart by their sum of points alone."""
        scores, places = np.unique(self.values @ points, return_inverse=True)
        leads, won = (np.bincount(places, each).astype(np.float64) for each in (self.leads, self.won))
        return Patterns(scores[:, None], leads, won)


@dataclass(frozen=True)
class Fit:
    """`weights` begin with the constant. `deviance` is -2 times the logarithm of the likelihood."""

    weights: Floats
    deviance: float


def fit(patterns: Patterns, start: Floats | None = None) -> Fit:
    """The weights under which what happened is likeliest, by Newton's method from `start` on."""
    values = np.column_stack([np.ones(len(patterns.values)), patterns.values])
    ridge = np.full(values.shape[1], RIDGE)
    ridge[0] = 1e-9
    if start is None:
        start = np.zeros(values.shape[1])
        share = (patterns.won.sum() + 0.5) / (patterns.leads.sum() + 1)
        start[0] = np.log(share / (1 - share))
    weights = start
    best = _loss(values, patterns, weights, ridge)
    for _ in range(ROUNDS):
        chances = chances_of(values @ weights)
        slope = values.T @ (patterns.won - patterns.leads * chances) - ridge * weights
        bend = (values * (patterns.leads * chances * (1 - chances))[:, None]).T @ values + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        # Far from the top a full step can overshoot: it is halved until it gains.
        while (loss := _loss(values, patterns, weights + step, ridge)) > best and np.abs(step).max() > 1e-9:
            step /= 2
        weights, gained, best = weights + step, best - loss, loss
        if gained < 1e-5:
            break
    return Fit(weights, _deviance(values, patterns, weights))


def chances_of(logits: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(logits, -30, 30)))


def _deviance(values: Floats, patterns: Patterns, weights: Floats) -> float:
    logits = values @ weights
    return float(2 * np.sum(patterns.leads * np.logaddexp(0, logits) - patterns.won * logits))


def _loss(values: Floats, patterns: Patterns, weights: Floats, ridge: Floats) -> float:
    return _deviance(values, patterns, weights) + float(ridge @ (weights * weights))
