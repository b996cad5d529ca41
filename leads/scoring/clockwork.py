"""What in a definition changes by the clock alone, read from its document. No database, no clock.

An occurrence can change a score when the time since it passes one of the *edges* of its kind: 0 (an
activity dated ahead begins to count), the days of a window or a silence (it leaves), and every whole day
of a fade. Between two edges nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from definitions.criteria.nodes import ANY_KIND


@dataclass
class Clockwork:
    """`edges`: days since an activity, by its kind. `captured`: days since the lead was captured."""

    edges: dict[str, set[int]] = field(default_factory=dict)
    captured: set[int] = field(default_factory=set)


def clockwork(document: dict[str, Any]) -> Clockwork:
    """Read a definition document; a wider answer than needed is allowed, a narrower one never."""
    found = Clockwork()
    for persona in document.get("personas", {}).values():
        _read(persona["rule"], found)
    for criterion in document.get("criteria", ()):
        _read(criterion["rule"], found)
        fade_days = criterion["effect"].get("fade_days")
        if fade_days:
            for leaf in _leaves(criterion["rule"]):
                if "activity" in leaf:
                    found.edges.setdefault(leaf["activity"], set()).update(range(1, fade_days + 1))
    return found


def _read(rule: dict[str, Any], found: Clockwork) -> None:
    for leaf in _leaves(rule):
        silence_days = leaf.get("silence_days")
        if silence_days is not None:
            found.captured.add(silence_days)
        if "activity" in leaf or silence_days is not None:
            edges = found.edges.setdefault(leaf.get("activity") or ANY_KIND, {0})
            edges.add(0)
            edges.update(days for days in (leaf.get("within_days"), silence_days) if days)


def _leaves(rule: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every condition of a rule; of a condition on the account's people, itself and those within."""
    for joint in ("all", "any", "none"):
        for member in rule.get(joint, ()):
            yield from _leaves(member)
    if not {"all", "any", "none"} & rule.keys():
        yield rule
    if "meet" in rule:
        yield from _leaves(rule["meet"])
