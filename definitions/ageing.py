"""When a clause is to be looked at again, and whether a definition has not been reviewed for long. Pure."""

from __future__ import annotations

from datetime import date, timedelta

PERIODS = 2


def look_again_on(own: date | None, reviewed_on: date, again_on: date | None) -> date | None:
    """A clause's own date, given what the last review of it decided: the later date counts.

    A date that the review had reached is settled by it; None: nobody has named a day.
    """
    ahead = own if own and own > reviewed_on else None
    return max((day for day in (ahead, again_on) if day), default=None)


def is_overdue(reviewed_on: date | None, every_days: int, today: date) -> bool:
    """Whether two periods have gone by without a review."""
    return reviewed_on is not None and today - reviewed_on > timedelta(days=PERIODS * every_days)
