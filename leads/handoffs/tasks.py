"""The doorbells of the handoffs."""

import time

from celery import shared_task

from leads.handoffs.clock_firing import clocks_fire
from leads.handoffs.clocks import clocks_lay_missing
from leads.handoffs.reconcile import handoffs_reconcile

# Well within the time limits of a task; what is left is rung for again.
WORK_SECONDS = 120.0


@shared_task
def reconcile_handoffs() -> None:
    """Bring the handoffs in line with the scores. Safe to run twice, and at the same time."""
    handoffs_reconcile()


@shared_task
def fire_clocks() -> None:
    """Tell people of the time that runs out or has run out."""
    end = time.monotonic() + WORK_SECONDS
    clocks_fire(has_time=lambda: time.monotonic() < end)


@shared_task
def lay_missing_clocks() -> None:
    """Give a clock to every open handoff that has none."""
    clocks_lay_missing()
