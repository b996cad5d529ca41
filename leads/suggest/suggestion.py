"""From a history to a suggestion: leaks out, rules searched on earlier leads, judged on later. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from leads.suggest.candidates import Candidate, distinct, of_columns
from leads.suggest.deeds import of_deeds
from leads.suggest.evidence import Evidence, Quality
from leads.suggest.history import Bools, Deeds, History, Ints, Json, Leak
from leads.suggest.leaks import leaks_of
from leads.suggest.search import MOST_RULES, Search, sums

EARLIER = 0.7
# With fewer leads of either kind an area has an interval of more than 0.3, and nothing can be told.
LEAST_EARLIER = 30
LEAST_LATER = 10

TOO_FEW = "too_few"
NOTHING_FOUND = "nothing_found"
DID_NOT_LAST = "did_not_last"


@dataclass(frozen=True)
class SuggestedClause:
    """`met` has one entry per lead of the history."""

    rule: Json
    half: str
    points: int
    earlier: Evidence
    later: Evidence
    met: Bools = field(repr=False, compare=False)

    @property
    def lasts(self) -> bool:
        """Whether the later leads say the same, beyond chance."""
        return self.later.direction == (1 if self.points > 0 else -1)


@dataclass(frozen=True)
class Suggestion:
    """`why_nothing` is empty where clauses are suggested; `tried` says how many rules were looked at.

    A lead qualifies from `threshold` points on; `grades` are the lowest scores of grades 2 to 5.
    """

    clauses: tuple[SuggestedClause, ...]
    threshold: int
    grades: tuple[int, int, int, int]
    earlier: Quality
    later: Quality
    leaks: tuple[Leak, ...]
    tried: int
    why_nothing: str = ""

    @property
    def is_supported(self) -> bool:
        return not self.why_nothing


def suggest(
    history: History,
    *,
    kept: Iterable[str] = (),
    weekly_capacity: float | None = None,
    most: int = MOST_RULES,
) -> Suggestion:
    """At most `most` clauses with whole points; none where history supports none.

    `kept` are the keys of columns that stay though they look like leaks. The threshold is where as many
    leads qualify as have the outcome, so that precision equals recall; with `weekly_capacity`, where at
    most so many a week qualify.
    """
    outcome = history.outcome
    is_earlier = earlier_part(len(outcome))
    leaks = leaks_of(history, is_earlier, kept) if len(outcome) else list(history.leaks)
    if not _is_enough(outcome, is_earlier):
        return _nothing(history, is_earlier, leaks, 0, TOO_FEW)
    out = frozenset(leak.key for leak in leaks if leak.is_left_out)
    candidates = _candidates(history, is_earlier, out)
    if not candidates:
        return _nothing(history, is_earlier, leaks, 0, NOTHING_FOUND)
    met = np.array([candidate.met for candidate in candidates])
    choices = np.array([candidate.choices for candidate in candidates])
    found = Search(met[:, is_earlier], outcome[is_earlier], choices, most).go()
    if not found.chosen:
        return _nothing(history, is_earlier, leaks, len(candidates), NOTHING_FOUND)
    chosen = [candidates[place] for place in found.chosen]
    points = found.points
    scores = sums(met[list(found.chosen)], points)
    threshold = _threshold(
        scores[is_earlier], outcome[is_earlier], weeks_of(history, is_earlier), weekly_capacity
    )
    if threshold < 1:
        chosen, points = _upright(chosen, points, threshold)
        shift = sums(np.array([each.met for each in chosen]), points) - scores
        scores, threshold = scores + shift, max(threshold + int(shift[0]), 1)
    clauses = tuple(
        _clause(candidate, int(each), outcome, is_earlier)
        for candidate, each in zip(chosen, points, strict=True)
    )
    later = _quality(scores, threshold, history, ~is_earlier)
    lasts = later.area is not None and later.area.low > 0.5
    return Suggestion(
        clauses=tuple(sorted(clauses, key=lambda each: (each.half != "fit", -abs(each.points)))),
        threshold=threshold,
        grades=_grades(scores[is_earlier], threshold),
        earlier=_quality(scores, threshold, history, is_earlier),
        later=later,
        leaks=tuple(leaks),
        tried=len(candidates),
        why_nothing="" if lasts else DID_NOT_LAST,
    )


def earlier_part(leads: int) -> Bools:
    """The leads that are searched; the others judge what was found."""
    return np.arange(leads) < round(EARLIER * leads)


def _is_enough(outcome: Bools, is_earlier: Bools) -> bool:
    def least(of: Bools) -> int:
        won = int(np.count_nonzero(of))
        return min(won, len(of) - won)

    return least(outcome[is_earlier]) >= LEAST_EARLIER and least(outcome[~is_earlier]) >= LEAST_LATER


def _candidates(history: History, is_earlier: Bools, out: frozenset[str]) -> list[Candidate]:
    columns = [column for column in history.columns if column.field.key not in out]
    found = list(of_columns(columns, history.outcome, is_earlier))
    if history.deeds is not None and history.known_for is not None:
        found += of_deeds(_without(history.deeds, out), history.known_for)
    return distinct(found, is_earlier)


def _without(deeds: Deeds, out: frozenset[str]) -> Deeds:
    places = [place for place, kind in enumerate(deeds.kinds) if kind in out]
    stays = ~np.isin(deeds.kind, places)
    return Deeds(
        deeds.kinds,
        deeds.subjects,
        deeds.lead[stays],
        deeds.kind[stays],
        deeds.subject[stays],
        deeds.age[stays],
        deeds.seconds[stays],
    )


def _clause(candidate: Candidate, points: int, outcome: Bools, is_earlier: Bools) -> SuggestedClause:
    met = candidate.met
    return SuggestedClause(
        candidate.rule,
        candidate.half,
        points,
        Evidence.of(met[is_earlier], outcome[is_earlier]),
        Evidence.of(met[~is_earlier], outcome[~is_earlier]),
        met,
    )


def _quality(scores: Ints, threshold: int, history: History, which: Bools) -> Quality:
    weeks = weeks_of(history, which)
    return Quality.of(scores[which], scores[which] >= threshold, history.outcome[which], weeks)


def weeks_of(history: History, which: Bools) -> float | None:
    """How long it took to judge these leads; None where nothing says when they were judged."""
    if history.weeks is None or not which.any():
        return None
    weeks = history.weeks[which]
    return float(weeks.max() - weeks.min()) or None


def _threshold(scores: Ints, outcome: Bools, weeks: float | None, weekly_capacity: float | None) -> int:
    """The score from which about as many qualify as wanted; may be below 1 where some points are negative."""
    # Without any points at all nobody is told from anybody: the lowest score is no threshold.
    possible = np.unique(scores)[1:]
    if not len(possible):
        return 1
    qualifying = np.array([np.count_nonzero(scores >= each) for each in possible])
    if weekly_capacity is not None and weeks:
        fits = possible[qualifying <= weekly_capacity * weeks]
        return int(fits[0]) if len(fits) else int(possible[-1])
    return int(possible[np.argmin(np.abs(qualifying - np.count_nonzero(outcome)))])


def _upright(chosen: list[Candidate], points: Ints, threshold: int) -> tuple[list[Candidate], Ints]:
    """The same definition with a threshold of at least 1, as one has to have.

    “−50 for a bought list” says what “+50 for none” says, and every score is 50 higher: the largest
    negative clauses are turned until that is enough.
    """
    turned, kept = points.copy(), list(chosen)
    for place in np.argsort(points, kind="stable").tolist():
        if threshold >= 1 or points[place] >= 0:
            break
        kept[place] = replace(chosen[place], rule={"none": [chosen[place].rule]}, met=~chosen[place].met)
        turned[place] = -points[place]
        threshold += int(turned[place])
    return kept, turned


def _grades(scores: Ints, threshold: int) -> tuple[int, int, int, int]:
    """Grade 4 begins at the threshold; 5 is the better half of those above, 2 and 3 thirds of the rest."""
    above, below = scores[scores >= threshold], scores[scores < threshold]
    five = max(int(np.median(above)) if len(above) else threshold, threshold) + (
        1 if len(above) and int(np.median(above)) == threshold else 0
    )
    three = int(np.quantile(below, 2 / 3, method="lower")) if len(below) else threshold - 1
    three = min(three, threshold - 1)
    two = int(np.quantile(below, 1 / 3, method="lower")) if len(below) else three - 1
    return min(two, three - 1), three, threshold, max(five, threshold + 1)


def _nothing(history: History, is_earlier: Bools, leaks: list[Leak], tried: int, why: str) -> Suggestion:
    nobody = np.zeros(len(history.outcome), dtype=np.int64)
    earlier = _quality(nobody, 1, history, is_earlier)
    later = _quality(nobody, 1, history, ~is_earlier)
    return Suggestion((), 1, (-2, -1, 1, 2), earlier, later, tuple(leaks), tried, why)
