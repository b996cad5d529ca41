"""Who is owed a reminder: rows of electors whose ballot has passed an instant and who have not voted."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from definitions.models import Ballot, BallotStatus, Elector, Vote


def _undecided() -> QuerySet[Elector]:
    """Active people without a vote in the present round of an open ballot."""
    votes = Vote.objects.filter(
        elector=OuterRef("pk"), round=OuterRef("ballot__round"), fingerprint=OuterRef("ballot__fingerprint")
    )
    return Elector.objects.filter(~Exists(votes), ballot__status=BallotStatus.OPEN, person__is_active=True)


def _owed_half_way(now: datetime) -> QuerySet[Elector]:
    return _undecided().filter(
        ballot__half_way_at__lte=now, ballot__closes_at__gt=now, reminded_half_way_at=None, reminded_at=None
    )


def _owed_on_the_last_day(now: datetime) -> QuerySet[Elector]:
    return _undecided().filter(ballot__last_day_at__lte=now, ballot__closes_at__gt=now, reminded_at=None)


def undecided_half_way(ballot: Ballot, now: datetime) -> QuerySet[Elector]:
    return _owed_half_way(now).filter(ballot=ballot).select_related("person")


def undecided_on_the_last_day(ballot: Ballot, now: datetime) -> QuerySet[Elector]:
    return _owed_on_the_last_day(now).filter(ballot=ballot).select_related("person")


def ballots_to_remind(now: datetime) -> QuerySet[Ballot]:
    owed = Q(electors__in=_owed_half_way(now)) | Q(electors__in=_owed_on_the_last_day(now))
    return Ballot.objects.filter(owed).distinct().order_by("closes_at", "pk")


def oldest_reminder_due(now: datetime) -> datetime | None:
    """Since when the oldest reminder is owed that nobody has been sent."""
    found = [
        _owed_half_way(now).aggregate(at=Min("ballot__half_way_at"))["at"],
        _owed_on_the_last_day(now).aggregate(at=Min("ballot__last_day_at"))["at"],
    ]
    return min((instant for instant in found if instant), default=None)
