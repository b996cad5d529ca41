"""What the agreement owes by the clock: ballots to close, and people to be asked for their vote."""

from __future__ import annotations

from definitions.selectors.ballots import oldest_ballot_due
from definitions.selectors.reminders import oldest_reminder_due
from definitions.tasks import close_due_ballots, remind_electors
from portal.common import owed


def register() -> None:
    owed.register("ballots", oldest_ballot_due)
    owed.register_bell(close_due_ballots.delay)
    owed.register("reminders", oldest_reminder_due)
    owed.register_bell(remind_electors.delay)
