"""Clocks that pass a threshold: said once each, in the one transaction that also sets what comes next.

Found by `next_at` alone, as often as one likes. A worker that is killed has either said all of a batch or
nothing of it; two at once share the clocks (`SKIP LOCKED`), and a constraint stands behind both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from leads.handoffs import clock_words
from leads.handoffs.clocks import PERCENT, clocks_stop, next_of_unsaid
from leads.models import Clock, ClockKind, ClockNotice, HandoffStatus, Threshold
from portal.common.models import Topic
from portal.common.notify import owe_notifications
from portal.common.webhooks import owe_calls

BATCH = 500
# What a handoff stands at while a clock of a kind may run.
STATUS_WHILE = {
    ClockKind.DECIDE: HandoffStatus.OFFERED,
    ClockKind.FOLLOW_UP: HandoffStatus.ACCEPTED,
    ClockKind.PICK_UP: HandoffStatus.RETURNED,
}


def _due(now: datetime) -> QuerySet[Clock]:
    """All that fires now, but for decisions that have run over: `reconcile` expires those offers as well."""
    run_over = Q(kind=ClockKind.DECIDE, next_at=F("over_at"))
    return Clock.objects.filter(~run_over, next_at__lte=now)


def oldest_due(now: datetime) -> datetime | None:
    return _due(now).order_by("next_at").values_list("next_at", flat=True).first()


def clocks_fire(*, has_time: Callable[[], bool]) -> int:
    """Say what is due to be said; returns how many thresholds that were."""
    said = 0
    while has_time():
        ids = list(_due(timezone.now()).order_by("next_at", "id").values_list("pk", flat=True)[:BATCH])
        fired = _fire_batch(ids) if ids else None
        if fired is None:
            break  # Nothing is due, or another worker is at it.
        said += fired
    return said


@transaction.atomic
def _fire_batch(ids: list[int]) -> int | None:
    now = timezone.now()
    clocks = list(_held(_due(now).filter(pk__in=ids), skip_locked=True))
    return _fire(clocks, now) if clocks else None


def clocks_run_over(handoff_ids: Iterable[int], *, now: datetime) -> dict[int, float]:
    """These decisions have run over: say so, and stop their clocks. In the caller's transaction.

    Returns for each handoff after how many working hours that was.
    """
    running = Clock.objects.filter(handoff__in=list(handoff_ids), kind=ClockKind.DECIDE)
    clocks = list(_held(running, skip_locked=False))
    _fire(clocks, now, is_expiring=True)
    clocks_stop([clock.handoff_id for clock in clocks], at=now)
    share = PERCENT[Threshold.OVER] / 100
    return {clock.handoff_id: clock.promised_seconds * share / 3600 for clock in clocks}


def _held(rows: QuerySet[Clock], *, skip_locked: bool) -> QuerySet[Clock]:
    return (
        rows.select_for_update(skip_locked=skip_locked, of=("self",))
        .select_related("handoff__lead__account", "handoff__owner")
        .defer("handoff__receipt", "handoff__lead__provenance", "handoff__lead__account__provenance")
        .order_by("pk")
    )


def _fire(clocks: list[Clock], now: datetime, *, is_expiring: bool = False) -> int:
    """Say every threshold that these clocks have passed and that nobody was told of; returns how many.

    That a decision has run over is said only as its offer expires.
    """
    running = [clock for clock in clocks if clock.handoff.status == STATUS_WHILE[ClockKind(clock.kind)]]
    idle = {clock.pk for clock in clocks} - {clock.pk for clock in running}
    Clock.objects.filter(pk__in=idle).update(stopped_at=now, next_at=None)
    said = set(ClockNotice.objects.filter(clock__in=running).values_list("clock_id", "threshold"))
    passed = [
        (clock, threshold)
        for clock in running
        for threshold, at in clock.instants.items()
        if at <= now
        and (clock.pk, threshold.value) not in said
        and (is_expiring or (clock.kind, threshold) != (ClockKind.DECIDE, Threshold.OVER))
    ]
    _say(passed, now)
    Clock.objects.filter(pk__in=[clock.pk for clock in running]).update(next_at=next_of_unsaid())
    return len(passed)


def _say(passed: list[tuple[Clock, Threshold]], now: datetime) -> None:
    if not passed:
        return
    groups = clock_words.grouped(passed)
    ClockNotice.objects.bulk_create(
        ClockNotice(clock=clock, threshold=group.threshold, fired_at=now, key=group.key)
        for group in groups
        for clock in group.clocks
    )
    owe_notifications(clock_words.words(groups), topic=Topic.CLOCKS)
    owe_calls(clock_words.event(clock, threshold, now) for clock, threshold in passed)
