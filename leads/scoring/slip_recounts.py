"""Counting the slips of open ballots again: what was frozen with a ballot may drift away under it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog

from definitions import policies_ballots
from definitions.models import Ballot
from definitions.selectors.ballots import ballots_to_recount
from definitions.services.slips import ASK_EVERY, RECOUNT_EVERY, slip_recount_claim, slip_recounted
from leads.scoring.impact import impact_slip
from portal.common.errors import Conflict
from portal.common.models import User

log = structlog.get_logger(__name__)


def recount_slips(*, has_time: Callable[[], bool]) -> int:
    """Count again what is due, at most once an hour each; returns how many were counted."""
    counted = 0
    for ballot in list(ballots_to_recount()):
        if not has_time():
            break
        counted += _recount(ballot, RECOUNT_EVERY, None)
    return counted


def recount_slip(*, ballot: Ballot, actor: User) -> bool:
    """Count one slip again because somebody asks; False when it was counted a moment ago. Raises Refused."""
    policies_ballots.may_recount(actor, ballot).require()
    return _recount(ballot, ASK_EVERY, actor)


def _recount(ballot: Ballot, every: timedelta, actor: User | None) -> bool:
    if not slip_recount_claim(ballot=ballot, every=every, actor=actor):
        return False
    # Outside of any transaction: counting takes seconds, and votes are not to wait for it.
    slip = impact_slip(ballot.document, ballot.version.definition.stage)
    try:
        slip_recounted(ballot=ballot, slip=slip, fingerprint=ballot.fingerprint, round=ballot.round)
    except Conflict as error:
        log.info("slip_not_kept", ballot=ballot.pk, reason=str(error))
        return False
    return True
