"""Runs: one scoring of all leads under one version, asked for here and worked off by the workers."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions.models import Definition, Version, VersionStatus
from leads.models import Chunk, LeadFit, Run, RunStatus
from leads.scoring import marks, policies
from leads.tasks import drain_marks, score_chunks
from portal.common import audit
from portal.common.bells import ring_on_commit
from portal.common.errors import Conflict
from portal.common.models import User
from portal.common.selectors import the_workspace

# Below a second each with twelve criteria; small enough that two workers share 5,000 leads.
LEADS_PER_CHUNK = 2_500
# To claim and plan a chunk costs some hundredths of a second, so where there are many leads they are
# larger; not on SQLite, whose other writers wait for each.
MOST_LEADS_PER_CHUNK = 10_000
CHUNKS_ENOUGH = 100
_HIGHEST_ID = 2**63 - 1

_WANTED = {
    Run.Kind.ACTIVATION: (VersionStatus.RATIFIED,),
    Run.Kind.REFRESH: (VersionStatus.ACTIVE,),
    Run.Kind.SHADOW: (VersionStatus.WITHDRAWN,),
}


@transaction.atomic
def run_request(*, version: Version, kind: str, actor: User | None) -> Run:
    """Owe a run of all leads under `version`, as of now, and ring for the workers.

    An open run of the same kind is superseded by it. Raises Conflict when the version is not one to be
    activated (it must be ratified), refreshed (it must be active) or a shadow (it is withdrawn).
    """
    # Requests for one definition come one after the other, and never beside its flip.
    Definition.objects.select_for_update().get(pk=version.definition_id)
    version = Version.objects.select_related("definition").get(pk=version.pk)
    if version.status not in _WANTED[Run.Kind(kind)]:
        raise Conflict(
            _("%(version)s is %(status)s and cannot be scored for this.")
            % {"version": version, "status": version.get_status_display().lower()}
        )
    now = timezone.now()
    Run.objects.filter(definition=version.definition, kind=kind, status__in=marks.OPEN_RUNS).update(
        status=RunStatus.SUPERSEDED, finished_at=now
    )
    run = _plan(version, kind, actor, now)
    audit.record("run.requested", subject=run, actor=actor, after={"kind": kind, "leads": run.leads_total})
    ring_on_commit(score_chunks)
    return run


def rescore(*, definition: Definition, actor: User) -> Run:
    """Score all leads again under the version that is active. Raises Refused, or Conflict without one."""
    policies.may_rescore(actor).require()
    if definition.active_version is None:
        raise Conflict(_("No version is active yet, so there is nothing to score by."))
    return run_request(version=definition.active_version, kind=Run.Kind.REFRESH, actor=actor)


@transaction.atomic
def run_retry(*, run: Run, actor: User) -> Run:
    """Ask again for what failed: a failed run as a new one, parked leads by unparking them."""
    policies.may_rescore(actor).require()
    if run.status == RunStatus.FAILED:
        if run.kind == Run.Kind.SHADOW and not run.version.shadow.is_open:
            raise Conflict(_("The shadow that this run was for has ended."))
        return run_request(version=run.version, kind=run.kind, actor=actor)
    parked = run.chunks.filter(status=Chunk.Status.PARKED)
    if not marks.unpark(list(parked.values_list("first_lead_id", flat=True))):
        raise Conflict(_("Nothing of this run is left to try again."))
    # From here on their marks are what is owed.
    parked.update(status=Chunk.Status.DONE)
    audit.record("run.retried", subject=run, actor=actor)
    ring_on_commit(drain_marks)
    return run


@transaction.atomic
def marks_retry(*, actor: User) -> int:
    """Try all parked leads again; returns how many there are."""
    policies.may_rescore(actor).require()
    count = marks.unpark_all()
    audit.record("marks.retried", subject=the_workspace(), actor=actor, after={"leads": count})
    ring_on_commit(drain_marks)
    return count


def _plan(version: Version, kind: str, actor: User | None, now: datetime) -> Run:
    spans = _spans(_leads_per_chunk(LeadFit.objects.count()))
    run = Run.objects.create(
        definition=version.definition,
        version=version,
        kind=kind,
        as_of=now,
        requested_by=actor,
        requested_at=now,
        leads_total=sum(leads for _first, _last, leads in spans),
    )
    Chunk.objects.bulk_create(
        Chunk(run=run, number=number, first_lead_id=first, last_lead_id=last, leads=leads)
        for number, (first, last, leads) in enumerate(spans, start=1)
    )
    return run


def _leads_per_chunk(leads: int) -> int:
    if not connection.features.has_select_for_update:
        return LEADS_PER_CHUNK
    return max(LEADS_PER_CHUNK, min(MOST_LEADS_PER_CHUNK, leads // CHUNKS_ENOUGH))


def _spans(size: int) -> list[tuple[int, int, int]]:
    """(first id, last id, leads) of each chunk. Together they cover every id there is or will be.

    So a lead that another transaction adds while the run is being planned is in one of them, even when
    its mark is taken away before anybody knows of the run.
    """
    table = connection.ops.quote_name(LeadFit._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT max(lead_id), count(*) FROM (SELECT lead_id, (row_number() OVER (ORDER BY lead_id) - 1)"
            f" / %s AS part FROM {table}) AS numbered GROUP BY part ORDER BY part",
            [size],
        )
        parts = cursor.fetchall() or [(0, 0)]
    spans, first = [], 0
    for number, (last, leads) in enumerate(parts, start=1):
        last = _HIGHEST_ID if number == len(parts) else int(last)
        spans.append((first, last, int(leads)))
        first = last + 1
    return spans
