"""The most points that any lead could reach under a document. Pure.

An upper bound: clauses that shut each other out count side by side. None is without end.
"""

from __future__ import annotations

from definitions.criteria.nodes import ActivityTest, Clause, Document
from definitions.criteria.together import can_hold


def most_of_half(document: Document, half: str) -> int | None:
    """Of fit or behaviour, after the caps of its groups and its own."""
    free = [clause for clause in document.criteria if clause.half == half and clause.effect.is_points]
    parts: list[int | None] = []
    for group, members in document.capped_groups():
        inside = [clause for clause in free if clause.group == group.key]
        free = [clause for clause in free if clause.group != group.key]
        if members[0].half == half:
            parts.append(_least(_sum([_most_of(clause) for clause in inside]), group.cap))
    parts += [_most_of(clause) for clause in free]
    return _least(_sum(parts), document.caps[half])


def most_of_all(document: Document) -> int | None:
    return _sum([most_of_half(document, half) for half in document.caps])


def _most_of(clause: Clause) -> int | None:
    effect = clause.effect
    if effect.points <= 0 or not can_hold([clause.rule]):
        return 0
    if effect.count == "once":
        return effect.points
    if effect.times is None:
        return None
    if effect.per_days is None:
        return effect.points * effect.times
    assert isinstance(clause.rule, ActivityTest)
    spans = [days for days in (clause.rule.within_days, effect.fade_days) if days is not None]
    if not spans:
        return None
    # A stretch of so many days lies in at most so many periods: the first and last may be cut.
    return effect.points * effect.times * (-(-min(spans) // effect.per_days) + 1)


def _sum(parts: list[int | None]) -> int | None:
    total = 0
    for part in parts:
        if part is None:
            return None
        total += part
    return total


def _least(value: int | None, cap: int | None) -> int | None:
    known = [each for each in (value, cap) if each is not None]
    return min(known) if known else None
