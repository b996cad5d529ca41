"""Where columns are kept: in rows of the database, and decoded in the memory of each process."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
from django.db import connection, transaction

from definitions.criteria.catalogue import Catalogue
from definitions.criteria.nodes import Document, Effect
from leads.models import PreviewColumn, PreviewSnapshot
from leads.scoring.compiler_rules import RuleCompiler
from leads.scoring.preview import reading
from leads.scoring.preview.arithmetic import Verdict, leads_of_grade, verdict_of
from leads.scoring.preview.columns import Array, Bits, Column, Ids, pack, unpack
from leads.scoring.preview.memo import Memo
from leads.scoring.preview.questions import Question, question_of
from leads.scoring.scope import Scope
from portal.common.fields import to_microseconds

# Windows and silences go on by the clock: what is older than this no longer speaks of now.
TRUE_FOR = timedelta(hours=1)

_memo = Memo()


def current() -> PreviewSnapshot | None:
    """The newest snapshot, without the ids of its leads."""
    return PreviewSnapshot.objects.defer("lead_ids").first()


def is_true(snapshot: PreviewSnapshot, stamp: str, now: datetime) -> bool:
    """Whether it still says what a new one would, as of its own instant, and that is not long ago."""
    return snapshot.facts_stamp == stamp and now - snapshot.as_of < TRUE_FOR


def made_now(stamp: str, now: datetime) -> PreviewSnapshot:
    """A snapshot of all leads that is not kept yet. Belongs into the `one_look` in which `stamp` was read."""
    ids = reading.all_lead_ids()
    return PreviewSnapshot(
        as_of=now, facts_stamp=stamp, population=ids.size, lead_ids=ids.astype("<i8").tobytes()
    )


def lead_ids_of(snapshot: PreviewSnapshot) -> Ids:
    found = _memo.get((snapshot.pk, "leads"))
    if found is None:
        found = np.frombuffer(snapshot.lead_ids, "<i8").astype(np.int64)
        _memo.put((snapshot.pk, "leads"), found, found.nbytes)
    return found


def questions_of(document: Document, catalogue: Catalogue, as_of: datetime) -> list[Question]:
    """What has to be asked for a document, in the order of its criteria."""
    rules = rules_of(catalogue, as_of)
    return [question_of(clause, rules) for clause in document.criteria]


def rules_of(catalogue: Catalogue, as_of: datetime) -> RuleCompiler:
    """For questions about all leads as of an instant."""
    return RuleCompiler(catalogue, connection.vendor, to_microseconds(as_of), Scope.all())


def columns_of(snapshot: PreviewSnapshot, questions: Iterable[Question]) -> dict[str, Column]:
    """The columns that the snapshot has, by their key."""
    keys = {question.key for question in questions}
    found = {key: column for key in keys if (column := _memo.get((snapshot.pk, key))) is not None}
    rows = PreviewColumn.objects.filter(snapshot=snapshot.pk, key__in=keys - found.keys())
    for key, hits, occurrences in rows.values_list("key", "hits", "occurrences"):
        found[key] = _remember(snapshot, key, unpack(hits, occurrences))
    return found


def verdict(
    snapshot: PreviewSnapshot,
    document: Document,
    questions: Sequence[Question],
    columns: Mapping[str, Column],
    name: Hashable = None,
) -> Verdict:
    """What the document says of all leads of the snapshot. Under a `name` it is kept in memory: give one
    to a document that never changes."""
    found = _memo.get((snapshot.pk, name)) if name else None
    if found is None:
        hits, points = _read(snapshot, document, questions, columns)
        found = verdict_of(document, hits, points, snapshot.population)
        if name:
            _memo.put((snapshot.pk, name), found, found.qualified.nbytes)
    return found


def graded(
    snapshot: PreviewSnapshot,
    document: Document,
    questions: Sequence[Question],
    columns: Mapping[str, Column],
    grade: int,
) -> Bits:
    """The leads of one grade under the document."""
    hits, points = _read(snapshot, document, questions, columns)
    return leads_of_grade(document, hits, points, snapshot.population, grade)


def _read(
    snapshot: PreviewSnapshot,
    document: Document,
    questions: Sequence[Question],
    columns: Mapping[str, Column],
) -> tuple[list[Bits], list[Array | None]]:
    """What the arithmetic takes: the leads that meet each criterion, and the points of those that count."""
    asked = [columns[question.key] for question in questions]
    points = [
        _points(snapshot, question.key, column, clause.effect) if clause.effect.is_counted else None
        for clause, question, column in zip(document.criteria, questions, asked, strict=True)
    ]
    return [column.hits for column in asked], points


def _points(snapshot: PreviewSnapshot, key: str, column: Column, effect: Effect) -> Array:
    """What the occurrences of a column come to, kept in memory: other clauses change more often."""
    name = snapshot.pk, key, effect.points
    found = _memo.get(name)
    if found is None:
        found = column.points(effect, snapshot.population)
        _memo.put(name, found, found.nbytes)
    return found


@transaction.atomic
def keep(snapshot: PreviewSnapshot, columns: Mapping[str, Column]) -> None:
    """Write new columns; a new snapshot is written with them, and takes the place of all older ones.

    Columns of a snapshot that was replaced meanwhile are dropped: nobody asks for them any more.
    """
    if snapshot._state.adding:
        snapshot.save(force_insert=True)
        PreviewSnapshot.objects.filter(as_of__lt=snapshot.as_of).delete()
    # Locked until the columns stand, so that nobody takes the snapshot away under them.
    elif not PreviewSnapshot.objects.select_for_update().filter(pk=snapshot.pk).values("pk"):
        return
    rows = []
    for key, column in columns.items():
        hits, occurrences = pack(column)
        rows.append(PreviewColumn(snapshot_id=snapshot.pk, key=key, hits=hits, occurrences=occurrences))
        _remember(snapshot, key, column)
    # Somebody else may have asked the same: the answers are the same.
    PreviewColumn.objects.bulk_create(rows, ignore_conflicts=True)


def _remember(snapshot: PreviewSnapshot, key: str, column: Column) -> Column:
    _memo.put((snapshot.pk, key), column, column.size)
    return column
