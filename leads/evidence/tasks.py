"""The doorbell of back-tests."""

from __future__ import annotations

import time

from celery import shared_task

from leads.evidence import working

# Well within the time limits of a task; what is left is rung for again.
WORK_SECONDS = 120.0


@shared_task
def work_back_tests() -> None:
    """Work off back-tests that are owed."""
    end = time.monotonic() + WORK_SECONDS
    while time.monotonic() < end:
        if not working.work_due(has_time=lambda: time.monotonic() < end):
            return
    work_back_tests.delay()
