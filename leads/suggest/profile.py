"""What the leads with the outcome have in common: how often each value is theirs, and anybody's. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from leads.suggest.history import Bools, Column, Floats, History, TextColumn

MOST_FIELDS = 12
MOST_VALUES = 5
LEAST_KNOWN = 0.2


@dataclass(frozen=True)
class ValueShare:
    """One value: its share among the leads with the outcome, and among all, 0 to 1."""

    value: str
    of_won: float
    of_all: float


@dataclass(frozen=True)
class FieldProfile:
    label: str
    values: tuple[ValueShare, ...]


def profile_of(history: History) -> list[FieldProfile]:
    """The fields by which the leads with the outcome differ most from all, with their commonest values."""
    outcome = history.outcome
    if not outcome.any():
        return []
    profiles = [
        FieldProfile(column.field.label, tuple(_shares(column, outcome)))
        for column in history.columns
        if column.is_known.mean() >= LEAST_KNOWN
    ]
    told_apart = [profile for profile in profiles if len(profile.values) > 1]
    return sorted(told_apart, key=_difference, reverse=True)[:MOST_FIELDS]


def _difference(profile: FieldProfile) -> float:
    return max(abs(share.of_won - share.of_all) for share in profile.values)


def _shares(column: Column, outcome: Bools) -> list[ValueShare]:
    if isinstance(column, TextColumn):
        counts = np.bincount(column.codes[column.is_known & outcome], minlength=len(column.texts))
        places = np.argsort(-counts, kind="stable")[:MOST_VALUES]
        named = [(column.texts[place], column.codes == place) for place in places if counts[place]]
    elif column.field.value_type == "yes_no":
        named = [("yes", column.numbers == 1), ("no", column.numbers == 0)]
    else:
        named = _bands(column.numbers)
    return [
        ValueShare(value, float(met[outcome].mean()), float(met.mean())) for value, met in named if met.any()
    ]


def _bands(numbers: Floats) -> list[tuple[str, Bools]]:
    """Quarters of the leads by their number."""
    known = numbers[~np.isnan(numbers)]
    if not len(known):
        return []
    cuts = np.unique(np.quantile(known, (0.25, 0.5, 0.75), method="nearest"))
    edges = [float("-inf"), *cuts.tolist(), float("inf")]
    bands = []
    for low, high in pairwise(edges):
        name = f"≤ {high:,.0f}" if low == edges[0] else f"> {low:,.0f}" if high == edges[-1] else ""
        bands.append((name or f"{low:,.0f} – {high:,.0f}", (numbers > low) & (numbers <= high)))
    return bands
