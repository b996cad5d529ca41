"""What the agreement owes by the clock: ballots to close, people to be asked, versions to end."""

from __future__ import annotations

from definitions.selectors.ballots import oldest_ballot_due
from definitions.selectors.reminders import oldest_reminder_due
from definitions.selectors.temporary import oldest_end_due
from definitions.tasks import (
    close_due_ballots,
    end_temporary_versions,
    forget_old_drafting,
    remind_electors,
)
from portal.common import owed


def register() -> None:
    owed.register("ballots", oldest_ballot_due)
    owed.register_bell(close_due_ballots.delay)
    owed.register("reminders", oldest_reminder_due)
    owed.register_bell(remind_electors.delay)
    owed.register("temporary versions", oldest_end_due)
    owed.register_bell(end_temporary_versions.delay)
    owed.register_chore(forget_old_drafting.delay)
