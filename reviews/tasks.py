"""The doorbell of reviews. It carries nothing: what is due stands in the rows of series and meetings."""

from __future__ import annotations

from celery import shared_task

from reviews.services.preparing import agendas_prepare_due, meetings_keep_ahead


@shared_task(name="reviews.keep_reviews_ready")
def keep_reviews_ready() -> None:
    """Lay out the next meetings of every series, and prepare or renew the agendas of those that are near."""
    meetings_keep_ahead()
    agendas_prepare_due()
