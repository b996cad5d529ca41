"""Reads of challenges: returns of the version in force that name the clause that misled.

A challenge counts for 90 days, and from the moment at which it cannot be taken back any more. The leads of a
clause are the handoffs of the same version and days whose frozen receipt says that it was met.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from definitions.models import Version
from leads.challenges.level import Level
from leads.handoffs.undoing import UNDO_TIME
from leads.models import Amendment, Handoff, HandoffStatus
from leads.selectors.funnel import carried_by_clause
from leads.selectors.handoffs import handoffs_visible_to
from portal.common.models import User
from portal.common.selectors import the_workspace

COUNTED = timedelta(days=90)
NOTHING = {"carried": 0, "decided": 0, "accepted": 0}


@dataclass(frozen=True)
class ClauseChallenges:
    """One clause of the version in force: how often it was challenged, of how many leads that met it."""

    key: str
    wording: str
    challenges: int
    carried: int
    is_reached: bool
    amendment: Amendment | None


def the_level() -> Level:
    workspace = the_workspace()
    return Level(workspace.challenges_to_amend, workspace.challenge_percent)


def challenges_counted(version: Version, now: datetime) -> QuerySet[Handoff]:
    """Returned handoffs of `version` that name a clause and count now."""
    return Handoff.objects.filter(
        ~Q(challenged_key=""),
        version=version,
        status=HandoffStatus.RETURNED,
        ended_at__gt=now - COUNTED,
        ended_at__lte=now - UNDO_TIME,
    )


def handed_over(version: Version, now: datetime) -> QuerySet[Handoff]:
    """The handoffs among which the leads of a clause are counted."""
    return Handoff.objects.filter(version=version, offered_at__gt=now - COUNTED, offered_at__lte=now)


def clauses_challenged(version: Version | None, now: datetime | None = None) -> list[ClauseChallenges]:
    """Every clause of the version, the most challenged first. Four queries."""
    if version is None or version.document is None:
        return []
    now = now or timezone.now()
    level = the_level()
    counted: Any = challenges_counted(version, now).order_by().values_list("challenged_key")
    counts = dict(counted.annotate(n=Count("pk")))
    carried = carried_by_clause(handed_over(version, now))
    amendments = {row.criterion_key: row for row in amendments_of(version)}
    found = []
    for clause in version.document["criteria"]:
        key, met = clause["key"], carried.get(clause["key"], NOTHING)["carried"]
        challenges = counts.get(key, 0)
        found.append(
            ClauseChallenges(
                key,
                clause["wording"],
                challenges,
                met,
                bool(challenges) and level.is_reached(challenges, met),
                amendments.get(key),
            )
        )
    return sorted(found, key=lambda row: (-row.challenges, row.wording))


def challenges_of_clause(user: User, key: str) -> QuerySet[Handoff]:
    """Every return that ever named this clause, under whichever version, the newest first."""
    rows = handoffs_visible_to(user).filter(status=HandoffStatus.RETURNED, challenged_key=key)
    return rows.order_by("-ended_at", "-pk")


def amendments_of(version: Version) -> QuerySet[Amendment]:
    """What the portal drafted against a version, with its drafts: for the pages and for the next agenda."""
    return Amendment.objects.filter(version=version).select_related("draft__definition")
