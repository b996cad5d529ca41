"""How far people agree who judged the same leads: in percent, and beyond chance by Cohen's kappa. Pure.

Kappa is (observed - expected) / (1 - expected), where the expected agreement is what two people with
these shares of yes and no would reach by chance (Cohen 1960, Educational and Psychological Measurement
20, 37-46). Of more than two people it is the mean over all pairs (Light 1971, Psychological Bulletin 76,
365-377). It has no value where both say the same of everything: chance would agree as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

# With fewer leads in common one changed mind moves kappa by a fifth or more.
LEAST_LEADS = 10
# Landis and Koch 1977, Biometrics 33, 159-174: the lowest kappa of each word, highest first.
WORDS = ((0.81, "almost perfect"), (0.61, "substantial"), (0.41, "moderate"), (0.21, "fair"), (0.0, "slight"))

Says = Mapping[int, bool]


class Pair(NamedTuple):
    """How often two people said: both yes, only the first, only the second, both no."""

    both: int
    first: int
    second: int
    neither: int

    @property
    def leads(self) -> int:
        return sum(self)


def pair_of(first: Says, second: Says) -> Pair:
    """Of the leads that both judged."""
    counts = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for place in first.keys() & second.keys():
        counts[first[place], second[place]] += 1
    return Pair(*counts.values())


def share_of(pair: Pair) -> float:
    """The share of leads of which both said the same, 0 to 1. `pair` has at least one lead."""
    return (pair.both + pair.neither) / pair.leads


def kappa_of(pair: Pair) -> float | None:
    """Cohen's kappa, -1 to 1; None where it is undefined, since chance alone would agree every time."""
    yes = (pair.both + pair.first) * (pair.both + pair.second)
    no = (pair.second + pair.neither) * (pair.first + pair.neither)
    leads = pair.leads
    if yes + no == leads * leads:
        return None
    return (leads * (pair.both + pair.neither) - yes - no) / (leads * leads - yes - no)


@dataclass(frozen=True)
class Agreement:
    """The means over `pairs` pairs of people. `undefined` pairs had no kappa; of `leads` there are the
    fewest that a pair has in common. `share` and `kappa` are None where there is nothing to say."""

    pairs: int
    leads: int
    share: float | None
    kappa: float | None
    undefined: int

    @property
    def is_enough(self) -> bool:
        return self.pairs > 0 and self.leads >= LEAST_LEADS


def agreement_of(pairs: Iterable[Pair]) -> Agreement:
    """Pairs that have no lead in common say nothing and are left out."""
    telling = [pair for pair in pairs if pair.leads]
    if not telling:
        return Agreement(0, 0, None, None, 0)
    kappas = [kappa for pair in telling if (kappa := kappa_of(pair)) is not None]
    return Agreement(
        pairs=len(telling),
        leads=min(pair.leads for pair in telling),
        share=sum(map(share_of, telling)) / len(telling),
        kappa=sum(kappas) / len(kappas) if kappas else None,
        undefined=len(telling) - len(kappas),
    )


def word_for(kappa: float) -> str:
    """The customary word for a kappa, rounded to two places as the scale is."""
    rounded = round(kappa, 2)
    return next((word for lowest, word in WORDS if rounded >= lowest), "poor")
