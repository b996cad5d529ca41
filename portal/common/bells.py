"""Ringing for a worker: after the commit, once, and never at the cost of what was committed."""

from __future__ import annotations

from typing import Any, Protocol

from django.db import transaction


class Doorbell(Protocol):
    """A Celery task that takes no arguments: what is owed stands in rows."""

    def delay(self) -> Any: ...


def ring_on_commit(task: Doorbell) -> None:
    """Wake a worker for `task` once the open transaction has committed; at once when there is none.

    Rings once for each transaction however often it is asked: each ring is a write to the broker, and a
    ballot owes many mails. A broker that is away is logged and costs ten seconds, until the sweep rings:
    the act itself is done and must not look failed.
    """
    waiting = transaction.get_connection().run_on_commit
    if not any(call == task.delay for _savepoints, call, _is_robust in waiting):
        transaction.on_commit(task.delay, robust=True)
