"""From what each criterion says of a lead to the lines that add up to its score. Pure.

The statement of the compiler does the same arithmetic for many leads at once; the tests hold the two
to each other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from definitions.criteria.document import HALVES
from definitions.criteria.nodes import Document

# The values of `leads.models.Qualification`, in order of precedence.
DISQUALIFIED, ALONE, REQUIRED_MISSING, BELOW_MINIMUM, BELOW_THRESHOLD, QUALIFIED = range(1, 7)


class CriterionHit(NamedTuple):
    """What one criterion says of one lead."""

    is_met: bool
    points: int


@dataclass(frozen=True)
class Line:
    """One line of a receipt. `cap` is "" for a criterion, "group" or "half" for what a cap takes away."""

    key: str
    half: str
    points: int
    is_met: bool = True
    cap: str = ""
    cap_points: int = 0


@dataclass(frozen=True)
class Judgement:
    """`lines` add up to `points`, which is `fit` and `behaviour` together."""

    lines: tuple[Line, ...]
    points: int
    fit: int
    behaviour: int
    grade: int
    qualification: int

    @property
    def is_qualified(self) -> bool:
        return self.qualification in (ALONE, QUALIFIED)


def confirmed(
    document: Document, hits: Sequence[CriterionHit], keys: Collection[str]
) -> tuple[CriterionHit, ...]:
    """The hits with the clauses of `keys` met by a person's word, where the facts do not meet them.

    Such a clause counts once, whatever it says of occurrences: nobody has counted any.
    """
    return tuple(
        CriterionHit(True, clause.effect.points) if clause.key in keys and not hit.is_met else hit
        for clause, hit in zip(document.criteria, hits, strict=True)
    )


def judge(document: Document, hits: Sequence[CriterionHit]) -> Judgement:
    """The hits stand in the order of the document's criteria."""
    clauses = document.criteria
    lines = [
        Line(clause.key, clause.half, hit.points, hit.is_met)
        for clause, hit in zip(clauses, hits, strict=True)
    ]
    halves = {half: sum(line.points for line in lines if line.half == half) for half in HALVES}
    for group, members in document.capped_groups():
        keys = {clause.key for clause in members}
        total = sum(line.points for line in lines if line.key in keys)
        if total > group.cap:
            halves[members[0].half] += group.cap - total
            lines.append(Line(group.key, members[0].half, group.cap - total, True, "group", group.cap))
    for half in HALVES:
        cap = document.caps[half]
        if cap is not None and halves[half] > cap:
            lines.append(Line(half, half, cap - halves[half], True, "half", cap))
            halves[half] = cap
    points = halves["fit"] + halves["behaviour"]
    qualification = _qualification(document, hits, halves, points)
    grade = 1 if qualification == DISQUALIFIED else 1 + sum(low <= points for low in document.grades)
    return Judgement(tuple(lines), points, halves["fit"], halves["behaviour"], grade, qualification)


def _qualification(
    document: Document, hits: Sequence[CriterionHit], halves: dict[str, int], points: int
) -> int:
    met: dict[str, list[bool]] = {"disqualifies": [], "alone": [], "required": [], "points": []}
    for clause, hit in zip(document.criteria, hits, strict=True):
        met[clause.effect.kind].append(hit.is_met)
    if any(met["disqualifies"]):
        return DISQUALIFIED
    if any(met["alone"]):
        return ALONE
    if not all(met["required"]):
        return REQUIRED_MISSING
    if any(low is not None and halves[half] < low for half, low in document.minimums.items()):
        return BELOW_MINIMUM
    return QUALIFIED if points >= document.threshold else BELOW_THRESHOLD
