"""Doorbells of the agreement. They carry nothing: what is due stands in the ballots' rows."""

from __future__ import annotations

from celery import shared_task

from definitions.services.closing import ballots_close_due
from definitions.services.presence import visits_forget_old
from definitions.services.reminding import electors_remind_due
from definitions.services.temporary import temporary_versions_end_due
from definitions.services.unsaved import unsaved_forget_old


@shared_task(name="definitions.close_due_ballots")
def close_due_ballots() -> None:
    """Close ballots whose time is up."""
    ballots_close_due()


@shared_task(name="definitions.end_temporary_versions")
def end_temporary_versions() -> None:
    """Bring back what was agreed before a version whose time is up."""
    temporary_versions_end_due()


@shared_task(name="definitions.remind_electors")
def remind_electors() -> None:
    """Ask those whose vote is missing."""
    electors_remind_due()


@shared_task(name="definitions.forget_old_drafting")
def forget_old_drafting() -> None:
    """Clear away text that nobody saved, and who was where."""
    unsaved_forget_old()
    visits_forget_old()
