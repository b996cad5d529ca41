"""Whether the numbers that voters were shown still hold. Pure; integers only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What a vote rests on. The other numbers of a slip follow from these, or are estimates.
WATCHED = ("qualified_draft", "entering", "leaving")


@dataclass(frozen=True)
class Drift:
    """One number of the frozen slip beside the same number counted again."""

    key: str
    label: str
    before: int
    now: int
    is_over: bool


def drifts(frozen: Mapping[str, Any], counted: Mapping[str, Any], percent: int) -> list[Drift]:
    """The watched numbers that both slips hold, in order; `is_over` where they differ by more than `percent`.

    The share is of the frozen number. Of none, one more is over: there was nothing to grow from.
    """
    return [
        Drift(key, frozen[key]["label"], before, now, abs(now - before) * 100 > percent * before)
        for key in WATCHED
        if key in frozen and key in counted
        for before, now in [(int(frozen[key]["value"]), int(counted[key]["value"]))]
    ]
