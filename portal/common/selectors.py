"""Reads that every app needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Sum

from portal.common.models import AuditEntry, Team, User, Workspace


def the_workspace() -> Workspace:
    """The one row of shared settings."""
    return Workspace.objects.get(pk=1)


def workspace_zone() -> ZoneInfo:
    """Where the days of the workspace begin: those of its meetings, periods and reviews."""
    return ZoneInfo(the_workspace().time_zone)


def people_of(team: Team | str) -> QuerySet[User]:
    """Active people of one team, by name."""
    return User.objects.filter(team=team, is_active=True)


def weekly_capacity_of(team: Team | str) -> int | None:
    """Leads a week that the active people of a team say they can work, together; None when nobody says."""
    return people_of(team).aggregate(total=Sum("weekly_capacity"))["total"]


@dataclass(frozen=True)
class CapacitySaid:
    """One person's leads a week, with who wrote that down and when; both are empty where no trail tells."""

    person: User
    leads: int
    said_by: str
    said_at: datetime | None


def capacity_said(team: Team | str) -> list[CapacitySaid]:
    """What each of a team's active people can work, by name; who states nothing is left out."""
    people = list(people_of(team).exclude(weekly_capacity=None))
    entries = AuditEntry.objects.filter(
        subject_type=User._meta.label_lower,
        subject_id__in=[str(person.pk) for person in people],
        after__has_key="weekly_capacity",
    )
    said: dict[str, AuditEntry] = {}
    for entry in entries.order_by("id"):
        if entry.before.get("weekly_capacity") != entry.after["weekly_capacity"]:
            said[entry.subject_id] = entry
    return [_capacity_of(person, said.get(str(person.pk))) for person in people]


def _capacity_of(person: User, entry: AuditEntry | None) -> CapacitySaid:
    leads = person.weekly_capacity or 0
    # A number that was written down past the trail, by the sample or a database, is nobody's word.
    if entry is None or entry.after["weekly_capacity"] != leads:
        return CapacitySaid(person, leads, "", None)
    return CapacitySaid(person, leads, entry.actor_label, entry.at)


def active_people() -> QuerySet[User]:
    return User.objects.filter(is_active=True)
