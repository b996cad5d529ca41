"""A document over its columns: who qualifies, the grades, and what each clause changes. Pure.

The same arithmetic as the compiler's statement and as `lines.judge`, for all leads at once. It goes over
the leads in blocks that fit the processor's cache: on a million leads it takes a third of the time of
whole arrays, and a few megabytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from definitions.criteria.document import HALVES
from definitions.criteria.nodes import Clause, Document
from leads.scoring.preview.columns import Array, Bits, count

BLOCK = 32_768  # leads; a multiple of eight
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Verdict:
    """`qualified` has a bit for each lead. `grades` counts the leads of grades 1 to 5.

    In the order of the document's criteria: `met` counts the leads that meet each; `effects` how many
    more leads qualify with it than would without it, negative when it keeps more out than it lets in.
    """

    population: int
    qualified: Bits
    count: int
    grades: tuple[int, ...]
    met: tuple[int, ...]
    effects: tuple[int, ...]


def verdict_of(
    document: Document, columns: Sequence[Bits], points: Sequence[Array | None], population: int
) -> Verdict:
    """Both stand in the order of the document's criteria: which leads meet each, and, where occurrences
    count, the points of every lead."""
    sheet = _Sheet(document, columns, points)
    qualified = np.zeros((population + 7) // 8, np.uint8)
    reached = np.zeros(len(document.grades), np.int64)
    effects = np.zeros(len(document.criteria), np.int64)
    total = 0
    for first in range(0, population, BLOCK):
        size = min(BLOCK, population - first)
        sheet.read(first, size)
        qualify = sheet.judge()
        total += _number(qualify)
        qualified[first // 8 : (first + size + 7) // 8] = np.packbits(qualify)
        reached += sheet.count_grades()
        # Of a draft without a clause it is an empty list, which by itself would be one of fractions.
        effects += np.array(sheet.effects(), np.int64)
    at_least = [population, *map(int, reached), 0]
    return Verdict(
        population=population,
        qualified=qualified,
        count=total,
        grades=tuple(here - above for here, above in pairwise(at_least)),
        met=tuple(map(count, columns)),
        effects=tuple(map(int, effects)),
    )


def leads_of_grade(
    document: Document,
    columns: Sequence[Bits],
    points: Sequence[Array | None],
    population: int,
    grade: int,
) -> Bits:
    """The leads that `verdict_of` counts under one grade, 1 to 5."""
    sheet = _Sheet(document, columns, points)
    found = np.zeros((population + 7) // 8, np.uint8)
    for first in range(0, population, BLOCK):
        size = min(BLOCK, population - first)
        sheet.read(first, size)
        sheet.judge()
        reached = [np.ones(size, bool), *sheet.reach_grades(), np.zeros(size, bool)]
        found[first // 8 : (first + size + 7) // 8] = np.packbits(reached[grade - 1] & ~reached[grade])
    return found


class _Sheet:
    """The working arrays of one document, written anew for each block of leads."""

    def __init__(self, document: Document, columns: Sequence[Bits], points: Sequence[Array | None]) -> None:
        self.document = document
        self.clauses = document.criteria
        self.columns = columns
        self.every_points = points
        # No sum of points lies as far from zero as this, with caps or without.
        self.bound = 1 + sum(
            abs(clause.effect.points) if every is None else _most(every)
            for clause, every in zip(self.clauses, points, strict=True)
        )
        # Half the bytes are twice the speed. A difference of two sums must fit as well.
        kinds = (np.int16, np.int32, np.int64)
        self.kind: Any = next(kind for kind in kinds if 2 * self.bound < np.iinfo(kind).max)
        self.group_of = {
            clause.key: place
            for place, (_group, members) in enumerate(document.capped_groups())
            for clause in members
        }
        # Two arrays are compared by vector instructions, an array and one number are not.
        self.group_caps = [self._filled(group.cap) for group, _members in document.capped_groups()]
        self.group_halves = [members[0].half for _group, members in document.capped_groups()]
        self.caps = {half: None if cap is None else self._filled(cap) for half, cap in document.caps.items()}
        self.minimums = {
            half: self._within(low) for half, low in document.minimums.items() if low is not None
        }
        self.points_buffer = np.empty((len(self.clauses), BLOCK), self.kind)
        self.scratch: Array = np.empty(BLOCK, self.kind)

    def read(self, first: int, size: int) -> None:
        """Take up the block of leads from place `first` on: what each clause says, and the sums."""
        self.size = size
        self.met: list[Flags] = [
            np.unpackbits(bits[first // 8 : (first + size + 7) // 8], count=size).view(bool)
            for bits in self.columns
        ]
        self.given: list[Array] = [buffer[:size] for buffer in self.points_buffer]
        self.raw = {half: np.zeros(size, self.kind) for half in HALVES}
        self.group_raw = [np.zeros(size, self.kind) for _ in self.group_caps]
        for number, clause in enumerate(self.clauses):
            if clause.effect.is_points:
                self._give_points(number, clause, first)
                total = self._sum_with(clause)
                total += self.given[number]
        self.group_capped = [
            np.minimum(raw, cap[:size]) for raw, cap in zip(self.group_raw, self.group_caps, strict=True)
        ]
        for half, capped in zip(self.group_halves, self.group_capped, strict=True):
            self.raw[half] += capped
        self.halves = {half: self._capped(half, self.raw[half].copy()) for half in HALVES}
        self.points = self.halves["fit"] + self.halves["behaviour"]

    def judge(self) -> Flags:
        """Who qualifies, by the precedence of `leads.models.Qualification`."""
        self.out, self.alone = self._how_many("disqualifies"), self._how_many("alone")
        required = sum(clause.effect.kind == "required" for clause in self.clauses)
        self.lacking = np.uint8(required) - self._how_many("required")
        self.is_in = self.out == 0
        self.reaches = {half: self.halves[half] >= low for half, low in self.minimums.items()}
        self.is_enough = self.points >= self._within(self.document.threshold)
        for reaches in self.reaches.values():
            self.is_enough &= reaches
        # Those of whom points alone decide.
        self.is_open = self.is_in & (self.alone == 0) & (self.lacking == 0)
        return (self.is_open & self.is_enough) | (self.is_in & (self.alone > 0))

    def count_grades(self) -> list[int]:
        """Leads of at least grade 2, 3, 4 and 5."""
        return [_number(flags) for flags in self.reach_grades()]

    def reach_grades(self) -> list[Flags]:
        """Who has at least grade 2, 3, 4 and 5."""
        return [(self.points >= self._within(low)) & self.is_in for low in self.document.grades]

    def effects(self) -> list[int]:
        """For each clause how many leads of the block qualify with it, less those that would without."""
        by_points = (self.lacking == 0) & self.is_enough
        by_any = by_points | (self.alone > 0)
        deciding = {
            "disqualifies": (self.out == 1) & by_any,
            "alone": (self.alone == 1) & self.is_in & ~by_points,
            "required": (self.lacking == 1) & self.is_in & (self.alone == 0) & self.is_enough,
        }
        enough = _number(self.is_open & self.is_enough)
        self._weigh_the_other_half()
        found = []
        for number, clause in enumerate(self.clauses):
            kind = clause.effect.kind
            if kind == "points":
                found.append(enough - self._enough_without(number, clause))
            elif kind == "alone":
                found.append(_number(self.met[number] & deciding[kind]))
            else:
                is_why = self.met[number] if kind == "disqualifies" else ~self.met[number]
                found.append(-_number(is_why & deciding[kind]))
        return found

    # -- parts ---------------------------------------------------------------------------------------------

    def _give_points(self, number: int, clause: Clause, first: int) -> None:
        every, given = self.every_points[number], self.given[number]
        if every is not None:
            np.copyto(given, every[first : first + self.size], casting="unsafe")
        else:
            # Two steps: a product of unlike types is twice as slow as both.
            np.copyto(given, self.met[number])
            given *= self.kind(clause.effect.points)

    def _sum_with(self, clause: Clause) -> Array:
        """The sum that the clause's points go into: of its group where that is capped, else of its half."""
        place = self.group_of.get(clause.key)
        return self.raw[clause.half] if place is None else self.group_raw[place]

    def _enough_without(self, number: int, clause: Clause) -> int:
        """How many of the open leads would still qualify by points without one clause of points."""
        rest: Array = self.scratch[: self.size]
        place = self.group_of.get(clause.key)
        np.subtract(self._sum_with(clause), self.given[number], out=rest)
        if place is not None:
            np.minimum(rest, self.group_caps[place][: self.size], out=rest)
            rest -= self.group_capped[place]
            rest += self.raw[clause.half]
        rest = self._capped(clause.half, rest)
        is_enough = rest >= self.needed[clause.half]
        is_enough &= self.is_open_to[clause.half]
        if clause.half in self.minimums:
            is_enough &= rest >= self.minimums[clause.half]
        return _number(is_enough)

    def _weigh_the_other_half(self) -> None:
        """For each half what it needs beside the other one, and the leads of whom it then decides."""
        threshold = self._within(self.document.threshold)
        self.needed, self.is_open_to = {}, {}
        for half, other in zip(HALVES, reversed(HALVES), strict=True):
            self.needed[half] = threshold - self.halves[other]
            is_open = self.is_open & self.reaches[other] if other in self.reaches else self.is_open
            self.is_open_to[half] = is_open

    def _how_many(self, kind: str) -> NDArray[np.uint8]:
        """How many clauses of a kind each lead meets."""
        found = np.zeros(self.size, np.uint8)
        for clause, met in zip(self.clauses, self.met, strict=True):
            if clause.effect.kind == kind:
                found += met
        return found

    def _capped(self, half: str, sums: Array) -> Array:
        """In place."""
        cap = self.caps[half]
        return sums if cap is None else np.minimum(sums, cap[: self.size], out=sums)

    def _filled(self, cap: int) -> Array:
        return np.full(BLOCK, self._within(cap), self.kind)

    def _within(self, limit: int) -> np.signedinteger:
        """A threshold, minimum or cap as a number of this kind: what no sum reaches is all the same."""
        return self.kind(max(-self.bound, min(self.bound, limit)))


def _number(flags: Flags) -> int:
    """How many are set."""
    return int(np.count_nonzero(flags))


def _most(every: Array) -> int:
    """How far from zero the points of a lead go."""
    return max(int(every.max(initial=0)), -int(every.min(initial=0)))
