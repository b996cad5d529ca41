"""A relaxed document: clauses left out, the threshold lowered. Pure.

Only what can let nobody drop out may be relaxed, so that a lighter vote is enough: a clause that a lead must
meet, one that rules out, one that takes points away, and the threshold.
"""

from __future__ import annotations

import copy
from collections.abc import Collection
from typing import Any

Json = dict[str, Any]


def is_relaxable(criterion: Json) -> bool:
    """Whether nobody loses by its absence."""
    effect = criterion["effect"]
    return effect["kind"] in ("required", "disqualifies") or (
        effect["kind"] == "points" and effect["points"] < 0
    )


def relaxable_clauses(document: Json) -> list[Json]:
    return [criterion for criterion in document["criteria"] if is_relaxable(criterion)]


def relaxed(document: Json, left_out: Collection[str], threshold: int) -> Json:
    """`document` without the clauses of these keys, with another threshold; the given one stays as it is.

    Raises ValueError when that would not be a relaxation: the caller offers nothing else.
    """
    may_go = {criterion["key"] for criterion in relaxable_clauses(document)}
    if not set(left_out) <= may_go or not 1 <= threshold <= document["threshold"]:
        raise ValueError("This does not only relax the document.")
    changed = copy.deepcopy(document)
    changed["threshold"] = threshold
    changed["criteria"] = [item for item in changed["criteria"] if item["key"] not in left_out]
    return changed
