"""The doorbells. A task carries no data: it wakes a worker, which finds what the database says is owed."""

from __future__ import annotations

import structlog
from celery import shared_task

from portal.common import owed

log = structlog.get_logger(__name__)


@shared_task
def sweep() -> None:
    """Ring every bell: beat does so every ten seconds, so that a lost message costs ten seconds."""
    owed.ring_all()


@shared_task
def hourly() -> None:
    """What is due by the hour: looks at its own rows whether anything is, so running twice does nothing."""
    owed.ring_chores()
