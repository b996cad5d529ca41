"""The end of a run. An activation ends in the flip: one transaction makes the new version active."""

from __future__ import annotations

import structlog
from django.db import DatabaseError, transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions.models import Definition, VersionStatus
from definitions.states import VERSION
from leads.models import Chunk, Run, RunStatus
from leads.scoring import marks
from leads.scoring.clock import look_again_from
from leads.scoring.locks import score_alone
from leads.scoring.receipt import ratified_by
from leads.shadows.ending import overtake_shadows
from leads.shadows.recording import shadow_begin
from portal.common import audit

log = structlog.get_logger(__name__)

# What is left for the flip's own transaction, which nobody else can write beside, is to be short.
MARKS_IN_THE_FLIP = marks.BATCH


def finish_runs(run: Run | None = None) -> list[Run]:
    """End every open run (or `run` alone) whose chunks are all settled; returns those that ended."""
    runs = Run.objects.filter(status__in=marks.OPEN_RUNS)
    if run:
        runs = runs.filter(pk=run.pk)
    return [ready for ready in runs.filter(~Q(chunks__status=Chunk.Status.WAITING)) if finish_run(ready)]


def finish_run(run: Run) -> bool:
    """End one run; False when it is not ready, or when somebody else was faster."""
    while marks.waiting() > MARKS_IN_THE_FLIP and marks.drain():
        pass
    for _attempt in range(marks.FAILURES_BEFORE_PARKING):
        try:
            return _finish(run.pk)
        except DatabaseError as error:
            # A marked lead that cannot be scored: the drain finds it, and parks it at the third time.
            log.warning("run_cannot_end_yet", run=run.pk, error=str(error))
            marks.drain()
    return _finish(run.pk)


@transaction.atomic
def _finish(run_id: int) -> bool:
    definition = Definition.objects.select_for_update().get(runs=run_id)
    run = Run.objects.select_related("version__definition").get(pk=run_id)
    if run.status not in marks.OPEN_RUNS or run.chunks.filter(status=Chunk.Status.WAITING).exists():
        return False
    # Facts that came in while the run was made: from here to the commit nobody else takes marks away.
    marks.drain_rest()
    look_again_from(run.version, run.as_of)
    if run.kind == Run.Kind.SHADOW:
        # A chunk that still scores the version in force has not seen the shadow run, and we not its scores.
        score_alone(run.version.shadow.versions_compared)
    if run.kind == Run.Kind.SHADOW and not shadow_begin(run.version_id, timezone.now()):
        _end(run, RunStatus.SUPERSEDED)
        return True
    if run.kind == Run.Kind.ACTIVATION:
        if run.version.status != VersionStatus.RATIFIED:
            _end(
                run,
                RunStatus.FAILED,
                _("%(version)s is no longer waiting to become active.") % {"version": run.version},
            )
            return True
        _activate(definition, run)
    _end(run, RunStatus.DONE)
    return True


def _activate(definition: Definition, run: Run) -> None:
    now, version = timezone.now(), run.version
    # The old one first: the database allows one active version at every moment.
    overtaken = Q(status=VersionStatus.ACTIVE) | Q(
        status=VersionStatus.RATIFIED, ratified_at__lte=version.ratified_at
    )
    for old in definition.versions.filter(overtaken).exclude(pk=version.pk).select_related("definition"):
        VERSION.apply(old, "supersede", ended_at=now)
        audit.record("version.superseded", subject=old, actor=None, after={"by": str(version)})
    VERSION.apply(version, "activate", activated_at=now, ended_at=None)
    before = definition.active_version
    definition.active_version = version
    definition.save(update_fields=["active_version"])
    overtake_shadows(definition, version)
    # A rescore of the old version has lost its purpose.
    Run.objects.filter(definition=definition, status__in=marks.OPEN_RUNS).exclude(version=version).update(
        status=RunStatus.SUPERSEDED, finished_at=now
    )
    audit.record(
        "version.activated",
        subject=version,
        actor=None,
        before={"active": str(before) if before else None},
        after={"active": str(version), "run": run.pk},
        note=ratified_by(version),
    )


def _end(run: Run, status: RunStatus, error: str = "") -> None:
    done = run.chunks.aggregate(leads=Sum("leads"))["leads"] or 0
    Run.objects.filter(pk=run.pk).update(
        status=status, finished_at=timezone.now(), leads_done=done, error=error
    )
