"""What is wrong with a document: every problem with its place and a sentence, told together. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Problem:
    """`path` is the place in the document, as in `criteria[2].rule.all[0].values`."""

    path: str
    sentence: str


class DocumentError(ValueError):
    """The document cannot be read. `problems` has them all; `str()` says them one after the other."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(" ".join(self.lines))

    @property
    def lines(self) -> list[str]:
        """A sentence for each problem with its place: for somebody who wrote the whole document."""
        return [
            f"{problem.path}: {problem.sentence}" if problem.path else problem.sentence
            for problem in self.problems
        ]

    @property
    def sentences(self) -> list[str]:
        """The sentences alone, each once: for a form, where the place is in sight."""
        return list(dict.fromkeys(problem.sentence for problem in self.problems))


@dataclass
class Problems:
    """Collects problems while reading. The reading functions return a harmless value where one is found."""

    found: list[Problem] = field(default_factory=list)

    def add(self, path: str, sentence: str) -> None:
        problem = Problem(path, sentence)
        if problem not in self.found:
            self.found.append(problem)

    def raise_if_any(self) -> None:
        if self.found:
            raise DocumentError(self.found)

    def unknown_keys(self, value: dict[str, Any], known: set[str], path: str) -> None:
        for key in value:
            if key not in known:
                self.add(f"{path}.{key}" if path else str(key), f"“{key}” is not known here.")

    def items(self, value: Any, path: str, what: str) -> list[Any]:
        if isinstance(value, list):
            return value
        self.add(path, f"{what} are a list.")
        return []

    def whole(self, value: Any, path: str, what: str, lowest: int, highest: int) -> int:
        """A whole number from lowest to highest."""
        if isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest:
            return value
        self.add(path, f"{what}: a whole number from {lowest} to {highest} is needed.")
        return 0

    def whole_or_none(self, value: Any, path: str, what: str, lowest: int, highest: int) -> int | None:
        return None if value is None else self.whole(value, path, what, lowest, highest)
