"""The doorbell of reviews. It carries nothing: what is due stands in the rows of series and meetings."""

from __future__ import annotations

from celery import shared_task

from reviews.services.preparing import agendas_prepare_due, agendas_renew_due, meetings_keep_ahead
from reviews.services.preread import prereads_owe_due
from reviews.services.reminding import actions_remind_due


@shared_task(name="reviews.keep_reviews_ready")
def keep_reviews_ready() -> None:
    """Lay out the next meetings of every series; prepare, renew and mail the agendas of the near ones."""
    meetings_keep_ahead()
    agendas_prepare_due()
    prereads_owe_due()


@shared_task(name="reviews.renew_agendas")
def renew_agendas() -> None:
    """Renew the evidence of agendas for which somebody has asked."""
    agendas_renew_due()


@shared_task(name="reviews.remind_of_actions")
def remind_of_actions() -> None:
    """Ask the owners of actions whose day has come."""
    actions_remind_due()
