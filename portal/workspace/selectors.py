"""Reads for the settings page."""

from __future__ import annotations

from datetime import time

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from definitions.models import Ballot, BallotStatus
from portal.common.models import AuditEntry, OwnHoliday, TeamCalendar, WorkingHours


def hours_of(team: str) -> dict[int, list[tuple[time, time]]]:
    """Weekday (Monday is 0) to the stretches of work on that day, in order."""
    found: dict[int, list[tuple[time, time]]] = {}
    for row in WorkingHours.objects.filter(team=team).order_by("weekday", "starts"):
        found.setdefault(row.weekday, []).append((row.starts, row.ends))
    return found


def team_calendar(team: str) -> TeamCalendar:
    """Where the team works; a row not yet written if nobody has said."""
    return TeamCalendar.objects.filter(team=team).first() or TeamCalendar(team=team)


def own_holidays() -> QuerySet[OwnHoliday]:
    return OwnHoliday.objects.order_by("day")


def trail() -> QuerySet[AuditEntry]:
    """Newest first. That somebody blocks shows when the ballot has closed: until then it is a result."""
    open_ballots = Ballot.objects.filter(status=BallotStatus.OPEN).annotate(key=Cast("pk", CharField()))
    hidden = Q(verb__startswith="block.") & Q(subject_id__in=open_ballots.values("key"))
    return AuditEntry.objects.exclude(hidden).order_by("-id")
