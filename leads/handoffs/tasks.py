"""The doorbell of the handoffs."""

from celery import shared_task

from leads.handoffs.reconcile import handoffs_reconcile


@shared_task
def reconcile_handoffs() -> None:
    """Bring the handoffs in line with the scores. Safe to run twice, and at the same time."""
    handoffs_reconcile()
