"""Real leads that illustrate a rep's answer, and the door through which whoever knows leads brings them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from definitions.models import RepAnswer


@dataclass(frozen=True)
class Example:
    """One lead: its name, its page, and in a few words why it is an example."""

    label: str
    url: str
    note: str = ""


# The answers' ids; gives the examples of each that has any.
Ask = Callable[[list[int]], dict[int, list[Example]]]
_asks: list[Ask] = []


def register(ask: Ask) -> None:
    """Bring examples. Asked once for all answers of a page."""
    _asks.append(ask)


def examples_of(answers: Iterable[RepAnswer]) -> dict[int, list[Example]]:
    """The examples of each answer, by the answer's id; answers without any are left out."""
    ids = [answer.pk for answer in answers]
    found: dict[int, list[Example]] = {}
    for ask in _asks:
        for key, examples in ask(ids).items():
            found[key] = [*found.get(key, []), *examples]
    return found
