"""The working calendars of the teams, read from the workspace's rows."""

from __future__ import annotations

from datetime import date, time
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from django.db.models import Q
from django.utils import timezone

from portal.common.models import OwnHoliday, TeamCalendar, WorkingHours, Workspace
from portal.common.selectors import the_workspace
from portal.common.working_time import DESK_WEEK, Calendar

# Deadlines look days ahead, and the clocks of past quarters look two years back.
YEARS_BACK, YEARS_AHEAD = 2, 2


@lru_cache(maxsize=16)
def public_holidays(country: str, region: str, years: tuple[int, ...]) -> frozenset[date]:
    """Public holidays by ISO 3166 codes, from the `holidays` package. A code that it lacks has none."""
    if not country:
        return frozenset()
    for subdivision in dict.fromkeys((region or None, None)):
        try:
            return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=years))
        except NotImplementedError:
            continue
    return frozenset()


def calendar_of(team: str, workspace: Workspace | None = None) -> Calendar:
    """The team's hours in its zone, without public and own holidays. Four queries at most.

    Zone and public holidays are the team's own, or the workspace's where the team names none.

    A team without a single working hour counts nine to five, Monday to Friday: a clock that can
    never run out would hide what is owed.
    """
    workspace = workspace or the_workspace()
    own_place = TeamCalendar.objects.filter(team=team).first()
    place: TeamCalendar | Workspace = own_place if own_place and own_place.holiday_country else workspace
    hours: dict[int, tuple[tuple[time, time], ...]] = {}
    for row in WorkingHours.objects.filter(team=team):
        hours[row.weekday] = (*hours.get(row.weekday, ()), (row.starts, row.ends))
    own_days = OwnHoliday.objects.filter(Q(team=team) | Q(team="")).values_list("day", flat=True)
    year = timezone.now().year
    years = tuple(range(year - YEARS_BACK, year + YEARS_AHEAD + 1))
    public = public_holidays(place.holiday_country, place.holiday_region, years)
    return Calendar(
        hours=hours or dict(DESK_WEEK),
        zone=ZoneInfo((own_place.time_zone if own_place else "") or workspace.time_zone),
        holidays=public | frozenset(own_days),
    )
