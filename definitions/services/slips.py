"""The frozen slip held against the data of today. The count itself is made above, where the leads are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions.drift import drifts
from definitions.models import Ballot, BallotStatus
from definitions.services import announcing
from definitions.services.closing import locked_ballot
from portal.common import audit
from portal.common.errors import Conflict
from portal.common.models import User

Json = dict[str, Any]

# By itself once an hour; who asks for it need not wait, but two people are not to count the same twice.
RECOUNT_EVERY = timedelta(hours=1)
ASK_EVERY = timedelta(minutes=1)


@transaction.atomic
def slip_recount_claim(*, ballot: Ballot, every: timedelta, actor: User | None = None) -> bool:
    """Take the recount of an open ballot's slip on; False when it was taken less than `every` ago.

    The claim is one conditional UPDATE, so of two workers one counts. One that dies costs an hour.
    """
    now = timezone.now()
    mine = Ballot.objects.filter(pk=ballot.pk, status=BallotStatus.OPEN)
    is_due = mine.filter(slip_asked_at=None) | mine.filter(slip_asked_at__lte=now - every)
    if not is_due.update(slip_asked_at=now):
        return False
    if actor is not None:
        audit.record("slip.recount_asked", subject=ballot, actor=actor)
    return True


@transaction.atomic
def slip_recounted(*, ballot: Ballot, slip: Json, fingerprint: str, round: int) -> Ballot:
    """Keep the slip as counted now beside the frozen one, and tell the voters once when it has drifted.

    The votes stand. Raises Conflict when the text is no longer the one that was counted, or voting is over.
    """
    ballot = locked_ballot(ballot)
    if ballot.status != BallotStatus.OPEN or (ballot.fingerprint, ballot.round) != (fingerprint, round):
        raise Conflict(_("The proposal changed while its numbers were counted. They are not kept."))
    ballot.slip_now, ballot.slip_counted_at = slip, timezone.now()
    found = drifts(ballot.slip, slip, ballot.drift_percent)
    over = [drift for drift in found if drift.is_over]
    if over and ballot.drifted_at is None:
        ballot.drifted_at = ballot.slip_counted_at
        audit.record(
            "slip.drifted",
            subject=ballot,
            actor=None,
            before={drift.key: drift.before for drift in over},
            after={drift.key: drift.now for drift in over},
        )
        announcing.slip_drifted(ballot, over)
    ballot.save(update_fields=["slip_now", "slip_counted_at", "drifted_at"])
    return ballot
