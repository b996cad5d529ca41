"""What the agreement owes by the clock: ballots to close."""

from __future__ import annotations

from definitions.selectors.ballots import oldest_ballot_due
from definitions.tasks import close_due_ballots
from portal.common import owed


def register() -> None:
    owed.register("ballots", oldest_ballot_due)
    owed.register_bell(close_due_ballots.delay)
