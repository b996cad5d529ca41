"""Owed work: rows with a lease. The database is the truth, the broker only rings.

Every kind of owed work registers here how to find its oldest unclaimed row, so that readiness and
the worker's own watchdog can ask one question: how long has due work been waiting?
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils import timezone

Row = TypeVar("Row", bound=models.Model)
Oldest = Callable[[datetime], datetime | None]
Bell = Callable[[], Any]
_kinds: dict[str, Oldest] = {}
_bells: list[Bell] = []
_chores: list[Bell] = []


def register(kind: str, oldest_due: Oldest) -> None:
    """`oldest_due(now)` gives the instant since which this kind's oldest unclaimed row is due, or None."""
    _kinds[kind] = oldest_due


def register_bell(bell: Bell) -> None:
    """`bell()` starts the task that works off one kind of owed rows, e.g. `drain_marks.delay`."""
    _bells.append(bell)


def register_chore(chore: Bell) -> None:
    """`chore()` starts a task that is due by the hour."""
    _chores.append(chore)


def ring_all() -> None:
    """Start every task that works off owed rows. Raises what the broker raises when it is away."""
    for bell in _bells:
        bell()


def ring_chores() -> None:
    for chore in _chores:
        chore()


def lag_by_kind(now: datetime | None = None) -> dict[str, float]:
    """Seconds that the oldest due and unclaimed row of each kind has waited; kinds with none are left out."""
    now = now or timezone.now()
    found = {kind: oldest(now) for kind, oldest in _kinds.items()}
    return {kind: max(0.0, (now - since).total_seconds()) for kind, since in found.items() if since}


def oldest_unclaimed_age() -> float | None:
    """Seconds that the oldest due and unclaimed row of any kind has waited, or None when nothing waits."""
    lags = lag_by_kind()
    return max(lags.values()) if lags else None


def new_token() -> str:
    return secrets.token_hex(8)


def claim(
    due: QuerySet[Row], *, seconds: int, limit: int = 1, now: datetime | None = None, **values: Any
) -> list[Row]:
    """Take up to `limit` rows of `due` for `seconds`, by one conditional UPDATE each batch.

    The model has `lease_until`, `lease_token` and `attempts`. Rows whose lease ran out are free
    again: a worker that was killed costs one lease, never the row. Returns the claimed rows; their
    `lease_token` must guard every later write, since a slow worker may have lost the row meanwhile.
    """
    now = now or timezone.now()
    model = due.model
    is_free = Q(lease_until=None) | Q(lease_until__lte=now)
    ids = list(due.filter(is_free).values_list("pk", flat=True)[:limit])
    if not ids:
        return []
    token = new_token()
    # The conditions of `due` are asked again in the UPDATE: a row finished meanwhile stays finished.
    due.order_by().filter(is_free, pk__in=ids).update(
        lease_until=now + timedelta(seconds=seconds), lease_token=token, attempts=F("attempts") + 1, **values
    )
    return list(model._base_manager.filter(pk__in=ids, lease_token=token).order_by("pk"))
