"""The seven steps to a definition that holds, and the door through which each is judged by the facts.

Nothing is ticked by hand. Whoever knows the facts of a step registers how it stands when its app is
ready; the page asks them all and knows none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from definitions.documents import document_of
from definitions.models import Definition, Version
from definitions.selectors.versions import text_in_work

Json = dict[str, Any]
DONE, IN_PART, NOT_YET = "done", "in_part", "not_yet"


@dataclass(frozen=True)
class Link:
    """One act: its words, and where it is done."""

    words: str
    url: str


@dataclass(frozen=True)
class Standing:
    """How a step stands: `state` is DONE, IN_PART or NOT_YET, `sentence` says why.

    `act` takes it further; `also` are other ways to work on it. `who` did the last of it, `at` when;
    both are empty where nobody did anything yet. `is_overdue` where it was done once and has to be again:
    the treaty says so.
    """

    state: str
    sentence: str
    act: Link
    who: str = ""
    at: datetime | None = None
    also: tuple[Link, ...] = ()
    is_overdue: bool = False


@dataclass(frozen=True)
class Subject:
    """What the steps are judged by: a definition and the text in work, if there is one, with its document."""

    definition: Definition
    version: Version | None
    document: Json

    @property
    def is_draft(self) -> bool:
        return self.version is not None and self.version.document is None


Ask = Callable[[Subject], Standing]


@dataclass(frozen=True)
class Step:
    key: str
    label: str | Promise
    purpose: str | Promise


STEPS = (
    Step(
        "text",
        _("One common definition"),
        _("Both teams write one text, so that nobody works by a definition of their own."),
    ),
    Step(
        "personas",
        _("Personas"),
        _("Who buys: the kinds of people whom the clauses speak of, described once for both teams."),
    ),
    Step(
        "answers",
        _("Ask each rep"),
        _("The people who call know which leads are worth it. Each is asked the same two questions."),
    ),
    Step(
        "fit",
        _("Fit criteria"),
        _("Who a lead has to be: the clauses about the person and the company."),
    ),
    Step(
        "behaviour",
        _("Behaviour criteria"),
        _("What a lead has to do: the clauses about visits, downloads and requests."),
    ),
    Step(
        "volume",
        _("Enough volume?"),
        _("Too strict a definition starves sales, too lax a one drowns it. The past says which it would be."),
    ),
    Step(
        "review",
        _("Quarterly review"),
        _("Every quarter both teams look at what came of it, and change what did not hold."),
    ),
)


@dataclass(frozen=True)
class JudgedStep:
    number: int
    step: Step
    standing: Standing

    @property
    def is_done(self) -> bool:
        return self.standing.state == DONE


_asks: dict[str, Ask] = {}


def register(key: str, ask: Ask) -> None:
    """Say how the step of this key is judged. `ask` may raise nothing: the text may not be readable yet."""
    _asks[key] = ask


def steps_of(definition: Definition) -> list[JudgedStep]:
    """All steps in their order, as they stand now."""
    version = text_in_work(definition)
    subject = Subject(definition, version, document_of(version) if version else {})
    return [
        JudgedStep(number, step, _asks[step.key](subject))
        for number, step in enumerate(STEPS, start=1)
        if step.key in _asks
    ]


def standing_of(key: str, definition: Definition) -> Standing | None:
    """How one step stands that is judged without the text in work; None where nobody judges it."""
    return _asks[key](Subject(definition, None, {})) if key in _asks else None


def next_of(steps: list[JudgedStep]) -> JudgedStep | None:
    """The first step that is not done; None when all are."""
    return next((each for each in steps if not each.is_done), None)
