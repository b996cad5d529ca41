"""Asking those who have not voted: half-way and a working day before the end, once each, never the others."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from definitions.models import Ballot, BallotStatus, Elector
from definitions.selectors.reminders import ballots_to_remind, undecided_half_way, undecided_on_the_last_day
from definitions.services import announcing
from definitions.services.closing import locked_ballot
from portal.common import audit


def electors_remind_due() -> int:
    """Ask everybody who is owed a reminder, ballot by ballot; returns how many. Safe to run twice."""
    now = timezone.now()
    return sum(_remind(ballot, now) for ballot in list(ballots_to_remind(now)))


@transaction.atomic
def _remind(ballot: Ballot, now: datetime) -> int:
    # The lock that a vote takes too: whoever votes meanwhile is either seen here or comes after.
    ballot = locked_ballot(ballot)
    if ballot.status != BallotStatus.OPEN or ballot.closes_at <= now:
        return 0
    last = list(undecided_on_the_last_day(ballot, now))
    for elector in last:
        announcing.vote_missing(ballot, elector.person, "last")
    # Whoever hears that the end is near need not hear as well that half is over.
    Elector.objects.filter(pk__in=[elector.pk for elector in last]).update(
        reminded_at=now, reminded_half_way_at=now
    )
    half_way = list(undecided_half_way(ballot, now))
    for elector in half_way:
        announcing.vote_missing(ballot, elector.person, "half-way")
    Elector.objects.filter(pk__in=[elector.pk for elector in half_way]).update(reminded_half_way_at=now)
    told = [*last, *half_way]
    if told:
        names = sorted(str(elector.person) for elector in told)
        audit.record("ballot.reminded", subject=ballot, actor=None, after={"people": names})
    return len(told)
