"""A look at a draft over a snapshot of all leads, with the version in force beside it.

What the numbers, the lists behind them and the linter are computed from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from definitions import selectors as definitions
from definitions.criteria.catalogue import Catalogue, Field
from definitions.criteria.document import parse
from definitions.criteria.nodes import Document
from definitions.documents import document_of
from definitions.models import Version
from leads.facts import facts_stamp
from leads.models import LeadFit, PreviewSnapshot, PreviewWish
from leads.scoring.compiler import compile_version
from leads.scoring.compiler_statement import Compiled
from leads.scoring.preview import building, reading, snapshots
from leads.scoring.preview.arithmetic import Verdict
from leads.scoring.preview.columns import Bits, Column, Ids
from leads.scoring.preview.questions import Question, question_of_capture, question_of_field
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
class Asked:
    """A version as it stands now, and the version in force beside it, where there is one."""

    version: Version
    catalogue: Catalogue
    draft: Document
    active: Document | None

    @property
    def documents(self) -> list[Document]:
        return [self.draft, self.active] if self.active else [self.draft]

    @property
    def ready(self) -> Compiled:
        """The draft, ready to be asked of leads as they are now."""
        return compile_version(self.draft, self.catalogue, connection.vendor)


@dataclass(frozen=True)
class Look:
    """`asked` over all leads of a snapshot. `questions` stand in the order of the criteria of the draft and
    of the version in force, and `found` has their columns by key.

    `has_moved`: facts have changed since the snapshot was made.
    """

    asked: Asked
    snapshot: PreviewSnapshot
    questions: Sequence[Sequence[Question]]
    found: dict[str, Column]
    captured: Column
    draft: Verdict
    active: Verdict | None
    has_moved: bool

    @property
    def columns(self) -> list[Column]:
        """What each criterion of the draft says of every lead."""
        return [self.found[question.key] for question in self.questions[0]]

    def known_of(self, fields: Iterable[Field]) -> dict[str, Column]:
        """The leads of which each attribute is known, by its key; those that only a worker can tell are
        left out."""
        rules = snapshots.rules_of(self.asked.catalogue, self.as_of)
        questions = {field.key: question_of_field(field, rules) for field in fields}
        found, _is_exact = columns_at_once(self.snapshot, list(questions.values()))
        return {key: found[one.key] for key, one in questions.items() if one.key in found}

    @property
    def entering(self) -> Bits:
        """Who would qualify and does not now. There has to be a version in force."""
        assert self.active is not None
        return self.draft.qualified & ~self.active.qualified

    @property
    def leaving(self) -> Bits:
        """Who qualifies now and would not. There has to be a version in force."""
        assert self.active is not None
        return self.active.qualified & ~self.draft.qualified

    @property
    def lead_ids(self) -> Ids:
        return snapshots.lead_ids_of(self.snapshot)

    @property
    def population(self) -> int:
        return self.snapshot.population

    @property
    def as_of(self) -> datetime:
        return self.snapshot.as_of


@dataclass(frozen=True)
class Looked:
    """`look` where there can be one now. `is_owed`: a worker counts anew; `missing` names the clauses
    that cannot be told before. `error`: why the worker failed, if it did."""

    asked: Asked
    look: Look | None
    is_owed: bool = False
    missing: Sequence[str] = ()
    error: str = ""


def look_at(version: Version) -> Looked:
    """The version as it stands now. Raises `DocumentError` for a draft that cannot be read yet.

    What is lacking is computed at once where that is quick, and else owed by the workers.
    """
    asked = _asked(version)
    now, stamp, snapshot = timezone.now(), facts_stamp(), snapshots.current()
    if (snapshot is None or not snapshots.is_true(snapshot, stamp, now)) and _are_few():
        snapshot = building.build(asked.documents, asked.catalogue, has_time=lambda: True)
        stamp = snapshot.facts_stamp
    if snapshot is None:
        return _owed(asked, [clause.wording for clause in asked.draft.criteria])
    questions = [
        snapshots.questions_of(document, asked.catalogue, snapshot.as_of) for document in asked.documents
    ]
    captured = question_of_capture(snapshots.rules_of(asked.catalogue, snapshot.as_of))
    found, is_exact = columns_at_once(snapshot, [*(one for each in questions for one in each), captured])
    missing = _wordings(asked, questions, found)
    if missing or captured.key not in found:
        return _owed(asked, missing)
    has_moved = stamp != snapshot.facts_stamp or not is_exact
    look = Look(
        asked=asked,
        snapshot=snapshot,
        questions=questions,
        found=found,
        captured=found[captured.key],
        draft=snapshots.verdict(snapshot, asked.draft, questions[0], found),
        active=_active_verdict(asked, snapshot, questions, found),
        has_moved=has_moved,
    )
    is_worn = has_moved and now - snapshot.as_of > RENEWED_AFTER
    if is_worn or now - snapshot.as_of >= snapshots.TRUE_FOR:
        return _owed(asked, (), look)
    return Looked(asked, look)


def columns_at_once(
    snapshot: PreviewSnapshot, questions: Sequence[Question]
) -> tuple[dict[str, Column], bool]:
    """The columns that stand, by key, and what is missing where that is quickly asked; and whether all are
    exact: by the facts that the snapshot was made of. Such new ones are kept for the next time."""
    found = snapshots.columns_of(snapshot, questions)
    missing = {one.key: one for one in questions if one.key not in found}
    if not missing or (snapshot.population > SOME_LEADS and len(missing) > FEW_COLUMNS):
        return found, True
    lead_ids = snapshots.lead_ids_of(snapshot)
    try:
        with reading.one_look(reading.PAGE_SECONDS):
            is_exact = facts_stamp() == snapshot.facts_stamp
            new = {key: reading.ask(question, lead_ids) for key, question in missing.items()}
    except reading.TooSlow:
        return found, True
    if is_exact:
        snapshots.keep(snapshot, new)
    return found | new, is_exact


def owe(version: Version) -> str:
    """Owe the missing columns of a version to whoever looks; says why the worker failed, if it did."""
    if building.wish(version):
        ring_on_commit(build_preview)
    return PreviewWish.objects.filter(version=version).values_list("error", flat=True).first() or ""


def _asked(version: Version) -> Asked:
    catalogue = definitions.catalogue()
    active = version.definition.active_version
    return Asked(
        version,
        catalogue,
        parse(document_of(version), catalogue),
        parse(document_of(active), catalogue) if active else None,
    )


def _are_few() -> bool:
    return LeadFit.objects.order_by()[: FEW_LEADS + 1].count() <= FEW_LEADS


def _owed(asked: Asked, missing: Sequence[str], look: Look | None = None) -> Looked:
    return Looked(asked, look, is_owed=True, missing=missing, error=owe(asked.version))


def _wordings(asked: Asked, questions: list[list[Question]], found: dict[str, Column]) -> list[str]:
    """Of the clauses, the draft's first, whose columns are missing."""
    return [
        clause.wording
        for document, each in zip(asked.documents, questions, strict=True)
        for clause, question in zip(document.criteria, each, strict=True)
        if question.key not in found
    ]


def _active_verdict(
    asked: Asked, snapshot: PreviewSnapshot, questions: list[list[Question]], found: dict[str, Column]
) -> Verdict | None:
    version = asked.version.definition.active_version
    if version is None or asked.active is None:
        return None
    name = version.pk, version.fingerprint
    return snapshots.verdict(snapshot, asked.active, questions[1], found, name)
