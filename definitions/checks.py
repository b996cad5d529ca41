"""Required checks: what a text must pass before it is put to the vote, and the door for those of others.

Whoever stands above registers its own when its app is ready; the agreement asks them all and knows none.
A result is JSON-ready, since it is frozen with the ballot:
{"key", "label", "note", "problems": [{"sentence", "url"}]}.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from definitions.models import Version

Json = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """One reason against, as a sentence, and the address where it is mended."""

    sentence: str
    url: str = ""


@dataclass(frozen=True)
class Finding:
    """What a check says of one text: it passes without problems. `note` says what a pass rests on."""

    problems: tuple[Problem, ...] = ()
    note: str = ""


# The version, and the document that would be voted on: that of a draft is not frozen yet.
Ask = Callable[[Version, Json], Finding]


@dataclass(frozen=True)
class Check:
    key: str
    label: str | Promise
    ask: Ask
    is_about_text: bool


_checks: dict[str, Check] = {}


def register(key: str, label: str | Promise, ask: Ask, *, is_about_text: bool = True) -> None:
    """Add a check, or replace the one of this key. `ask` may raise nothing: the text can be read by then.

    `is_about_text` False leaves it out when a proposal that is being voted on is changed.
    """
    _checks[key] = Check(key, label, ask, is_about_text)


def check_results(version: Version, document: Json, *, is_open: bool = False) -> list[Json]:
    """What every check says of `document`, in order of registering; of an open ballot, on its text alone."""
    asked = [check for check in _checks.values() if check.is_about_text or not is_open]
    return [_result(check, check.ask(version, document)) for check in asked]


def _result(check: Check, finding: Finding) -> Json:
    return {
        "key": check.key,
        "label": str(check.label),
        "note": finding.note,
        "problems": [{"sentence": problem.sentence, "url": problem.url} for problem in finding.problems],
    }


def failures(results: Iterable[Json]) -> list[str]:
    """The sentences of every problem; empty when all checks passed."""
    return [problem["sentence"] for result in results for problem in result["problems"]]
