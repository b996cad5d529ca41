"""The rows of the walk: scores, handoffs and all that follows from them, as they stand now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from numpy.random import Generator

from definitions.models import ActivityKind, Version
from leads import bulk
from leads.handoffs.clocks import clocks_lay_missing
from leads.handoffs.services import NURTURE_DAYS
from leads.models import (
    Activity,
    FollowUp,
    GoldenLead,
    Handoff,
    HandoffStatus,
    LeadStage,
    Outcome,
    OutcomeKind,
    Qualification,
    Reason,
    ReasonFamily,
    Run,
    Score,
    StageChange,
)
from leads.scoring.clock import look_again_from
from leads.scoring.compiler import score_into
from leads.scoring.scope import Scope
from portal.common.fields import to_microseconds
from portal.common.models import Team, User, Workspace
from portal.seed.agreement import Agreement
from portal.seed.database import bare, create
from portal.seed.draws import numbered, stream
from portal.seed.facts import Laid
from portal.seed.fates import Fate, Fortune
from portal.seed.history import Offer, Walk
from portal.seed.trail import Desk, Trail, backdate
from portal.seed.turns import turns_lay

SHARED = "Shared queue: nobody owns the account."
ENDS = {
    HandoffStatus.EXPIRED: LeadStage.LEAD,
    HandoffStatus.WITHDRAWN: LeadStage.LEAD,
    HandoffStatus.RETURNED: LeadStage.NURTURE,
    HandoffStatus.SALES_QUALIFIED: LeadStage.SALES_QUALIFIED,
    HandoffStatus.DISQUALIFIED: LeadStage.DISQUALIFIED,
}
VERBS = {
    HandoffStatus.RETURNED: "handoff.returned",
    HandoffStatus.SALES_QUALIFIED: "handoff.sales_qualified",
    HandoffStatus.DISQUALIFIED: "handoff.disqualified",
}
AFTER_LOSS = timedelta(days=180)


def handoffs_lay(
    *,
    laid: Laid,
    agreement: Agreement,
    workspace: Workspace,
    people: dict[str, User],
    seed: int,
    sales_activities: int,
    desk: Desk,
    trail: Trail,
    progress: Callable[[str, int], None],
) -> None:
    """Score all leads as of now and write half a year of handoffs, with `sales_activities` acts of sales."""
    _scores_lay(agreement, len(laid.leads), desk.now)
    rng = stream(seed, "handoffs")
    reasons = {reason.key: reason for reason in Reason.objects.filter(retired_at=None)}
    hours = (workspace.decide_hours, workspace.contact_request_hours, workspace.follow_up_hours)
    sellers = [person for person in people.values() if person.team == Team.SALES]
    fortune = Fortune(rng, desk, reasons, hours)
    walk = Walk(laid=laid, agreement=agreement, desk=desk, rng=rng, fortune=fortune, sellers=sellers)
    offers = walk.go(progress)
    handoffs = [_handoff(offer, reasons, desk.now) for offer in offers]
    create(Handoff, handoffs)
    calls = [
        (handoff, call)
        for handoff, offer in zip(handoffs, offers, strict=True)
        if handoff.accepted_at
        for call in offer.fate.calls
        if call[0] <= desk.now
    ]
    create(
        FollowUp,
        [
            FollowUp(handoff=handoff, person_id=handoff.owner_id, at=at, has_reached=reached, note=note)
            for handoff, (at, reached, note) in calls
            if handoff.owner_id
        ],
    )
    clocks_lay_missing()
    _stages_lay(offers, handoffs, desk.now)
    _outcomes_lay(offers, laid, desk.now)
    _sales_acts_lay(
        rng, [(row.lead_id, call[0], call[1]) for row, call in calls], sales_activities, laid, desk
    )
    _trail_lay(handoffs, trail)
    _golden_lay(agreement, handoffs, people, desk)
    dealt = zip(handoffs, (offer.fate.owner for offer in offers), strict=True)
    turns_lay(dealt=dealt, people=people, desk=desk, trail=trail)


def _scores_lay(agreement: Agreement, total: int, now: datetime) -> None:
    """The scores of the version in force, and the runs that once made its predecessors' and its own."""
    active = agreement.versions[2]
    with bare([Score], rows=total):
        score_into(active, Scope.all(), now)
    look_again_from(active, now)
    for number, leads in ((1, 0), (2, total * 3 // 4)):
        version = agreement.versions[number]
        assert version.ratified_at is not None
        Run.objects.create(
            definition=agreement.definition,
            version=version,
            kind=Run.Kind.ACTIVATION,
            status="done",
            as_of=version.ratified_at,
            leads_total=leads,
            leads_done=leads,
            requested_at=version.ratified_at,
            started_at=version.ratified_at + timedelta(seconds=3),
            finished_at=version.activated_at,
        )


def _handoff(offer: Offer, reasons: dict[str, Reason], now: datetime) -> Handoff:
    """The row as it stands at `now`: what the fate holds after that has not happened."""
    fate = offer.fate
    row = Handoff(
        lead_id=offer.lead_id,
        version=offer.version,
        points=offer.receipt["points"],
        grade=offer.receipt["grade"],
        receipt=offer.receipt,
        is_contact_request=offer.receipt["qualification"] == Qualification.ALONE,
        is_recycled=offer.is_recycled,
        owner=fate.owner,
        assignment=f"{fate.owner} owns the account." if fate.owner else SHARED,
        offered_at=fate.offered_at,
        due_at=fate.due_at,
    )
    if fate.decided_at and fate.decided_at <= now:
        row.decided_at, row.decided_by = fate.decided_at, fate.decider
    if fate.accepted_at and fate.accepted_at <= now:
        row.status, row.owner = HandoffStatus.ACCEPTED, fate.decider
        row.accepted_at, row.follow_up_due_at = fate.accepted_at, fate.follow_up_due_at
        row.followed_up_at = fate.calls[0][0] if fate.calls and fate.calls[0][0] <= now else None
    if fate.ended_at and fate.ended_at <= now:
        row.status, row.ended_at, row.note = fate.status, fate.ended_at, fate.note
        row.challenged_key, row.is_something_missing = fate.challenged_key, fate.is_something_missing
        row.missing_field = fate.missing_field
        if fate.reason:
            row.reason = reasons[fate.reason]
            row.reason_label = row.reason.label
    return row


def _moves(offer: Offer, row: Handoff) -> Iterable[tuple[str, datetime, int | None]]:
    """Stages that the lead came to by this handoff: (stage, at, who)."""
    yield LeadStage.MQL, row.offered_at, None
    if row.accepted_at:
        yield LeadStage.SAL, row.accepted_at, row.owner_id
    if row.ended_at:
        is_passed_on = row.reason is not None and row.reason.family == ReasonFamily.PROCEDURAL
        stage = LeadStage.LEAD if is_passed_on else ENDS[HandoffStatus(row.status)]
        yield stage, row.ended_at, row.decided_by_id


def _further(fate: Fate, now: datetime) -> Iterable[tuple[str, datetime]]:
    for kind, at, _value in fate.outcomes:
        if at <= now:
            yield (
                {
                    OutcomeKind.OPPORTUNITY: LeadStage.OPPORTUNITY,
                    OutcomeKind.WON: LeadStage.CUSTOMER,
                    OutcomeKind.LOST: LeadStage.NURTURE,
                }[OutcomeKind(kind)],
                at,
            )


def _stages_lay(offers: list[Offer], handoffs: list[Handoff], now: datetime) -> None:
    stages: dict[int, str] = {}
    leads: dict[int, dict[str, Any]] = {}
    changes = []
    for offer, row in zip(offers, handoffs, strict=True):
        facts = leads.setdefault(row.lead_id, {"owner_id": None, "nurture_until": None, "is_recycled": False})
        facts["is_recycled"] = facts["is_recycled"] or row.is_recycled
        facts["nurture_until"] = None
        moves: list[tuple[str, datetime, int | None, Handoff | None]] = [
            (stage, at, who, row) for stage, at, who in _moves(offer, row)
        ]
        if row.status == HandoffStatus.SALES_QUALIFIED:
            moves += [(stage, at, None, None) for stage, at in _further(offer.fate, now)]
        for stage, at, who, handoff in moves:
            before = stages.get(row.lead_id, LeadStage.LEAD)
            stages[row.lead_id] = stage
            if stage != before:
                changes.append(
                    StageChange(
                        lead_id=row.lead_id,
                        handoff=handoff,
                        before=before,
                        after=stage,
                        changed_at=at,
                        changed_by_id=who,
                    )
                )
        last = moves[-1]
        if stages[row.lead_id] == LeadStage.NURTURE:
            rest = timedelta(days=NURTURE_DAYS) if last[3] else AFTER_LOSS
            facts["nurture_until"] = (last[1] + rest).date().isoformat()
        is_given_back = row.status in (HandoffStatus.RETURNED, HandoffStatus.EXPIRED, HandoffStatus.WITHDRAWN)
        facts["owner_id"] = row.owner_id if row.accepted_at and not is_given_back else None
    create(StageChange, sorted(changes, key=lambda each: each.changed_at))
    rows = [
        (stages[pk], facts["owner_id"], facts["nurture_until"], facts["is_recycled"], pk)
        for pk, facts in leads.items()
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE leads_lead SET stage = %s, owner_id = %s, nurture_until = %s, is_recycled = %s "
            "WHERE id = %s",
            rows,
        )


def _outcomes_lay(offers: list[Offer], laid: Laid, now: datetime) -> None:
    rows = []
    for number, offer in enumerate(offers, start=1):
        if offer.fate.status != HandoffStatus.SALES_QUALIFIED:
            continue
        for kind, at, value in offer.fate.outcomes:
            if at <= now:
                rows.append(
                    Outcome(
                        lead_id=offer.lead_id,
                        kind=kind,
                        at=at,
                        value=value,
                        source=laid.crm,
                        external_id=f"OPP-{number:05d}",
                    )
                )
    create(Outcome, sorted(rows, key=lambda row: row.at))


def _sales_acts_lay(
    rng: Generator, calls: list[tuple[int, datetime, bool]], count: int, laid: Laid, desk: Desk
) -> None:
    """What sales did, as the CRM tells it: the follow-ups, then mails to leads that were never offered."""
    kinds = dict(ActivityKind.objects.values_list("key", "pk"))
    call, mail = kinds["sales_call"], kinds["sales_email"]
    calls = calls[:count]
    which = rng.integers(len(laid.leads), size=count - len(calls))
    captured = laid.leads.captured[which]
    share = rng.uniform(0.1, 0.9, len(which))
    mailed_at = (captured + share * (to_microseconds(desk.now) - captured)).astype(np.int64)
    called = [lead_id for lead_id, *_ in calls]
    called_at = [to_microseconds(at) for _, at, _ in calls]
    called_by = [call if has_reached or n % 3 else mail for n, (*_, has_reached) in enumerate(calls)]
    lead = np.concatenate([np.array(called, np.int64), laid.leads.first_id + which])
    at = np.concatenate([np.array(called_at, np.int64), mailed_at])
    kind = np.concatenate([np.array(called_by, np.int64), np.full(len(which), mail)])
    order = np.lexsort((lead, at))
    bulk.copy_in(
        Activity,
        {
            "lead_id": lead[order],
            "kind_id": kind[order],
            "occurred_at": at[order],
            "source_id": np.full(count, laid.crm.pk),
            "message_id": numbered("crm-", np.arange(1, count + 1), 7),
        },
    )


def _trail_lay(handoffs: list[Handoff], trail: Trail) -> None:
    together: dict[tuple[Version, datetime], list[int]] = {}
    for row in handoffs:
        together.setdefault((row.version, row.offered_at), []).append(row.pk)
    for (version, at), pks in together.items():
        trail.record(
            "handoffs.offered",
            at=at,
            subject=version,
            label=str(version),
            actor=None,
            after={"handoffs": pks},
        )
    for row in handoffs:
        label = f"Handoff {row.pk}"
        if row.accepted_at:
            trail.record(
                "handoff.accepted",
                at=row.accepted_at,
                subject=row,
                label=label,
                actor=row.decided_by,
                before={"status": "offered"},
                after={"status": "accepted"},
            )
        if row.status in VERBS and row.ended_at:
            trail.record(
                VERBS[HandoffStatus(row.status)],
                at=row.ended_at,
                subject=row,
                label=label,
                actor=row.decided_by,
                before={"status": "accepted" if row.accepted_at else "offered"},
                after={"status": row.status, "reason": row.reason.key if row.reason else ""},
                note=row.note,
            )


def _golden_lay(agreement: Agreement, handoffs: list[Handoff], people: dict[str, User], desk: Desk) -> None:
    """Two leads that must always qualify, two that never may, all as the version in force has it today."""
    version: Version = agreement.versions[2]
    qualifies = dict(Score.objects.filter(version=version).values_list("lead_id", "is_qualified"))
    won = [row.lead_id for row in handoffs if row.status == HandoffStatus.SALES_QUALIFIED]
    lost = [row.lead_id for row in handoffs if row.challenged_key]
    must = [pk for pk in dict.fromkeys(won) if qualifies[pk]][:2]
    must_not = [pk for pk in dict.fromkeys(lost) if not qualifies[pk]][:2]
    rows = GoldenLead.objects.bulk_create(
        GoldenLead(
            definition=agreement.definition,
            lead_id=pk,
            must_qualify=pk in must,
            sentence=(
                "Became a good conversation at once: a definition that misses this one is wrong."
                if pk in must
                else "Came back with a challenge: a definition that lets it through has learned nothing."
            ),
            created_by=people["rita" if pk in must else "mona"],
        )
        for pk in (*must, *must_not)
    )
    backdate(rows, created_at=desk.ago(20, 3))
