"""The two columns of the ledger: each entry's numbers over twelve whole weeks, and week by week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Sum
from django.db.models.functions import TruncWeek

from definitions.models import Definition, Stage
from leads.ledger.entries import OF_MARKETING, OF_SALES, Entry, Rows, Span, rows_of
from leads.selectors.funnel import rate
from portal.common.calendars import calendar_of
from portal.common.models import Team
from portal.common.selectors import the_workspace
from portal.common.working_time import Calendar, working_time_between

WEEKS = 12
# A week has less to say than a quarter: from so many on, its share is drawn.
ENOUGH_A_WEEK = 5
# The median of time is that of the newest so many.
TIMED = 1000


@dataclass(frozen=True)
class Week:
    """Monday of the week, how many were counted, and for how many of these the promise was kept."""

    monday: date
    count: int = 0
    kept: int = 0

    @property
    def share(self) -> float | None:
        return self.kept / self.count if self.count >= ENOUGH_A_WEEK else None


@dataclass(frozen=True)
class Line:
    """One entry of the ledger. `hours` is the median of working hours; None where nothing was done yet."""

    entry: Entry
    weeks: tuple[Week, ...]
    hours: float | None = None

    @property
    def count(self) -> int:
        return sum(week.count for week in self.weeks)

    @property
    def kept(self) -> int:
        return sum(week.kept for week in self.weeks)

    @property
    def share(self) -> float | None:
        """From 0 to 1; None while there is too little to say so."""
        return rate(self.kept, self.count)

    @property
    def a_week(self) -> float:
        return self.count / len(self.weeks)


@dataclass(frozen=True)
class Ledger:
    marketing: tuple[Line, ...]
    sales: tuple[Line, ...]
    first: date
    last: date
    weekly_need: int | None


def mondays(now: datetime, zone: ZoneInfo) -> list[date]:
    """Of the last twelve whole weeks, the oldest first."""
    today = now.astimezone(zone).date()
    this = today - timedelta(days=today.weekday())
    return [this - timedelta(weeks=back) for back in range(WEEKS, 0, -1)]


def span_of(first: date, weeks: int, zone: ZoneInfo) -> Span:
    """So many weeks from a Monday on, in days of the workspace."""
    return Span(
        datetime.combine(first, time.min, zone),
        datetime.combine(first + timedelta(weeks=weeks), time.min, zone),
    )


def ledger(now: datetime) -> Ledger:
    """All lines: seven counts, three reads of instants, and the hours of both teams, however many leads."""
    workspace = the_workspace()
    zone = ZoneInfo(workspace.time_zone)
    days = mondays(now, zone)
    span = span_of(days[0], WEEKS, zone)
    calendars = {team: calendar_of(team, workspace) for team in (Team.MARKETING, Team.SALES)}
    lines = {
        entry: _line(entry, rows_of(entry, span, now), days, zone, calendars[entry.team]) for entry in Entry
    }
    return Ledger(
        marketing=tuple(lines[entry] for entry in OF_MARKETING),
        sales=tuple(lines[entry] for entry in OF_SALES),
        first=days[0],
        last=days[-1] + timedelta(days=6),
        weekly_need=Definition.objects.get(stage=Stage.MQL).weekly_need,
    )


def _line(entry: Entry, rows: Rows, days: list[date], zone: ZoneInfo, calendar: Calendar) -> Line:
    by_week: Any = (
        rows.order_by()
        .values(week=TruncWeek("at", tzinfo=zone))
        .annotate(n=Count("pk"), kept_of_week=Sum("kept"))
    )
    found = {row["week"].date(): Week(row["week"].date(), row["n"], row["kept_of_week"]) for row in by_week}
    weeks = tuple(found.get(day, Week(day)) for day in days)
    return Line(entry, weeks, hours_of(rows, calendar) if entry.has_clock else None)


def hours_of(rows: Rows, calendar: Calendar) -> float | None:
    """The median of working hours from start to end, of the newest that have ended; None where none has."""
    done: Any = rows.filter(end__isnull=False).order_by("-at", "-pk").values_list("start", "end")[:TIMED]
    hours = [working_time_between(start, end, calendar).total_seconds() / 3600 for start, end in done]
    return median(hours) if hours else None
