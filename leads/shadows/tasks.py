"""The doorbell of shadows."""

from __future__ import annotations

from celery import shared_task

from leads.shadows import ending


@shared_task
def end_shadows() -> None:
    """End the shadows whose time is up."""
    ending.shadows_end_due()
