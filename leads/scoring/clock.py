"""The leads whose score changes by the clock alone: found by query, and marked like any touched lead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone

from definitions.criteria.nodes import ANY_KIND
from definitions.models import ActivityKind, Version
from leads.facts import owe_scores
from leads.models import Activity, ClockLook, LeadFit, Score
from leads.scoring.clockwork import Clockwork, clockwork
from leads.scoring.kept import versions_kept_scored

LOOK_EVERY = timedelta(minutes=1)
# A fade has an edge for every day. SQLite takes expressions of at most 1,000 levels.
RANGES_PER_QUERY = 100

Range = tuple[datetime, datetime]


def look_at_the_clock(now: datetime | None = None) -> int:
    """Mark the leads that the clock has moved under a version whose scores are kept; returns how many.

    Each version is looked at once a minute at most. However long nobody looked, nothing is missed:
    the look goes from the last one to now.
    """
    now = now or timezone.now()
    return sum(_look(version, now) for version in versions_kept_scored())


def look_again_from(version: Version, instant: datetime) -> None:
    """The scores of `version` are as of `instant`: the next look begins no later than there."""
    ClockLook.objects.get_or_create(version=version, defaults={"looked_at": instant})
    ClockLook.objects.filter(version=version, looked_at__gt=instant).update(looked_at=instant)


@transaction.atomic
def _look(version: Version, now: datetime) -> int:
    look = ClockLook.objects.select_for_update().filter(version=version).first()
    if look is None:
        look = ClockLook.objects.create(version=version, looked_at=_oldest_score(version) or now)
    if now - look.looked_at < LOOK_EVERY:
        return 0
    moved = _moved_leads(clockwork(version.document or {}), look.looked_at, now)
    owe_scores(moved)
    look.looked_at = now
    look.save(update_fields=["looked_at"])
    return len(moved)


def _oldest_score(version: Version) -> datetime | None:
    return Score.objects.filter(version=version).aggregate(at=Min("as_of"))["at"]


def _moved_leads(work: Clockwork, since: datetime, now: datetime) -> set[int]:
    found: set[int] = set()
    kind_ids = dict(ActivityKind.objects.values_list("key", "pk"))
    for kind, edges in work.edges.items():
        activities = Activity.objects.order_by()
        if kind != ANY_KIND:
            activities = activities.filter(kind=kind_ids.get(kind, 0))
        for condition in _within("occurred_at", edges, since, now):
            found.update(activities.filter(condition).values_list("lead_id", flat=True).distinct())
    for condition in _within("captured_at", work.captured, since, now):
        found.update(LeadFit.objects.filter(condition).values_list("lead_id", flat=True))
    return found


def _within(column: str, edges: set[int], since: datetime, now: datetime) -> Iterator[Q]:
    """Conditions for `column` to have passed an edge between `since` and `now`, both ends included."""
    ranges = ranges_passed(edges, since, now)
    for start in range(0, len(ranges), RANGES_PER_QUERY):
        condition = Q()
        for first, last in ranges[start : start + RANGES_PER_QUERY]:
            condition |= Q(**{f"{column}__gte": first, f"{column}__lte": last})
        yield condition


def ranges_passed(edges: set[int], since: datetime, now: datetime) -> list[Range]:
    """The instants that came to be `edge` days ago between `since` and `now`, as ranges that do not meet."""
    ranges: list[Range] = []
    for days in sorted(edges, reverse=True):
        first, last = since - timedelta(days=days), now - timedelta(days=days)
        if ranges and first <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], last)
        else:
            ranges.append((first, last))
    return ranges
