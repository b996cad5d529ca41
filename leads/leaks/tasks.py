"""The doorbell of the nightly count. By the hour: a night that the machine slept through is made up for."""

from __future__ import annotations

from celery import shared_task

from leads.leaks.nightly import night_count_due


@shared_task
def count_the_night() -> None:
    """Count this night, if it is time and not done yet."""
    night_count_due()
