"""Reads that every app needs."""

from __future__ import annotations

from django.db.models import QuerySet, Sum

from portal.common.models import Team, User, Workspace


def the_workspace() -> Workspace:
    """The one row of shared settings."""
    return Workspace.objects.get(pk=1)


def people_of(team: Team | str) -> QuerySet[User]:
    """Active people of one team, by name."""
    return User.objects.filter(team=team, is_active=True)


def weekly_capacity_of(team: Team | str) -> int | None:
    """Leads a week that the active people of a team say they can work, together; None when nobody says."""
    return people_of(team).aggregate(total=Sum("weekly_capacity"))["total"]


def active_people() -> QuerySet[User]:
    return User.objects.filter(is_active=True)
