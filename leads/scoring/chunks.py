"""Chunks: the spans of leads that a run is made of. Claimed with a lease, scored and ticked in one go."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.models import Chunk, LeadFit, Run, RunStatus
from leads.scoring.compiler import score_into
from leads.scoring.locks import limit_statements, score_beside_chunks
from leads.scoring.marks import OPEN_RUNS, park
from leads.scoring.scope import Scope
from leads.shadows.ending import fail_shadow
from leads.shadows.recording import record_span
from portal.common import owed

log = structlog.get_logger(__name__)

# Sixty times what a chunk of a million leads takes; after a kill nobody waits longer for the leads in it.
LEASE_SECONDS = 12
# Below the lease: a chunk that takes longer fails and is split, before somebody else takes it for dead.
STATEMENT_SECONDS = 10
FAILURES_BEFORE_SPLIT = 3
# Claimed this often without an answer: whoever scores it dies of it, so a smaller one is tried.
CLAIMS_BEFORE_SPLIT = 7
# A run with more leads than this that cannot be scored is no run with a few bad leads: it has failed.
PARKED_AT_MOST = 20
# SQLite lets one write at a time, and who waits asks again after at most 100 ms (`delays` in its main.c): so
# much rest after so much work, and everybody who waited has written. Without it they lose to the next chunk.
WORK_SECONDS, REST_SECONDS = 0.5, 0.11


def work_chunks(
    *, has_time: Callable[[], bool], on_chunk: Callable[[Run], None] | None = None, run: Run | None = None
) -> int:
    """Score chunks of open runs (or of `run` alone) until none is free; returns how many were worked on."""
    worked, rested_at = 0, time.monotonic()
    while has_time() and (chunk := claim_chunk(run)):
        work_chunk(chunk)
        worked += 1
        if on_chunk:
            on_chunk(chunk.run)
        if not connection.features.has_select_for_update and time.monotonic() - rested_at > WORK_SECONDS:
            time.sleep(REST_SECONDS)
            rested_at = time.monotonic()
    return worked


def claim_chunk(run: Run | None = None) -> Chunk | None:
    """The next free chunk, smallest first, so that a failing span is narrowed down before the rest."""
    runs = Run.objects.filter(status__in=OPEN_RUNS)
    if run:
        runs = runs.filter(pk=run.pk)
    due = _due(list(runs.values_list("pk", flat=True))).order_by("run_id", "leads", "number")
    while _free(due).exists():
        for chunk in owed.claim(due, seconds=LEASE_SECONDS):
            assert isinstance(chunk, Chunk)
            Run.objects.filter(pk=chunk.run_id, status=RunStatus.QUEUED).update(
                status=RunStatus.RUNNING, started_at=timezone.now()
            )
            return chunk
    return None


def count_free() -> int:
    """How many chunks could be claimed now."""
    return _free(_due(list(Run.objects.filter(status__in=OPEN_RUNS).values_list("pk", flat=True)))).count()


def oldest_due(now: datetime) -> datetime | None:
    """Since when the oldest open run shows no sign of life: no chunk leased, and none settled."""
    since = [run.last_sign_at for run in signs_of_life(now) if not run.has_lease]
    return min(since, default=None)


def signs_of_life(now: datetime) -> QuerySet[Any]:
    """Open runs with `has_lease`, whether somebody is at it, and `last_sign_at`, when somebody last was."""
    leased = Chunk.objects.filter(run=OuterRef("pk"), status=Chunk.Status.WAITING, lease_until__gt=now)
    # Greatest of NULL is NULL on SQLite, so every part has the request as its floor.
    settled, lapsed = (
        Coalesce(Max(f"chunks__{name}", filter=condition), "requested_at")
        for name, condition in (("finished_at", Q()), ("lease_until", Q(chunks__status=Chunk.Status.WAITING)))
    )
    return Run.objects.filter(status__in=OPEN_RUNS).annotate(
        has_lease=Exists(leased), last_sign_at=Greatest("requested_at", settled, lapsed)
    )


def _due(run_ids: list[int]) -> QuerySet[Chunk]:
    # No join to the run: PostgreSQL asks these conditions again when another worker was faster, a join not.
    return Chunk.objects.filter(run_id__in=run_ids, status=Chunk.Status.WAITING)


def _free(due: QuerySet[Chunk]) -> QuerySet[Chunk]:
    return due.filter(Q(lease_until=None) | Q(lease_until__lte=timezone.now()))


def work_chunk(chunk: Chunk) -> None:
    """Score one claimed chunk. A failure is written on it; a lost connection is raised."""
    if chunk.attempts > CLAIMS_BEFORE_SPLIT:
        _split(chunk, _("Whoever scored this span ended before it was done."), attempts=FAILURES_BEFORE_SPLIT)
        return
    session = connection.connection
    try:
        _score_chunk(chunk)
    except (DatabaseError, InterfaceError) as error:
        if connection.connection is not session:
            # The database went away, and may be back already. That is no fault of these leads: the
            # lease runs out, and somebody tries again.
            raise
        _record_failure(chunk, error)
    except Exception as error:
        # Not the leads but the definition or the code: splitting would only fail more often.
        _record_failure(chunk, error, may_split=False)
    record_progress(chunk.run_id)


def record_progress(run_id: int) -> None:
    """Write how far a run is: counted from its chunks, never added up, and never going back."""
    settled = Chunk.objects.filter(run=run_id).exclude(status=Chunk.Status.WAITING)
    done = settled.aggregate(leads=Sum("leads"))["leads"] or 0
    Run.objects.filter(pk=run_id, status__in=OPEN_RUNS, leads_done__lt=done).update(leads_done=done)


@transaction.atomic
def _score_chunk(chunk: Chunk) -> None:
    limit_statements(STATEMENT_SECONDS)
    # Ticked first: the row is locked while we score, so a worker that takes the lease for expired waits,
    # and then finds the chunk done. If we die, the tick and the scores vanish together.
    is_ours = _guarded(chunk).update(status=Chunk.Status.DONE, finished_at=timezone.now(), error="")
    run = Run.objects.select_related("version").get(pk=chunk.run_id)
    if not is_ours or run.status not in OPEN_RUNS:
        return
    score_beside_chunks(run.version_id)
    score_into(run.version, Scope.span(chunk.first_lead_id, chunk.last_lead_id), run.as_of)
    record_span(run.version_id, chunk.first_lead_id, chunk.last_lead_id, timezone.now())


def _guarded(chunk: Chunk) -> QuerySet[Chunk]:
    return Chunk.objects.filter(pk=chunk.pk, lease_token=chunk.lease_token, status=Chunk.Status.WAITING)


def _record_failure(chunk: Chunk, error: Exception, *, may_split: bool = True) -> None:
    sentence = f"{type(error).__name__}: {error}"
    # What the database refuses is said in its sentence; any other error is ours, and wants its traceback.
    trace = None if may_split else error
    log.error("chunk_failed", run=chunk.run_id, chunk=chunk.number, error=sentence, exc_info=trace)
    if chunk.attempts < FAILURES_BEFORE_SPLIT:
        _guarded(chunk).update(error=sentence, lease_until=None)
    elif may_split:
        _split(chunk, sentence, attempts=FAILURES_BEFORE_SPLIT - 1)
    else:
        _fail_run(chunk.run_id, sentence)


@transaction.atomic
def _split(chunk: Chunk, error: str, *, attempts: int) -> None:
    """Two chunks of half the leads each, that have `attempts` behind them; a single lead is parked."""
    if not _guarded(chunk).update(error=error, lease_until=None, attempts=attempts):
        return
    span = LeadFit.objects.filter(lead__gte=chunk.first_lead_id, lead__lte=chunk.last_lead_id)
    lead_ids = span.order_by("lead_id").values_list("lead_id", flat=True)
    count = lead_ids.count()
    if count == 1 and chunk.run.kind == Run.Kind.SHADOW:
        # Parked, the lead would not get its real score either: the shadow ends, and nobody waits for it.
        fail_shadow(chunk.run.version, error)
        return
    if count <= 1:
        _park(chunk, lead_ids.first(), error)
        return
    half = count // 2
    last_of_first = lead_ids[half - 1]
    highest = Chunk.objects.filter(run=chunk.run_id).aggregate(number=Max("number"))["number"]
    Chunk.objects.create(
        run_id=chunk.run_id,
        number=highest + 1,
        first_lead_id=last_of_first + 1,
        last_lead_id=chunk.last_lead_id,
        leads=chunk.leads - min(half, chunk.leads),
        attempts=attempts,
        error=error,
    )
    Chunk.objects.filter(pk=chunk.pk).update(last_lead_id=last_of_first, leads=min(half, chunk.leads))


def _park(chunk: Chunk, lead_id: int | None, error: str) -> None:
    now = timezone.now()
    if lead_id is None:
        Chunk.objects.filter(pk=chunk.pk).update(status=Chunk.Status.DONE, finished_at=now, error="")
        return
    Chunk.objects.filter(pk=chunk.pk).update(
        status=Chunk.Status.PARKED, finished_at=now, first_lead_id=lead_id, last_lead_id=lead_id
    )
    park(lead_id, error)
    if Chunk.objects.filter(run=chunk.run_id, status=Chunk.Status.PARKED).count() > PARKED_AT_MOST:
        _fail_run(chunk.run_id, error)


def _fail_run(run_id: int, error: str) -> None:
    """The run is given up; the version that was active stays so."""
    Run.objects.filter(pk=run_id, status__in=OPEN_RUNS).update(
        status=RunStatus.FAILED, finished_at=timezone.now(), error=error
    )
