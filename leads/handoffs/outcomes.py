"""What became of a sales-qualified lead: opportunity, won, lost. Said by sales, or told by an import.

Each is a move of the lead's stage with its history; backwards is an ordinary move.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from leads import bulk
from leads.handoffs import policies
from leads.handoffs.holding import hold
from leads.handoffs.stages import stage_move, stages_move
from leads.models import Handoff, HandoffStatus, Lead, LeadStage, Outcome, OutcomeKind, Source
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User
from portal.common.selectors import workspace_zone

# The stage that each outcome leads to. What is lost rests, and may qualify again.
STAGE_OF: dict[str, str] = {
    OutcomeKind.OPPORTUNITY: LeadStage.OPPORTUNITY,
    OutcomeKind.WON: LeadStage.CUSTOMER,
    OutcomeKind.LOST: LeadStage.NURTURE,
}
# What holds of a lead that stands at an outcome; whatever else was said of it before does not any more.
_HOLDS = {
    "": (),
    OutcomeKind.OPPORTUNITY: (OutcomeKind.OPPORTUNITY,),
    OutcomeKind.WON: (OutcomeKind.OPPORTUNITY, OutcomeKind.WON),
    OutcomeKind.LOST: (OutcomeKind.OPPORTUNITY, OutcomeKind.LOST),
}
REST = timedelta(days=90)
HIGHEST_VALUE = 10**15


@transaction.atomic
def outcome_say(
    *, handoff: Handoff, actor: User, kind: str, seen_stage: str, value: int | None = None
) -> Lead:
    """Say where a sales-qualified lead stands: an outcome, or "" for sales-qualified again.

    `value` is in whole units of the workspace's currency. `seen_stage` is the stage that the page showed;
    Conflict when the lead has moved on since. What no longer holds (a deal won that was lost after all) is
    taken out of the outcomes; the trail and the stages keep it.
    """
    if kind not in _HOLDS:
        raise Invalid(_("Choose what became of this lead."), field="kind")
    if value is not None and not 0 <= value <= HIGHEST_VALUE:
        raise Invalid(_("The value is a whole number of at least 0."), field="value")
    handoff = hold(handoff)
    policies.may_say_outcome(actor, handoff).require()
    lead = Lead.objects.select_for_update(no_key=True).get(pk=handoff.lead_id)
    if lead.stage != seen_stage:
        raise Conflict(
            _("This lead has moved to “%(stage)s” meanwhile. Look again, then say what became of it.")
            % {"stage": lead.get_stage_display()}
        )
    now = timezone.now()
    before = dict(_said(handoff).values_list("kind", "value"))
    _say(handoff, kind, value, now)
    after = STAGE_OF.get(kind, LeadStage.SALES_QUALIFIED)
    rests_until = now.astimezone(workspace_zone()).date() + REST if kind == OutcomeKind.LOST else None
    was = lead.stage
    stage_move(lead=lead, after=after, at=now, actor=actor, handoff=handoff, nurture_until=rests_until)
    audit.record(
        "outcome.said",
        subject=handoff,
        actor=actor,
        before={"stage": was, "outcomes": before},
        after={"stage": after, "outcomes": dict(_said(handoff).values_list("kind", "value"))},
    )
    return lead


def _portal_source() -> Source:
    return Source.objects.get(key="portal")


def _said(handoff: Handoff) -> QuerySet[Outcome]:
    """The outcomes that people said of this handoff; those of an import have keys of their own."""
    return Outcome.objects.filter(source=_portal_source(), external_id=f"handoff-{handoff.pk}")


def _say(handoff: Handoff, kind: str, value: int | None, now: datetime) -> None:
    _said(handoff).exclude(kind__in=_HOLDS[kind]).delete()
    if kind:
        Outcome.objects.update_or_create(
            source=_portal_source(),
            external_id=f"handoff-{handoff.pk}",
            kind=kind,
            defaults={"lead_id": handoff.lead_id, "at": now, "value": value},
        )


# -- what an import tells --------------------------------------------------------------------------------


def stages_follow(lead_ids: Iterable[int], at: datetime) -> int:
    """Move the leads that sales has accepted or qualified to where their newest outcome says they are.

    In the caller's transaction; says how many moved. Outcomes of before the accept tell of other deals, and a
    lead that sales has not accepted keeps its stage. While sales still works a lead, one that is lost stays
    with it: that handoff ends by the rep's own word.
    """
    rests_until = at.astimezone(workspace_zone()).date() + REST
    moved = 0
    for ids in bulk.batches(lead_ids):
        handoffs = _held_by_lead(ids)
        told = _newest_outcomes(handoffs)
        leads = Lead.objects.select_for_update(no_key=True).filter(pk__in=told).order_by("pk")
        moves: dict[str, list[tuple[int, str, int | None]]] = {}
        for lead, stage in leads.values_list("pk", "stage"):
            after = _stage_after(told[lead], handoffs[lead].status)
            if stage != after:
                moves.setdefault(after, []).append((lead, stage, handoffs[lead].pk))
        for after, rows in moves.items():
            until = rests_until if after == LeadStage.NURTURE else None
            stages_move(leads=rows, after=after, at=at, nurture_until=until)
            moved += len(rows)
    return moved


def _held_by_lead(lead_ids: list[int]) -> dict[int, Handoff]:
    """The newest handoff of each lead, where that is accepted or sales-qualified; held against its end."""
    later = Handoff.objects.filter(lead=OuterRef("lead"), pk__gt=OuterRef("pk"))
    rows = Handoff.objects.select_for_update(of=("self",), no_key=True).filter(
        ~Exists(later),
        lead__in=lead_ids,
        lead__merged_into=None,
        status__in=(HandoffStatus.ACCEPTED, HandoffStatus.SALES_QUALIFIED),
    )
    return {row.lead_id: row for row in rows.order_by("pk").only("lead", "status", "accepted_at")}


def _newest_outcomes(handoffs: dict[int, Handoff]) -> dict[int, str]:
    """What was said last of each lead since sales accepted it, by lead id."""
    # What was opened and closed at one instant has closed.
    order = {OutcomeKind.OPPORTUNITY: 0, OutcomeKind.LOST: 1, OutcomeKind.WON: 2}
    rows = Outcome.objects.filter(lead__in=handoffs).values_list("lead", "kind", "at")
    told: dict[int, str] = {}
    for lead, kind, at in sorted(rows, key=lambda row: (row[2], order[OutcomeKind(row[1])])):
        accepted_at = handoffs[lead].accepted_at
        if accepted_at is not None and at >= accepted_at:
            told[lead] = kind
    return told


def _stage_after(kind: str, status: str) -> str:
    if kind == OutcomeKind.LOST and status == HandoffStatus.ACCEPTED:
        return LeadStage.SAL
    return STAGE_OF[kind]
