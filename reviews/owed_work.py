"""What reviews owe by the clock: meetings kept ahead, agendas prepared, and words about open actions."""

from __future__ import annotations

from portal.common import owed
from reviews.selectors.meetings import oldest_renewal_due
from reviews.selectors.reminders import oldest_reminder_due
from reviews.tasks import keep_reviews_ready, remind_of_actions, renew_agendas


def register() -> None:
    # By the hour is enough: a series is laid out a year ahead, and an agenda two weeks.
    owed.register_chore(keep_reviews_ready.delay)
    owed.register("agendas", oldest_renewal_due)
    owed.register_bell(renew_agendas.delay)
    owed.register("actions", oldest_reminder_due)
    owed.register_bell(remind_of_actions.delay)
