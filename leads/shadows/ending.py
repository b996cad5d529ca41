"""The end of a shadow: by its day, by hand, by another version in force, or since it cannot be scored."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from definitions.models import Definition, Version
from leads.models import Run, RunStatus, Shadow
from leads.shadows.states import SHADOW
from portal.common import audit
from portal.common.errors import Conflict
from portal.common.models import User

OPEN = (Shadow.Status.PREPARING, Shadow.Status.RUNNING)


def shadows_due(now: datetime) -> QuerySet[Shadow]:
    """Those whose time is up."""
    return Shadow.objects.filter(status__in=OPEN, ends_at__lte=now).order_by("ends_at")


def oldest_due(now: datetime) -> datetime | None:
    return shadows_due(now).values_list("ends_at", flat=True).first()


def shadows_end_due() -> int:
    """End every shadow whose time is up, each in a transaction of its own. Safe to run twice."""
    # Nothing is recorded after its day, however late somebody comes to end it.
    due = list(shadows_due(timezone.now()).select_related("version"))
    return sum(end_if_open(shadow, Shadow.Ending.DUE, ended_at=shadow.ends_at) for shadow in due)


@transaction.atomic
def shadow_end(
    shadow: Shadow, ending: str, *, ended_at: datetime, actor: User | None = None, note: str = ""
) -> None:
    """No lead is scored for it any more; its scores are dropped within the hour, its result stays.

    Raises Conflict when it has ended already.
    """
    SHADOW.apply(shadow, "end", ended_at=ended_at, ending=ending, ended_by=actor)
    Version.objects.filter(pk=shadow.version_id).update(ended_at=ended_at)
    Run.objects.filter(version=shadow.version_id, status__in=(RunStatus.QUEUED, RunStatus.RUNNING)).update(
        status=RunStatus.SUPERSEDED, finished_at=timezone.now()
    )
    audit.record("shadow.ended", subject=shadow, actor=actor, after={"ending": ending}, note=note)


def end_if_open(shadow: Shadow, ending: str, *, ended_at: datetime, note: str = "") -> bool:
    """The same by the portal itself; False where somebody was faster."""
    try:
        shadow_end(shadow, ending, ended_at=ended_at, note=note)
    except Conflict:
        return False
    return True


def fail_shadow(version: Version, error: str) -> None:
    """Its text cannot be scored for some lead: nobody's real score waits for it."""
    for shadow in Shadow.objects.select_related("version").filter(version=version, status__in=OPEN):
        end_if_open(shadow, Shadow.Ending.FAILED, ended_at=timezone.now(), note=error)


def overtake_shadows(definition: Definition, version: Version) -> None:
    """Another version has come into force: what was held against the one before can go no further."""
    rows = Shadow.objects.select_related("version").filter(version__definition=definition, status__in=OPEN)
    for shadow in rows.exclude(against=version):
        end_if_open(shadow, Shadow.Ending.OVERTAKEN, ended_at=timezone.now())
