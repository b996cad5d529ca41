"""Reads of runs, and of the health of scoring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from definitions.models import Definition
from definitions.policies_shadows import may_see_shadows
from leads.models import Chunk, Run, Shadow, TouchedLead
from leads.scoring.chunks import signs_of_life
from leads.scoring.marks import OPEN_RUNS
from portal.common.models import User

# Longer than a lease and the sweep after it: by then somebody should have taken the work up again.
STALE_AFTER = timedelta(seconds=60)
PARKED_SHOWN = 50


@dataclass(frozen=True)
class ScoringHealth:
    """What is owed now. `oldest_mark_at` is since when the longest waiting lead waits."""

    marks_waiting: int
    oldest_mark_at: datetime | None
    parked: int
    open_runs: int
    is_stale: bool


def runs_visible_to(user: User) -> QuerySet[Run]:
    """Everyone who is signed in may see how scoring goes; that of a shadow, who may know of it."""
    if not user.is_active:
        return Run.objects.none()
    runs = Run.objects.all() if may_see_shadows(user) else Run.objects.exclude(kind=Run.Kind.SHADOW)
    return (
        runs.select_related("definition", "version__definition", "requested_by")
        .annotate(parked=Count("chunks", filter=Q(chunks__status=Chunk.Status.PARKED)))
        .order_by("-pk")
    )


def open_runs(stage: str | None = None) -> QuerySet[Run]:
    """Runs under way that anybody will see something of: "v4 is being scored: 40 %"."""
    runs = Run.objects.filter(status__in=OPEN_RUNS).exclude(kind=Run.Kind.SHADOW)
    runs = runs.select_related("version__definition")
    return runs.filter(definition__stage=stage) if stage else runs


def run_of_shadow(shadow: Shadow) -> Run | None:
    """The latest run that gives, or gave, all leads their first score under a candidate."""
    return Run.objects.filter(version=shadow.version_id).order_by("-pk").first()


def troubled_chunks(run: Run) -> QuerySet[Chunk]:
    """Chunks that were parked, that failed and wait for another try, or that whoever took them left."""
    now = timezone.now()
    waits = Q(status=Chunk.Status.WAITING)
    left_alone = waits & Q(lease_until__lte=now)
    return run.chunks.filter(Q(status=Chunk.Status.PARKED) | (waits & ~Q(error="")) | left_alone).order_by(
        "number"
    )[:PARKED_SHOWN]


def is_stale(run: Run) -> bool:
    """Whether an open run has shown no sign of life for a minute."""
    now = timezone.now()
    live = signs_of_life(now).filter(pk=run.pk).first()
    return bool(live and not live.has_lease and now - live.last_sign_at > STALE_AFTER)


def parked_marks() -> QuerySet[TouchedLead]:
    """Leads that could not be scored, the latest first."""
    parked = TouchedLead.objects.filter(parked_at__isnull=False).select_related("lead")
    return parked.order_by("-parked_at", "lead_id")


def scoring_health(user: User) -> ScoringHealth:
    now = timezone.now()
    marks = TouchedLead.objects.aggregate(
        waiting=Count("pk", filter=Q(parked_at=None)),
        oldest=Min("marked_at", filter=Q(parked_at=None)),
        parked=Count("pk", filter=Q(parked_at__isnull=False)),
    )
    open_now = runs_visible_to(user).filter(status__in=OPEN_RUNS)
    lives = list(signs_of_life(now).filter(pk__in=open_now.values("pk")))
    return ScoringHealth(
        marks_waiting=marks["waiting"],
        oldest_mark_at=marks["oldest"],
        parked=marks["parked"],
        open_runs=len(lives),
        is_stale=any(not run.has_lease and now - run.last_sign_at > STALE_AFTER for run in lives),
    )


def definitions_to_rescore() -> QuerySet[Definition]:
    """Definitions with an active version."""
    return Definition.objects.filter(active_version__isnull=False).select_related(
        "active_version__definition"
    )
