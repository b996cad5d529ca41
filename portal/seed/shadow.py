"""A candidate that has been scored in silence for some weeks: the version that the vote rejected."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Min

from definitions.models import Version
from definitions.services.freezing import version_freeze_copy
from definitions.services.relaxing import end_of_day
from leads.models import Handoff, LeadFit, Run, Score, Shadow, ShadowLead
from leads.scoring.clock import look_again_from
from leads.scoring.compiler import compiled, qualified_of, score_into
from leads.scoring.scope import Scope
from portal.common.models import User
from portal.seed.agreement import Agreement
from portal.seed.trail import Desk, Trail, backdate

CANDIDATE, IN_FORCE = 3, 2
DAYS, DAYS_LEFT = 24, 4
# Each day asks all leads twice. More leads than this are seeded to be measured, not to be looked at.
MOST_LEADS = 5_000
REASON = (
    "The vote failed since nobody knew what 95 points would cost us. Four weeks beside version 2 will show "
    "whom we would not have called, and whether we would have missed them."
)


def shadow_lay(*, agreement: Agreement, people: dict[str, User], desk: Desk, trail: Trail) -> None:
    """After the handoffs: what became of its leads stands in them."""
    total = LeadFit.objects.count()
    if total > MOST_LEADS:
        return
    actor, candidate, against = people["mona"], agreement.versions[CANDIDATE], agreement.versions[IN_FORCE]
    asked_at = desk.ago(DAYS, 2)
    began_at = asked_at + timedelta(minutes=1)
    copy = version_freeze_copy(version=candidate, actor=actor)
    title = f"{candidate} as it stood on {asked_at.day} {asked_at:%B %Y}"
    backdate([copy], created_at=asked_at, changed_at=asked_at, title=title)
    shadow = Shadow.objects.create(
        version=copy,
        candidate=candidate,
        against=against,
        status=Shadow.Status.RUNNING,
        reason=REASON,
        started_by=actor,
        started_at=asked_at,
        began_at=began_at,
        ends_at=end_of_day((desk.now + timedelta(days=DAYS_LEFT)).date()),
    )
    score_into(copy, Scope.all(), desk.now)
    look_again_from(copy, desk.now)
    Run.objects.create(
        definition=agreement.definition,
        version=copy,
        kind=Run.Kind.SHADOW,
        status="done",
        as_of=asked_at,
        leads_total=total,
        leads_done=total,
        requested_by=actor,
        requested_at=asked_at,
        started_at=asked_at,
        finished_at=began_at,
    )
    # Two days of a weekend are the same Monday morning.
    mornings = {desk.ago(days, 0) for days in range(DAYS - 1, 0, -1)}
    _leads_lay(shadow, [began_at, *sorted(at for at in mornings if at > began_at)], desk.now)
    for verb, at, person in (("shadow.started", asked_at, actor), ("shadow.began", began_at, None)):
        trail.record(verb, at=at, subject=shadow, label=str(shadow), actor=person)


def _leads_lay(shadow: Shadow, steps: list[datetime], now: datetime) -> None:
    """First instants, found day by day; what was offered in between had qualified by then."""
    candidate = _first_instants(shadow.version, steps)
    active = _first_instants(shadow.against, steps)
    began_at = steps[0]
    offered = Handoff.objects.filter(offered_at__gte=began_at, version=shadow.against).order_by()
    for lead_id, at in offered.values_list("lead_id").annotate(at=Min("offered_at")):
        active[lead_id] = min(active.get(lead_id, at), at)
    for found, version in ((candidate, shadow.version), (active, shadow.against)):
        scores = Score.objects.filter(version=version, is_qualified=True)
        for lead_id in scores.values_list("lead_id", flat=True):
            found.setdefault(lead_id, now)
    ShadowLead.objects.bulk_create(
        ShadowLead(
            shadow=shadow,
            lead_id=lead_id,
            candidate_at=candidate.get(lead_id),
            active_at=active.get(lead_id),
            is_from_start=began_at in (candidate.get(lead_id), active.get(lead_id)),
        )
        for lead_id in sorted(candidate.keys() | active.keys())
    )


def _first_instants(version: Version, steps: list[datetime]) -> dict[int, datetime]:
    """By lead the first of the steps at which it was there and qualified."""
    assert version.document is not None
    ready = compiled(version.document)
    captured = dict(LeadFit.objects.values_list("lead_id", "captured_at"))
    found: dict[int, datetime] = {}
    for at in steps:
        for lead_id in qualified_of(ready, Scope.all(), at):
            if captured[lead_id] < at:
                found.setdefault(lead_id, at)
    return found
