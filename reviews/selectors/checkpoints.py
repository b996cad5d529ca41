"""When a definition that rests on assumptions is looked at before its first review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from definitions.models import Definition
from reviews.cadence import instant_of
from reviews.models import Series, Trigger
from reviews.words import day_words

# Of a version, counted from the day on which it came into force.
CHECKPOINT_DAYS = (30, 60)
SATURDAY = 5


@dataclass(frozen=True)
class Assumptions:
    """Of the clauses in force, how many rest on no data."""

    version: str
    count: int
    clauses: int
    since: datetime

    @property
    def sentence(self) -> str:
        return ngettext(
            "%(n)d of %(all)d clauses of %(version)s rests on an assumption, in force since %(day)s.",
            "%(n)d of %(all)d clauses of %(version)s rest on assumptions, in force since %(day)s.",
            self.count,
        ) % {
            "n": self.count,
            "all": self.clauses,
            "version": self.version,
            "day": day_words(self.since.date()),
        }


@dataclass(frozen=True)
class Checkpoint:
    starts_at: datetime
    words: str  # “30 days of MQL v3”


def assumptions_of(definition: Definition) -> Assumptions | None:
    """None where nothing is in force, or all of it rests on data."""
    version = definition.active_version
    if version is None or not version.document or version.activated_at is None:
        return None
    criteria = version.document["criteria"]
    count = sum(1 for each in criteria if each.get("basis") == "assumption")
    return Assumptions(str(version), count, len(criteria), version.activated_at) if count else None


def checkpoints_to_add(series: Series, now: datetime) -> list[Checkpoint]:
    """The checkpoints of the version in force that are ahead and for which no meeting has been called."""
    assumed = assumptions_of(series.definition)
    if assumed is None or series.ended_at:
        return []
    zone = ZoneInfo(series.time_zone)
    known = {
        at.astimezone(zone).date()
        for at in series.meetings.filter(trigger_kind=Trigger.CHECKPOINT).values_list(
            "original_at", flat=True
        )
    }
    found = []
    for days in CHECKPOINT_DAYS:
        day = assumed.since.astimezone(zone).date() + timedelta(days=days)
        # Nobody meets at the week-end: on the Monday after.
        day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= SATURDAY else 0)
        starts_at = instant_of(day, series.local_time, zone)
        if starts_at > now and day not in known:
            words = _("%(days)d days of %(version)s") % {"days": days, "version": assumed.version}
            found.append(Checkpoint(starts_at, words))
    return found
