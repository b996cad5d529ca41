"""Reads for the settings page."""

from __future__ import annotations

from datetime import time

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from definitions.models import Ballot, BallotStatus
from portal.common.models import AuditEntry, OutgoingMail, OwnHoliday, WorkingHours


def hours_of(team: str) -> dict[int, tuple[time, time]]:
    """Weekday (Monday is 0) to the first stretch of work on that day."""
    rows = WorkingHours.objects.filter(team=team).order_by("weekday", "-starts")
    return {row.weekday: (row.starts, row.ends) for row in rows}


def own_holidays() -> QuerySet[OwnHoliday]:
    return OwnHoliday.objects.order_by("day")


def trail() -> QuerySet[AuditEntry]:
    """Newest first. That somebody blocks shows when the ballot has closed: until then it is a result."""
    open_ballots = Ballot.objects.filter(status=BallotStatus.OPEN).annotate(key=Cast("pk", CharField()))
    hidden = Q(verb__startswith="block.") & Q(subject_id__in=open_ballots.values("key"))
    return AuditEntry.objects.exclude(hidden).order_by("-id")


def stuck_mail() -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(status=OutgoingMail.Status.PARKED).order_by("-id")
