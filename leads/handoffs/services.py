"""What sales does with a handoff: accept, return, follow up, rule out. Qualifying has a module of its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions.models import Stage
from definitions.selectors import active_version
from leads.handoffs import clocks, policies
from leads.handoffs.assignment import Turn
from leads.handoffs.holding import as_it_stood, hold, hold_lead
from leads.handoffs.offering import offer, receipts_of, terms_of
from leads.handoffs.stages import stage_move
from leads.handoffs.states import FURTHER, HANDOFF, STAGE_AFTER
from leads.handoffs.turns import turn_given_back
from leads.handoffs.words import too_late
from leads.models import ClockKind, FollowUp, Handoff, HandoffStatus, Lead, Reason, ReasonFamily
from leads.selectors.handoffs import MISSING_FACTS
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User
from portal.common.selectors import the_workspace

# After a return a lead rests until this many days have passed, or until it does something itself.
NURTURE_DAYS = 90


@transaction.atomic
def handoff_accept(*, handoff: Handoff, actor: User) -> Handoff:
    """Take a lead on: it becomes sales-accepted and the follow-up clock starts.

    Of two who accept at the same instant one wins; the other gets `Conflict` naming the winner.
    The winner's second press is a success: it finds what the first one did.
    """
    handoff = hold(handoff)
    policies.may_decide_handoff(actor, handoff).require()
    now = timezone.now()
    before = as_it_stood(handoff)
    promise = clocks.promise_of(ClockKind.FOLLOW_UP, at=now)
    try:
        HANDOFF.apply(
            handoff,
            "accept",
            owner=actor,
            decided_at=now,
            decided_by=actor,
            accepted_at=now,
            follow_up_due_at=promise.due_at,
        )
    except Conflict:
        if handoff.status == HandoffStatus.ACCEPTED and handoff.owner_id == actor.pk:
            return handoff
        raise Conflict(too_late(handoff)) from None
    clocks.handoff_accepted(handoff, promise=promise, at=now)
    stage_move(
        lead=handoff.lead, after=STAGE_AFTER["accept"], at=now, actor=actor, handoff=handoff, owner=actor
    )
    audit.record(
        "handoff.accepted",
        subject=handoff,
        actor=actor,
        before=before,
        after={"status": handoff.status, "owner": actor.email, "stage": handoff.lead.stage},
    )
    return handoff


@transaction.atomic
def handoff_return(
    *,
    handoff: Handoff,
    actor: User,
    reason: Reason,
    note: str = "",
    challenged_key: str = "",
    is_something_missing: bool = False,
    missing_field: str = "",
) -> Handoff:
    """Give a lead back before contact, with a reason.

    Definitional reasons name the criterion that misled (a key of the receipt) or say that something
    is missing from the definition; clerical ones name the fact; procedural ones offer the lead to
    everyone in sales again. What is not offered again is marketing's to pick up, whatever the reason.
    Raises `Invalid` with the field to mend.
    """
    handoff = hold(handoff)
    policies.may_return_handoff(actor, handoff).require()
    _check_return(handoff, reason, note, challenged_key, is_something_missing, missing_field)
    now = timezone.now()
    before = as_it_stood(handoff)
    is_definitional = reason.family == ReasonFamily.DEFINITIONAL
    is_accepted = handoff.status == HandoffStatus.ACCEPTED
    decided = {} if is_accepted else {"decided_at": now, "decided_by": actor}
    _move(
        handoff,
        "return",
        ended_at=now,
        reason=reason,
        reason_label=reason.label,
        note=note.strip(),
        challenged_key=challenged_key if is_definitional else "",
        is_something_missing=is_definitional and is_something_missing,
        missing_field=missing_field if reason.family == ReasonFamily.CLERICAL else "",
        **decided,
    )
    clocks.handoff_returned(handoff, family=reason.family, at=now)
    again = _offer_again(handoff, actor, now) if reason.family == ReasonFamily.PROCEDURAL else None
    if again is None:
        clocks.pick_ups_owed([handoff.pk], at=now)
        day = now.astimezone(ZoneInfo(the_workspace().time_zone)).date()
        stage_move(
            lead=handoff.lead,
            after=STAGE_AFTER["return"],
            at=now,
            actor=actor,
            handoff=handoff,
            owner=None,
            nurture_until=day + timedelta(days=NURTURE_DAYS),
        )
    turn_given_back(handoff)
    after = {
        "status": handoff.status,
        "reason": reason.key,
        "challenged": handoff.challenged_key,
        "stage": handoff.lead.stage,
        "offered_again": again.pk if again else None,
    }
    audit.record(
        "handoff.returned", subject=handoff, actor=actor, before=before, after=after, note=handoff.note
    )
    if again:
        audit.record("handoff.offered_again", subject=again, actor=actor)
    return handoff


def _check_return(
    handoff: Handoff,
    reason: Reason,
    note: str,
    challenged_key: str,
    is_something_missing: bool,
    missing_field: str,
) -> None:
    if reason.retired_at or reason.family == ReasonFamily.DISQUALIFY or reason.is_of_the_portal:
        raise Invalid(_("Choose a reason for returning from the list."), field="reason")
    if reason.needs_text and not note.strip():
        raise Invalid(_("“%(reason)s” needs a sentence.") % {"reason": reason.label}, field="note")
    if reason.family == ReasonFamily.DEFINITIONAL:
        # A clause that was not met cannot have let the lead through.
        keys = {line["key"] for line in handoff.receipt["lines"] if line.get("key") and line.get("is_met")}
        if bool(challenged_key) == is_something_missing:
            raise Invalid(
                _("Say which criterion misled, or that something is missing from the definition."),
                field="criterion",
            )
        if challenged_key and challenged_key not in keys:
            raise Invalid(_("Choose a criterion that this lead met."), field="criterion")
    if missing_field and missing_field not in MISSING_FACTS:
        raise Invalid(_("Choose the fact from the list."), field="missing_field")
    if reason.family == ReasonFamily.CLERICAL and not (missing_field or note.strip()):
        raise Invalid(_("Say which fact is missing or wrong."), field="missing_field")


def _offer_again(handoff: Handoff, actor: User, now: datetime) -> Handoff | None:
    """To the shared queue at once, if the lead still qualifies; else None."""
    # An offer passes by a lead that another holds, such as an import: this one waits for it instead.
    lead = hold_lead(handoff)
    version = active_version(Stage.MQL)
    turn = Turn(None, _("Shared queue: %(name)s passed it on.") % {"name": actor})
    if version is not None:
        made = offer(
            terms=terms_of(version, now),
            lead_ids=[lead.pk],
            receipts=receipts_of(version, [lead.pk], now),
            turn_of=lambda _lead: turn,
        )
        if made:
            Lead.objects.filter(pk=lead.pk).update(owner=None)
            lead.refresh_from_db()
            return made[0]
    return None


@transaction.atomic
def handoff_disqualify(*, handoff: Handoff, actor: User, reason: Reason, note: str = "") -> Handoff:
    """Rule an accepted lead out after contact. Not a return: the definition is not to blame."""
    handoff = hold(handoff)
    policies.may_work_handoff(actor, handoff).require()
    if reason.retired_at or reason.family != ReasonFamily.DISQUALIFY:
        raise Invalid(_("Choose a reason for ruling out from the list."), field="reason")
    if reason.needs_text and not note.strip():
        raise Invalid(_("“%(reason)s” needs a sentence.") % {"reason": reason.label}, field="note")
    return end_work(
        handoff,
        "disqualify",
        "handoff.disqualified",
        actor,
        reason=reason,
        reason_label=reason.label,
        note=note.strip(),
    )


def end_work(handoff: Handoff, move: str, verb: str, actor: User, **values: Any) -> Handoff:
    """An accepted handoff, held by the caller, has done what it was for or cannot; in that transaction."""
    now = timezone.now()
    before = as_it_stood(handoff)
    _move(handoff, move, ended_at=now, **values)
    clocks.clocks_stop([handoff.pk], at=now)
    # A system may have told of an opportunity while sales still worked the lead: that is further, not back.
    is_further = move == "qualify" and handoff.lead.stage in FURTHER
    if not is_further:
        stage_move(lead=handoff.lead, after=STAGE_AFTER[move], at=now, actor=actor, handoff=handoff)
    after = {
        "status": handoff.status,
        "reason": handoff.reason.key if handoff.reason else "",
        "stage": handoff.lead.stage,
    }
    audit.record(verb, subject=handoff, actor=actor, before=before, after=after, note=handoff.note)
    return handoff


@transaction.atomic
def follow_up_add(*, handoff: Handoff, actor: User, has_reached: bool, note: str = "") -> FollowUp:
    """Note one attempt to reach an accepted lead. The first one answers the follow-up clock."""
    handoff = hold(handoff)
    policies.may_work_handoff(actor, handoff).require()
    if handoff.status != HandoffStatus.ACCEPTED:
        raise Conflict(too_late(handoff))
    now = timezone.now()
    is_first = handoff.followed_up_at is None
    if is_first:
        Handoff.objects.filter(pk=handoff.pk).update(followed_up_at=now)
    made = FollowUp.objects.create(
        handoff=handoff, person=actor, at=now, has_reached=has_reached, note=note.strip()
    )
    clocks.clocks_stop([handoff.pk], at=now, kind=ClockKind.FOLLOW_UP)
    audit.record(
        "handoff.followed_up",
        subject=handoff,
        actor=actor,
        after={"has_reached": has_reached, "is_first": is_first},
        note=made.note,
    )
    return made


def _move(handoff: Handoff, verb: str, **values: Any) -> None:
    """Compare-and-set; whoever comes second is told who was faster."""
    try:
        HANDOFF.apply(handoff, verb, **values)
    except Conflict:
        raise Conflict(too_late(handoff)) from None
