"""The numbers beside a draft, for the page. Each has its list of leads: `lists`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from definitions.models import Version
from leads.scoring.preview.arithmetic import Verdict
from leads.scoring.preview.columns import by_age, count
from leads.scoring.preview.looks import Asked, Look, look_at
from leads.scoring.preview.questions import WEEKS


@dataclass(frozen=True)
class ClauseNumbers:
    """`met` leads meet the clause. `without` it so many more leads would qualify; below 0: fewer."""

    key: str
    wording: str
    met: int
    without: int


@dataclass(frozen=True)
class WeekNumbers:
    """Of the leads captured in each of the last twelve weeks, those that would qualify: all of them, and
    the fewest and most of one week."""

    leads: int
    least: int
    most: int

    @property
    def mean(self) -> float:
        return round(self.leads / WEEKS, 1)


@dataclass(frozen=True)
class ActiveNumbers:
    """The version in force on the same leads as of the same instant, and the way from it to the draft."""

    version: Version
    qualified: int
    entering: int
    leaving: int
    weekly: WeekNumbers

    @property
    def leaving_change(self) -> int:
        return -self.leaving


@dataclass(frozen=True)
class GradeNumbers:
    """Leads of one grade under the draft, and under the version in force, where there is one."""

    grade: int
    draft: int
    active: int | None


@dataclass(frozen=True)
class Numbers:
    """What a draft says of all leads as of an instant. `has_moved`: facts have changed since then."""

    as_of: datetime
    population: int
    qualified: int
    grades: list[GradeNumbers]
    clauses: list[ClauseNumbers]
    weekly: WeekNumbers
    active: ActiveNumbers | None
    has_moved: bool

    @property
    def most(self) -> int:
        """What the bars of grades are drawn against."""
        return max(self.population, 1)


@dataclass(frozen=True)
class Preview:
    """`numbers` of what was `asked`, where they can be told now. `is_owed`: a worker counts anew; `missing`
    names the clauses that cannot be told before. `error`: why the worker failed, if it did."""

    asked: Asked
    numbers: Numbers | None
    is_owed: bool = False
    missing: Sequence[str] = ()
    error: str = ""


def preview_of(version: Version) -> Preview:
    """The numbers of a version as it stands now. Raises `DocumentError` for one that cannot be read yet."""
    looked = look_at(version)
    numbers = _numbers(looked.look) if looked.look else None
    return Preview(looked.asked, numbers, looked.is_owed, looked.missing, looked.error)


def _numbers(look: Look) -> Numbers:
    draft, active = look.draft, look.active
    return Numbers(
        as_of=look.as_of,
        population=look.population,
        qualified=draft.count,
        grades=[
            GradeNumbers(grade, draft.grades[grade - 1], active.grades[grade - 1] if active else None)
            for grade in (5, 4, 3, 2, 1)
        ],
        clauses=[
            ClauseNumbers(clause.key, clause.wording, met, -effect)
            for clause, met, effect in zip(look.asked.draft.criteria, draft.met, draft.effects, strict=True)
        ],
        weekly=_weekly(look, draft),
        active=_beside(look),
        has_moved=look.has_moved,
    )


def _weekly(look: Look, verdict: Verdict) -> WeekNumbers:
    weeks = by_age(look.captured, verdict.qualified, WEEKS)
    return WeekNumbers(int(weeks.sum()), int(weeks.min()), int(weeks.max()))


def _beside(look: Look) -> ActiveNumbers | None:
    version, active = look.asked.version.definition.active_version, look.active
    if version is None or active is None:
        return None
    return ActiveNumbers(
        version,
        active.count,
        entering=count(look.entering),
        leaving=count(look.leaving),
        weekly=_weekly(look, active),
    )
