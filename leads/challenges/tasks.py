"""The hourly look at challenged clauses."""

from celery import shared_task

from leads.challenges.services import amendments_open_due


@shared_task
def open_amendments() -> None:
    """Draft an amendment for each clause at the agreed level. Safe to run twice, and at the same time."""
    amendments_open_due()
