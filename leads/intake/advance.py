"""Advancing an import: slice after slice, each one transaction with its counts, under a lease.

The file is read and its cells are typed outside the transaction; inside are only the set-wise writes
and the one UPDATE of position and counts that the lease guards. A killed worker costs its slice, which
the next one reads again from `position`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog
from django.db import transaction
from django.db.models import F, Min, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions.models import Attribute
from leads import bulk
from leads.intake import storage
from leads.intake.rows import AttributeColumn, LineProblem, Row, RowReader
from leads.intake.states import IMPORT
from leads.intake.writers.accounts import AccountWriter
from leads.intake.writers.activities import ActivityWriter
from leads.intake.writers.leads import LeadWriter
from leads.intake.writers.outcomes import OutcomeWriter
from leads.intake.writers.result import Job, SliceResult
from leads.models import Import, ImportKey, ImportRejection
from portal.common import audit, owed
from portal.common.errors import PortalError

log = structlog.get_logger(__name__)

# A slice takes a second or two; a killed worker costs this long at most.
LEASE_SECONDS = 30
SLICE_LINES = 2000
# Long lines make short slices: memory stays bounded whatever the file holds.
SLICE_BYTES = 4 * 1024 * 1024
# So often may the same slice fail before the import is given up.
MAX_ATTEMPTS = 3
RETRY_SECONDS = 5
OPEN = (Import.Status.QUEUED, Import.Status.RUNNING)


class Writer(Protocol):
    def write(self, rows: list[Row], result: SliceResult) -> None: ...


_WRITERS: dict[str, Callable[[Job], Writer]] = {
    Import.Kind.ACCOUNTS: AccountWriter,
    Import.Kind.LEADS: LeadWriter,
    Import.Kind.ACTIVITIES: ActivityWriter,
    Import.Kind.OUTCOMES: OutcomeWriter,
}


class LeaseLost(Exception):
    """Another worker has the import, or a person has cancelled it."""


def due(now: datetime | None = None) -> QuerySet[Import]:
    """Imports that a worker may take now, first come first served."""
    now = now or timezone.now()
    return Import.objects.filter(Q(lease_until=None) | Q(lease_until__lte=now), status__in=OPEN).order_by(
        "pk"
    )


def oldest_due(now: datetime) -> datetime | None:
    """Since when the oldest import without a worker waits: for readiness and the watchdog."""
    return due(now).aggregate(since=Min(Coalesce("lease_until", "queued_at")))["since"]


def advance_due(
    *,
    has_time: Callable[[], bool],
    batch: Import | None = None,
    on_slice: Callable[[Import], None] | None = None,
) -> bool:
    """Take one due import (this one, if given) and work on it while there is time.

    Returns whether any was due.
    """
    now = timezone.now()
    free = due(now) if batch is None else due(now).filter(pk=batch.pk)
    started = Coalesce(F("started_at"), now)
    claimed = owed.claim(
        free, seconds=LEASE_SECONDS, now=now, status=Import.Status.RUNNING, started_at=started
    )
    for taken in claimed:
        work(Import.objects.select_related("source").get(pk=taken.pk), has_time=has_time, on_slice=on_slice)
    return bool(claimed)


def work(
    batch: Import, *, has_time: Callable[[], bool], on_slice: Callable[[Import], None] | None = None
) -> None:
    """Work on a claimed import. Ends when the file does, the time does, or the lease is lost."""
    try:
        for _slice in _slices(batch):
            if on_slice is not None:
                on_slice(batch)
            if not has_time():
                _release(batch, seconds=0)
                return
        _finish(batch)
    except LeaseLost:
        return
    except FileNotFoundError:
        _fail(batch, _("The file is gone. Choose it again: what was taken stays and is not doubled."))
    except PortalError as error:
        _fail(batch, str(error))
    except Exception as error:
        log.exception("import_slice_failed", import_id=batch.pk, line=batch.line)
        if batch.attempts >= MAX_ATTEMPTS:
            sentence = _(
                "The lines behind data line %(line)d could not be written: %(why)s. The others stay."
            )
            why = f"{type(error).__name__}: {error}"[:300]
            _fail(batch, sentence % {"line": batch.line, "why": why})
        else:
            _release(batch, seconds=RETRY_SECONDS, error=f"{type(error).__name__}: {error}"[:500])


def reader_of(batch: Import) -> RowReader:
    """The compiled mapping of an import."""
    keys = batch.mapping.get("attributes", {})
    attributes = {
        attribute.key: AttributeColumn(attribute.pk, attribute.value_type)
        for attribute in Attribute.objects.filter(key__in=keys)
    }
    return RowReader(batch.kind, batch.headers, batch.mapping, attributes)


def _slices(batch: Import) -> Iterator[SliceResult]:
    reader = reader_of(batch)
    now = batch.queued_at or batch.created_at
    job = Job(batch, batch.source, reader, batch.mapping, now)
    writer = _WRITERS[batch.kind](job)
    with storage.records_of(batch) as records:
        lines = iter(records)
        while True:
            result, rows = SliceResult(), []
            start = records.position
            for taken, record in enumerate(lines, start=1):
                if record.problem:
                    result.reject(record.line, record.cells, record.problem)
                else:
                    try:
                        rows.append(reader.read(record))
                    except LineProblem as problem:
                        result.reject(record.line, record.cells, problem.reason, problem.column)
                if taken >= SLICE_LINES or records.position - start >= SLICE_BYTES:
                    break
            if records.position == start:
                return
            _write_slice(batch, writer, rows, result, records.position)
            yield result


@transaction.atomic
def _write_slice(batch: Import, writer: Writer, rows: list[Row], result: SliceResult, position: int) -> None:
    mine = Import.objects.filter(
        pk=batch.pk, lease_token=batch.lease_token, position=batch.position, status=Import.Status.RUNNING
    )
    # The row stays locked to the end: whoever cancels waits for this slice.
    if mine.select_for_update().first() is None:
        raise LeaseLost
    writer.write(rows, result)
    bulk.insert(
        ImportRejection,
        ("batch_id", "line", "column", "reason", "cells"),
        [
            (batch.pk, line, column, why, bulk.json_value(cells))
            for line, column, why, cells in result.rejections
        ],
    )
    counts = {
        "line": batch.line + result.lines,
        "created": batch.created + result.created,
        "updated": batch.updated + result.updated,
        "unchanged": batch.unchanged + result.unchanged,
        "duplicates": batch.duplicates + result.duplicates,
        "rejected": batch.rejected + result.rejected,
        "position": position,
        "attempts": 0,
        "error": "",
        "lease_until": timezone.now() + timedelta(seconds=LEASE_SECONDS),
    }
    if not mine.update(**counts):
        raise LeaseLost
    for name, value in counts.items():
        setattr(batch, name, value)


@transaction.atomic
def _finish(batch: Import) -> None:
    _still_mine(batch)
    IMPORT.apply(
        batch, "finish", finished_at=timezone.now(), position=batch.size, lease_token="", lease_until=None
    )
    ImportKey.objects.filter(batch=batch).delete()
    audit.record("import.finished", subject=batch, actor=batch.created_by, after=counts_of(batch))
    transaction.on_commit(partial(storage.forget, batch), robust=True)


@transaction.atomic
def _fail(batch: Import, sentence: str) -> None:
    _still_mine(batch)
    IMPORT.apply(batch, "fail", error=sentence, finished_at=timezone.now(), lease_token="", lease_until=None)
    audit.record(
        "import.failed", subject=batch, actor=batch.created_by, after=counts_of(batch), note=sentence
    )


def _release(batch: Import, *, seconds: int, error: str = "") -> None:
    """Give the import back, free after `seconds`."""
    free_at = timezone.now() + timedelta(seconds=seconds)
    Import.objects.filter(pk=batch.pk, lease_token=batch.lease_token).update(lease_until=free_at, error=error)


def _still_mine(batch: Import) -> None:
    is_mine = Import.objects.select_for_update().filter(pk=batch.pk, lease_token=batch.lease_token)
    if is_mine.first() is None:
        raise LeaseLost


def counts_of(batch: Import) -> dict[str, int]:
    """The five counts, which add up to `line`, and `line`."""
    names = ("line", "created", "updated", "unchanged", "duplicates", "rejected")
    return {name: getattr(batch, name) for name in names}
