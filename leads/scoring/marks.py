"""Marks: leads whose facts changed and whose score is owed. Written by `leads.facts`, taken away here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Min, Q
from django.utils import timezone

from definitions.models import Version
from leads.facts import owe_scores
from leads.models import MarkDrain, Run, RunStatus, TouchedLead
from leads.scoring.compiler import score_into
from leads.scoring.kept import versions_kept_scored
from leads.scoring.locks import limit_statements, score_alone
from leads.scoring.scope import Scope
from leads.shadows.ending import fail_shadow
from leads.shadows.recording import record_leads

log = structlog.get_logger(__name__)

OPEN_RUNS = (RunStatus.QUEUED, RunStatus.RUNNING)
BATCH = 2_000
STATEMENT_SECONDS = 25
FAILURES_BEFORE_PARKING = 3
# More poisoned leads than this in one batch are no poison but a fault of everything: nothing is parked.
POISONED_AT_MOST = 20


def drain(limit: int = BATCH) -> int:
    """Score one batch of marked leads, oldest marks first; returns how many marks were taken away.

    0 means that nothing waits, or that another process drains already. A lead that cannot be scored
    is found by halving the batch; at its third failure it is parked with its error, until its facts
    change or somebody asks again. Raises DatabaseError when it is not single leads that fail.
    """
    with transaction.atomic():
        if not _take_the_drain(may_wait=False):
            return 0
        return _drain_batch(limit)


def drain_rest() -> None:
    """Within the caller's transaction, score all that is marked. DatabaseError: a lead cannot be scored."""
    _take_the_drain(may_wait=True)
    while batch := _waiting_marks(BATCH):
        _score(batch)


def versions_to_score() -> list[Version]:
    """Those whose scores are kept (`kept`), and every version that a run is being made for."""
    runs = Run.objects.filter(status__in=OPEN_RUNS).values("version")
    kept = versions_kept_scored().values("pk")
    return list(Version.objects.filter(Q(pk__in=kept) | Q(pk__in=runs)).order_by("pk"))


def waiting() -> int:
    return TouchedLead.objects.filter(parked_at=None).count()


def park(lead_id: int, error: str) -> None:
    """Leave a parked mark, so that a lead without a score is known as one that is owed it."""
    owe_scores([lead_id])
    TouchedLead.objects.filter(lead=lead_id).update(
        parked_at=timezone.now(), error=error, attempts=FAILURES_BEFORE_PARKING
    )


def unpark(lead_ids: Sequence[int]) -> int:
    return TouchedLead.objects.filter(lead__in=lead_ids, parked_at__isnull=False).update(
        parked_at=None, attempts=0, marked_at=timezone.now()
    )


def unpark_all() -> int:
    return unpark(list(TouchedLead.objects.filter(parked_at__isnull=False).values_list("lead_id", flat=True)))


def oldest_due(now: datetime) -> datetime | None:
    """Since when the oldest mark waits without any batch having been worked off."""
    oldest = TouchedLead.objects.filter(parked_at=None).aggregate(at=Min("marked_at"))["at"]
    if oldest is None:
        return None
    worked_at = MarkDrain.objects.filter(pk=1).values_list("worked_at", flat=True).first()
    return max(oldest, worked_at) if worked_at else oldest


def _take_the_drain(*, may_wait: bool) -> bool:
    """Lock the drain's row until the end of the transaction, and leave the sign of life in it."""
    now = timezone.now()
    MarkDrain.objects.get_or_create(pk=1, defaults={"worked_at": now - timedelta(days=1)})
    rows = MarkDrain.objects.filter(pk=1)
    # SQLite knows no row locks: there, a transaction holds the whole file from its beginning.
    if not list(rows.select_for_update(skip_locked=not may_wait and _can_skip())):
        return False
    rows.update(worked_at=now)
    limit_statements(STATEMENT_SECONDS)
    return True


def _can_skip() -> bool:
    return connection.features.has_select_for_update_skip_locked


def _waiting_marks(limit: int) -> list[int]:
    """Lead ids of the oldest marks, locked.

    A mark that an import has just renewed is still locked by it and is left for the next batch, when
    the new facts can be seen. And as none can be renewed under us, a mark is taken away by its id.
    """
    marks = TouchedLead.objects.filter(parked_at=None).order_by("marked_at", "lead_id")
    marks = marks.select_for_update(skip_locked=_can_skip())
    return list(marks.values_list("lead_id", flat=True)[:limit])


def _drain_batch(limit: int) -> int:
    lead_ids = _waiting_marks(limit)
    if not lead_ids:
        return 0
    poisoned: dict[int, str] = {}
    _score_in_halves(lead_ids, poisoned)
    for lead_id, error in poisoned.items():
        _record_failure(lead_id, error)
    return len(lead_ids) - len(poisoned)


def _score_in_halves(lead_ids: list[int], poisoned: dict[int, str]) -> None:
    try:
        with transaction.atomic():
            _score(lead_ids)
    except DatabaseError as error:
        if len(lead_ids) == 1:
            poisoned[lead_ids[0]] = str(error)
            if len(poisoned) > POISONED_AT_MOST:
                raise
            return
        middle = len(lead_ids) // 2
        _score_in_halves(lead_ids[:middle], poisoned)
        _score_in_halves(lead_ids[middle:], poisoned)


def _score(lead_ids: list[int]) -> None:
    """Score these leads for every version that is due, and take their marks away."""
    versions = versions_to_score()
    score_alone([version.pk for version in versions])
    now = timezone.now()
    for version in versions:
        if version.is_shadow:
            _score_silently(version, lead_ids, now)
        else:
            score_into(version, Scope.ids(lead_ids), now)
    record_leads([version.pk for version in versions], lead_ids, now)
    TouchedLead.objects.filter(lead__in=lead_ids).delete()


def _score_silently(version: Version, lead_ids: list[int], now: datetime) -> None:
    """The same for a shadow. If it cannot be scored it ends: nobody's real score waits for it."""
    try:
        with transaction.atomic():
            score_into(version, Scope.ids(lead_ids), now)
    except DatabaseError as error:
        log.error("shadow_cannot_be_scored", version=version.pk, error=str(error))
        fail_shadow(version, str(error))


def _record_failure(lead_id: int, error: str) -> None:
    log.error("lead_cannot_be_scored", lead=lead_id, error=error)
    mark = TouchedLead.objects.filter(lead=lead_id)
    mark.update(attempts=F("attempts") + 1, error=error)
    mark.filter(attempts__gte=FAILURES_BEFORE_PARKING).update(parked_at=timezone.now())
