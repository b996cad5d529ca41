"""The numbers beside a draft: from columns that stand, asking the database for a changed rule alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from definitions import selectors as definitions
from definitions.criteria.catalogue import Catalogue
from definitions.criteria.document import parse
from definitions.criteria.nodes import Document
from definitions.documents import document_of
from definitions.models import Version
from leads.facts import facts_stamp
from leads.models import LeadFit, PreviewSnapshot, PreviewWish
from leads.scoring.preview import building, reading, snapshots
from leads.scoring.preview.arithmetic import Verdict
from leads.scoring.preview.columns import Column, count
from leads.scoring.preview.questions import Question
from leads.tasks import build_preview
from portal.common.bells import ring_on_commit

# Up to so many leads, a snapshot is made while the page waits: a quarter of a second.
FEW_LEADS = 20_000
# Up to so many leads any number of columns, and of more leads this many columns, are asked for at once.
SOME_LEADS = 50_000
FEW_COLUMNS = 2
# On a workspace where facts change all the time: how old a count may grow before it is made anew.
RENEWED_AFTER = timedelta(seconds=60)


@dataclass(frozen=True)
class ClauseNumbers:
    """`met` leads meet the clause. `without` it so many more leads would qualify; below 0: fewer."""

    key: str
    wording: str
    met: int
    without: int


@dataclass(frozen=True)
class ActiveNumbers:
    """The version in force on the same leads as of the same instant, and the way from it to the draft."""

    version: Version
    qualified: int
    entering: int
    leaving: int

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
    active: ActiveNumbers | None
    has_moved: bool

    @property
    def most(self) -> int:
        """What the bars of grades are drawn against."""
        return max(self.population, 1)


@dataclass(frozen=True)
class Preview:
    """`numbers` where they can be told now. `is_owed`: a worker counts anew; `missing` names the clauses
    that cannot be told before. `error`: why the worker failed, if it did."""

    numbers: Numbers | None
    is_owed: bool = False
    missing: Sequence[str] = ()
    error: str = ""


@dataclass(frozen=True)
class _Asked:
    """The draft, and the version in force beside it, where there is one."""

    version: Version
    catalogue: Catalogue
    draft: Document
    active: Document | None

    @property
    def documents(self) -> list[Document]:
        return [self.draft, self.active] if self.active else [self.draft]


def preview_of(version: Version) -> Preview:
    """The numbers of a version as it stands now. Raises `DocumentError` for a draft that cannot be read yet.

    What is lacking is computed at once where that is quick, and else owed by the workers.
    """
    catalogue = definitions.catalogue()
    active = version.definition.active_version
    asked = _Asked(
        version,
        catalogue,
        parse(document_of(version), catalogue),
        parse(document_of(active), catalogue) if active else None,
    )
    now, stamp, snapshot = timezone.now(), facts_stamp(), snapshots.current()
    if (snapshot is None or not snapshots.is_true(snapshot, stamp, now)) and _are_few():
        snapshot = building.build(asked.documents, catalogue, has_time=lambda: True)
        stamp = snapshot.facts_stamp
    if snapshot is None:
        return _owed(asked, [clause.wording for clause in asked.draft.criteria])
    questions = [snapshots.questions_of(document, catalogue, snapshot.as_of) for document in asked.documents]
    columns = snapshots.columns_of(snapshot, [one for each in questions for one in each])
    missing = {one.key: one for each in questions for one in each if one.key not in columns}
    if missing and snapshot.population > SOME_LEADS and len(missing) > FEW_COLUMNS:
        return _owed(asked, _wordings(asked, questions, missing))
    has_moved = stamp != snapshot.facts_stamp
    if missing:
        try:
            found, is_exact = _asked_now(snapshot, missing)
        except reading.TooSlow:
            return _owed(asked, _wordings(asked, questions, missing))
        columns |= found
        has_moved |= not is_exact
    numbers = _numbers(asked, snapshot, questions, columns, has_moved)
    is_worn = numbers.has_moved and now - snapshot.as_of > RENEWED_AFTER
    if is_worn or now - snapshot.as_of >= snapshots.TRUE_FOR:
        return _owed(asked, (), numbers)
    return Preview(numbers)


def _are_few() -> bool:
    return LeadFit.objects.order_by()[: FEW_LEADS + 1].count() <= FEW_LEADS


def _owed(asked: _Asked, missing: Sequence[str], numbers: Numbers | None = None) -> Preview:
    if building.wish(asked.version):
        ring_on_commit(build_preview)
    error = PreviewWish.objects.filter(version=asked.version).values_list("error", flat=True).first() or ""
    return Preview(numbers, is_owed=True, missing=missing, error=error)


def _wordings(asked: _Asked, questions: list[list[Question]], missing: dict[str, Question]) -> list[str]:
    """Of the clauses, the draft's first, whose columns are missing."""
    return [
        clause.wording
        for document, each in zip(asked.documents, questions, strict=True)
        for clause, question in zip(document.criteria, each, strict=True)
        if question.key in missing
    ]


def _asked_now(snapshot: PreviewSnapshot, missing: dict[str, Question]) -> tuple[dict[str, Column], bool]:
    """Columns as of the snapshot's instant, and whether they are exact: by the facts that it was made of.

    Such ones are kept for the next time.
    """
    lead_ids = snapshots.lead_ids_of(snapshot)
    with reading.one_look(reading.PAGE_SECONDS):
        is_exact = facts_stamp() == snapshot.facts_stamp
        found = {key: reading.ask(question, lead_ids) for key, question in missing.items()}
    if is_exact:
        snapshots.keep(snapshot, found)
    return found, is_exact


def _numbers(
    asked: _Asked,
    snapshot: PreviewSnapshot,
    questions: list[list[Question]],
    columns: dict[str, Column],
    has_moved: bool,
) -> Numbers:
    draft = snapshots.verdict(snapshot, asked.draft, questions[0], columns)
    version, active = asked.version.definition.active_version, None
    if version and asked.active:
        name = version.pk, version.fingerprint
        active = snapshots.verdict(snapshot, asked.active, questions[1], columns, name)
    return Numbers(
        as_of=snapshot.as_of,
        population=snapshot.population,
        qualified=draft.count,
        grades=[
            GradeNumbers(grade, draft.grades[grade - 1], active.grades[grade - 1] if active else None)
            for grade in (5, 4, 3, 2, 1)
        ],
        clauses=[
            ClauseNumbers(clause.key, clause.wording, met, -effect)
            for clause, met, effect in zip(asked.draft.criteria, draft.met, draft.effects, strict=True)
        ],
        active=_beside(version, draft, active),
        has_moved=has_moved,
    )


def _beside(version: Version | None, draft: Verdict, active: Verdict | None) -> ActiveNumbers | None:
    if version is None or active is None:
        return None
    return ActiveNumbers(
        version,
        active.count,
        entering=count(draft.qualified & ~active.qualified),
        leaving=count(active.qualified & ~draft.qualified),
    )
