"""Changing what everybody shares."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.accounts.policies import may_manage_workspace
from portal.common import audit
from portal.common.errors import Conflict
from portal.common.models import OwnHoliday, TeamCalendar, User, WorkingHours, Workspace


@transaction.atomic
def workspace_edit(*, values: dict[str, Any], actor: User) -> Workspace:
    """Change what `values` names. Open ballots and clocks that run keep what they were given."""
    may_manage_workspace(actor).require()
    workspace = Workspace.objects.select_for_update().get(pk=1)
    before = {name: getattr(workspace, name) for name in values if getattr(workspace, name) != values[name]}
    Workspace.objects.filter(pk=1).update(**values)
    workspace.refresh_from_db()
    audit.record(
        "workspace.changed",
        subject=workspace,
        actor=actor,
        before=before,
        after={name: values[name] for name in before},
    )
    return workspace


@transaction.atomic
def working_hours_set(*, team: str, stretches: list[tuple[int, time, time]], actor: User) -> None:
    """Replace a team's working week. Clocks that already run keep the instants that they were given."""
    may_manage_workspace(actor).require()
    WorkingHours.objects.filter(team=team).delete()
    WorkingHours.objects.bulk_create(
        WorkingHours(team=team, weekday=weekday, starts=starts, ends=ends)
        for weekday, starts, ends in stretches
    )
    audit.record(
        "workspace.hours_changed",
        subject=Workspace.objects.get(pk=1),
        actor=actor,
        after={
            "team": team,
            "hours": [f"{day} {starts:%H:%M}-{ends:%H:%M}" for day, starts, ends in stretches],
        },
    )


@transaction.atomic
def team_calendar_set(
    *, team: str, time_zone: str, holiday_country: str, holiday_region: str, actor: User
) -> TeamCalendar:
    """Where a team works. Clocks that already run keep the instants that they were given."""
    may_manage_workspace(actor).require()
    after = {
        "time_zone": time_zone,
        "holiday_country": holiday_country,
        "holiday_region": holiday_region,
    }
    place, _is_new = TeamCalendar.objects.select_for_update().get_or_create(team=team)
    before = {name: getattr(place, name) for name in after}
    TeamCalendar.objects.filter(pk=place.pk).update(**after)
    place.refresh_from_db()
    audit.record("workspace.team_calendar_changed", subject=place, actor=actor, before=before, after=after)
    return place


@transaction.atomic
def own_holiday_add(*, day: date, name: str, actor: User, team: str = "") -> OwnHoliday:
    """A day off for a team, or for everybody. Raises Conflict when it is one already."""
    may_manage_workspace(actor).require()
    known = OwnHoliday.objects.filter(day=day, team__in={"", team}).first()
    if known:
        raise Conflict(
            _("%(day)s is a day off already: %(name)s.")
            % {"day": date_format(day, "j M Y"), "name": known.name}
        )
    holiday, is_new = OwnHoliday.objects.get_or_create(day=day, team=team, defaults={"name": name})
    if not is_new:
        raise Conflict(_("Somebody added %(day)s a moment ago.") % {"day": date_format(day, "j M Y")})
    audit.record("workspace.holiday_added", subject=holiday, actor=actor, after={"team": team})
    return holiday


@transaction.atomic
def own_holiday_remove(*, holiday: OwnHoliday, actor: User) -> None:
    """The day is worked after all; clocks that run keep the instants that they were given."""
    may_manage_workspace(actor).require()
    audit.record("workspace.holiday_removed", subject=holiday, actor=actor)
    holiday.delete()
