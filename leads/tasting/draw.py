"""Which leads are tasted: some near the threshold and some far from it, on both sides. Pure.

The same seed and the same candidates always give the same draw, whatever their order.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable
from typing import NamedTuple

# So many percent of the threshold, and at least so many points, on either side of it are near.
NEAR_PERCENT, NEAR_POINTS = 20, 5


class Candidate(NamedTuple):
    lead_id: int
    points: int
    is_qualified: bool


def pool_of(lead_ids: Iterable[int], seed: int, most: int) -> list[int]:
    """At most so many of the leads, by lot; ascending."""
    return sorted(heapq.nsmallest(most, lead_ids, key=lambda lead_id: _lot(seed, "pool", lead_id)))


def draw(candidates: Iterable[Candidate], *, threshold: int, seed: int, count: int) -> list[int]:
    """Up to `count` lead ids in the order in which they are tasted.

    A quarter each: qualified and not, near the threshold and far from it. What a quarter lacks the others
    give, the near ones first.
    """
    near = max(threshold * NEAR_PERCENT // 100, NEAR_POINTS)
    strata: dict[tuple[bool, bool], list[int]] = {
        (is_near, is_qualified): [] for is_near in (True, False) for is_qualified in (True, False)
    }
    for candidate in candidates:
        is_near = abs(candidate.points - threshold) <= near
        strata[is_near, candidate.is_qualified].append(candidate.lead_id)
    for ids in strata.values():
        ids.sort(key=lambda lead_id: _lot(seed, "draw", lead_id))
    quarter = count // len(strata)
    drawn = [lead_id for ids in strata.values() for lead_id in ids[:quarter]]
    spare = [lead_id for ids in strata.values() for lead_id in ids[quarter:]]
    drawn += spare[: count - len(drawn)]
    # Not stratum by stratum: a taster who noticed would know what the text says.
    return sorted(drawn, key=lambda lead_id: _lot(seed, "order", lead_id))


def _lot(seed: int, purpose: str, lead_id: int) -> bytes:
    return hashlib.blake2b(f"{seed}:{purpose}:{lead_id}".encode(), digest_size=12).digest()
