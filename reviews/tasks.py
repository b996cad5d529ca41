"""The doorbell of reviews. It carries nothing: what is due stands in the rows of series and meetings."""

from __future__ import annotations

from celery import shared_task

from reviews.services.preparing import agendas_prepare_due, meetings_keep_ahead
from reviews.services.reminding import actions_remind_due


@shared_task(name="reviews.keep_reviews_ready")
def keep_reviews_ready() -> None:
    """Lay out the next meetings of every series, and prepare or renew the agendas of those that are near."""
    meetings_keep_ahead()
    agendas_prepare_due()


@shared_task(name="reviews.remind_of_actions")
def remind_of_actions() -> None:
    """Ask the owners of actions whose day has come."""
    actions_remind_due()
