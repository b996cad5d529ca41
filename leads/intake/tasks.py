"""The doorbell of imports."""

from __future__ import annotations

import time

from celery import shared_task

from leads.intake import advance
from portal.common import owed

# Well within the time limits of a task; what is left is rung for again.
WORK_SECONDS = 120.0


@shared_task
def advance_imports() -> None:
    """Take in what uploaded files still hold, then wake whoever scores the leads that changed."""
    end = time.monotonic() + WORK_SECONDS
    has_worked = False
    while time.monotonic() < end and advance.advance_due(has_time=lambda: time.monotonic() < end):
        has_worked = True
    if has_worked:
        # Everybody, and this task too: it goes on where the time ran out, or finds nothing left.
        owed.ring_all()
