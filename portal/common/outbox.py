"""Deliveries by mail and by webhook: what is due, what became of an attempt, and when to try again.

A delivery is made at most once per key. If a worker dies between the other side's "OK" and the update of
the row, it is made a second time after the lease: of the two evils (twice, or never) this is the smaller.
Calendar clients take a repeated invitation for the same one; a webhook repeats its id.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.common.models import Delivery

LEASE_SECONDS = 60
ATTEMPTS_BEFORE_PARKING = 5
ERROR_CHARACTERS = 2000
Row = TypeVar("Row", bound=Delivery)
log = structlog.get_logger(__name__)


def due(rows: QuerySet[Row], now: datetime) -> QuerySet[Row]:
    return rows.filter(status=Delivery.Status.WAITING, due_at__lte=now).order_by("id")


def _free(now: datetime) -> Q:
    return Q(lease_until=None) | Q(lease_until__lte=now)


def oldest(rows: QuerySet[Row], now: datetime) -> datetime | None:
    """Since when the oldest of these rows that nobody has claimed is due."""
    free = rows.filter(_free(now))
    return free.order_by("due_at").values_list("due_at", flat=True).first()


def _mine(row: Row) -> QuerySet[Row]:
    """The row, unless its lease ran out and another worker has it now."""
    return type(row)._default_manager.filter(pk=row.pk, lease_token=row.lease_token)


def delivered(row: Delivery) -> None:
    """It is made. What it said is kept no longer: it names leads, and some of it lets people in.

    The row stays, under its key: that is what makes it the same delivery for ever.
    """
    _mine(row).update(
        status=Delivery.Status.SENT,
        sent_at=timezone.now(),
        error="",
        lease_until=None,
        **dict.fromkeys(row.CONTENTS, ""),
    )


def failed(row: Delivery, error: str) -> None:
    """Wait longer after each failure: 1, 2, 4, 8 minutes. The fifth parks it for an administrator."""
    # The row has the error, which may name people: the log has not.
    log.warning("not_delivered", kind=row._meta.model_name, pk=row.pk, attempts=row.attempts)
    is_last = row.attempts >= ATTEMPTS_BEFORE_PARKING
    _mine(row).update(
        error=_kept(error),
        status=Delivery.Status.PARKED if is_last else Delivery.Status.WAITING,
        due_at=timezone.now() + timedelta(minutes=2 ** (row.attempts - 1)),
        lease_until=None,
    )


def put_off(rows: QuerySet[Row], error: str) -> None:
    """The other side is away: these wait for a minute, with all their attempts.

    What is due and left lying would look to a worker as if it were stuck itself (see `portal.watchdog`).
    """
    now = timezone.now()
    rows.order_by().filter(_free(now)).update(due_at=now + timedelta(minutes=1), error=_kept(error))


def _kept(error: str) -> str:
    """The other side's words, but for the character that PostgreSQL cannot take."""
    return error.replace("\0", "")[:ERROR_CHARACTERS]


def again(rows: QuerySet[Row]) -> int:
    """What is parked is due at once, with five fresh attempts. Returns how many rows that were."""
    return rows.filter(status=Delivery.Status.PARKED).update(
        status=Delivery.Status.WAITING, due_at=timezone.now(), attempts=0, lease_until=None
    )
