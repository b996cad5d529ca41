"""The doorbells of scoring. Each finds for itself what is owed, and is safe to be rung twice."""

from __future__ import annotations

import time
from collections.abc import Callable

from celery import shared_task
from django.db import connection

from leads import facts
from leads.scoring import chunks, clock, flip, marks, old_scores, slip_recounts
from leads.scoring.preview import building
from portal.common import owed

# Well within the time limits of a task; what is left is rung for again.
WORK_SECONDS = 120.0


def _has_time() -> Callable[[], bool]:
    end = time.monotonic() + WORK_SECONDS
    return lambda: time.monotonic() < end


@shared_task
def score_chunks() -> None:
    """Score what open runs still owe, and end the runs that owe nothing more."""
    has_time = _has_time()
    # Several chunks at once pay off where the database writes side by side; SQLite has one writer.
    if connection.features.has_select_for_update and chunks.count_free() > 1:
        score_chunks.delay()
    chunks.work_chunks(has_time=has_time)
    if flip.finish_runs():
        # What follows from new scores is others' work: they hear of it now, not at the next sweep.
        owed.ring_all()
    elif not has_time():
        score_chunks.delay()


@shared_task
def drain_marks() -> None:
    """Score the leads that are marked."""
    has_time = _has_time()
    drained = 0
    while has_time() and (batch := marks.drain()):
        drained += batch
    if drained:
        owed.ring_all()


@shared_task
def clock_look() -> None:
    """Mark the leads whose score the clock has moved."""
    if clock.look_at_the_clock():
        drain_marks.delay()


@shared_task
def recount_slips() -> None:
    """Hold the frozen slips of open ballots against the leads of now."""
    slip_recounts.recount_slips(has_time=_has_time())


@shared_task
def delete_old_scores() -> None:
    """Delete scores of versions that are long superseded."""
    has_time = _has_time()
    while has_time() and old_scores.delete_batch():
        pass


@shared_task
def build_preview() -> None:
    """Make the columns that somebody waits for."""
    has_time = _has_time()
    while has_time() and building.work_wishes(has_time):
        pass


@shared_task
def forget_changes() -> None:
    """Keep the rows that name the state of the facts few."""
    facts.forget_changes()
