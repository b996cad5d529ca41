"""The rules that are tried: each is one that a criterion can have, with the leads that meet it. Pure.

Cuts and groups of values are made from the earlier leads alone; the later ones are judged by them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

import numpy as np

from definitions.criteria.matching import words_form
from leads.suggest.history import Bools, Column, Floats, Ints, Json, NumberColumn, TextColumn

# A rule is tried when at least this share of the earlier leads meets it, and as many do not.
LEAST_SHARE = 0.005
LEAST_LEADS = 15
# With fewer unknown than this share “is none of” says what “is one of” says, only harder to read.
FEW = 0.02
MOST_VALUES = 40
LARGEST_GROUP = 6
CUTS = 12
SPANS = 6


@dataclass(frozen=True)
class Candidate:
    """`family` is what the rule looks at; `choices` the logarithm of how many rules of the family might
    have stood here; `met` has one entry per lead."""

    rule: Json
    half: str
    family: str
    choices: float
    met: Bools


def least_leads(leads: int) -> int:
    return max(LEAST_LEADS, math.ceil(LEAST_SHARE * leads))


def of_columns(columns: Iterable[Column], outcome: Bools, is_earlier: Bools) -> Iterator[Candidate]:
    for column in columns:
        if isinstance(column, TextColumn):
            yield from _of_texts(column, outcome, is_earlier)
        else:
            yield from _of_numbers(column, is_earlier)


def distinct(candidates: Iterable[Candidate], is_earlier: Bools) -> list[Candidate]:
    """Those that enough earlier leads meet and do not meet; of those that the same leads meet (or all the
    others), the plainest: with the fewest rules beside it, then the fewest values.

    The number of families goes into the price of each.
    """
    earlier = int(np.count_nonzero(is_earlier))
    least = least_leads(earlier)
    plainest: dict[bytes, Candidate] = {}
    for candidate in candidates:
        met = candidate.met[is_earlier]
        count = int(np.count_nonzero(met))
        if not least <= count <= earlier - least:
            continue
        bits = np.packbits(met if met[0] else ~met).tobytes()
        if bits not in plainest or _plainness(candidate) < _plainness(plainest[bits]):
            plainest[bits] = candidate
    kept = list(plainest.values())
    families = math.log(max(len({candidate.family for candidate in kept}), 1))
    return [replace(candidate, choices=candidate.choices + families) for candidate in kept]


def _plainness(candidate: Candidate) -> tuple[float, int]:
    return round(candidate.choices, 6), len(candidate.rule.get("values", ()))


# -- text and choice ---------------------------------------------------------------------------------------


def _of_texts(column: TextColumn, outcome: Bools, is_earlier: Bools) -> Iterator[Candidate]:
    key = column.field.key

    def made(operator: str, values: Sequence[str], met: Bools, choices: float) -> Candidate:
        rule: Json = {"attribute": key, "is": operator}
        if values:
            rule["values"] = list(values)
        return Candidate(rule, "fit", key, choices, met)

    yield made("known", (), column.is_known, 0.0)
    if column.field.value_type == "date":
        return
    frequent = _frequent(column, is_earlier)
    one_each = np.array(frequent, dtype=np.int64)[:, None] == column.codes[None, :]
    names = [column.texts[place] for place in frequent]
    yield from _groups(names, one_each, outcome, is_earlier, partial(made, "one_of"))
    if column.is_known.mean() < 1 - FEW:
        for value, met in zip(names, one_each, strict=True):
            yield made("none_of", [value], column.is_known & ~met, math.log(len(names)))
    if column.field.value_type == "text":
        words, of_word = _words(column, is_earlier)
        yield from _groups(words, of_word, outcome, is_earlier, partial(made, "contains_word"))


def _frequent(column: TextColumn, is_earlier: Bools) -> list[int]:
    """Places of the values that enough of the earlier leads have, the commonest first."""
    counts = np.bincount(column.codes[is_earlier & column.is_known], minlength=len(column.texts))
    order = np.argsort(-counts, kind="stable")[:MOST_VALUES]
    least = least_leads(int(np.count_nonzero(is_earlier)))
    return [int(place) for place in order if counts[place] >= least]


def _groups(
    names: list[str],
    met: Bools,
    outcome: Bools,
    is_earlier: Bools,
    made: Callable[[list[str], Bools, float], Candidate],
) -> Iterator[Candidate]:
    """Single values, and groups of those that end alike: the best and the worst ones, best or worst first.

    A group of k of n values is one of many that might have been formed, and is priced so.
    """
    if not names:
        return
    for place, name in enumerate(names):
        yield made([name], met[place], math.log(len(names)))
    earlier, won = met[:, is_earlier], outcome[is_earlier].astype(np.float64)
    # Drawn towards the common share, so that a rare value does not lead by chance.
    shares = (earlier @ won + 10 * won.mean()) / (earlier.sum(axis=1) + 10)
    for order in (np.argsort(-shares, kind="stable"), np.argsort(shares, kind="stable")):
        for size in range(2, min(LARGEST_GROUP, len(names) - 1) + 1):
            chosen = order[:size]
            choices = math.log(math.comb(len(names), size))
            any_of: Bools = np.any(met[chosen], axis=0)
            yield made([names[place] for place in chosen], any_of, choices)


def _words(column: TextColumn, is_earlier: Bools) -> tuple[list[str], Bools]:
    """Words that enough leads have in this text, and which leads have each."""
    texts = [frozenset(words_form(text).split()) for text in column.texts]
    counts = np.bincount(column.codes[is_earlier & column.is_known], minlength=len(texts))
    totals: dict[str, int] = {}
    for words, count in zip(texts, counts.tolist(), strict=True):
        for word in words:
            if len(word) > 1:
                totals[word] = totals.get(word, 0) + count
    least = least_leads(int(np.count_nonzero(is_earlier)))
    frequent = (word for word in totals if totals[word] >= least)
    chosen = sorted(frequent, key=lambda word: (-totals[word], word))[:MOST_VALUES]
    has = np.array([[word in words for words in texts] for word in chosen], dtype=bool)
    met = np.zeros((len(chosen), len(column.codes)), dtype=bool)
    if chosen:
        met[:, column.is_known] = has[:, column.codes[column.is_known]]
    return chosen, met


# -- numbers -----------------------------------------------------------------------------------------------


def _of_numbers(column: NumberColumn, is_earlier: Bools) -> Iterator[Candidate]:
    key, known = column.field.key, column.is_known

    def made(operator: str, met: Bools, choices: float, **more: object) -> Candidate:
        return Candidate({"attribute": key, "is": operator, **more}, "fit", key, choices, met)

    if column.field.value_type == "yes_no":
        yield made("yes", known & (column.numbers == 1), 0.0)
        yield made("no", known & (column.numbers == 0), 0.0)
        yield made("known", known, 0.0)
        return
    yield made("known", known, 0.0)
    values = column.numbers
    cuts = cuts_of(values[is_earlier & known], CUTS)
    for cut in cuts:
        yield made("at_least", known & (values >= cut), math.log(len(cuts)), value=number(cut))
    if not known.all():
        for cut in cuts:
            yield made("at_most", known & (values <= cut), math.log(len(cuts)), value=number(cut))
    ends = cuts_of(values[is_earlier & known], SPANS)
    pairs = list(combinations(ends, 2))
    for low, high in pairs:
        met = known & (values >= low) & (values <= high)
        yield made("between", met, math.log(len(pairs)), values=[number(low), number(high)])


def cuts_of(values: Floats | Ints, count: int) -> list[float]:
    """Numbers that cut the values into about equal parts, rounded to two digits as people write them."""
    if not len(values):
        return []
    shares = np.arange(1, count) / count
    # Most of the values may be one (no visit at all): the cuts of the others are cuts, too.
    common, counts = np.unique(values, return_counts=True)
    most = common[counts.argmax()]
    rest = values[values != most]
    found = {*np.quantile(values, shares).tolist()}
    if len(rest):
        found |= {*np.quantile(rest, shares).tolist()}
    return sorted({rounded(value) for value in found})


def rounded(value: float) -> float:
    """936.4 becomes 940, 0.0347 becomes 0.035; whole numbers up to 100 stay."""
    if value == 0 or (abs(value) <= 100 and float(value).is_integer()):
        return float(value)
    return float(f"{value:.2g}")


def number(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value
