"""What sales does with a handoff: accept, return, follow up, sales-qualify, rule out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions.models import Stage
from definitions.selectors import active_version
from leads.handoffs import policies
from leads.handoffs.assignment import Turn
from leads.handoffs.offering import offer, receipts_of, terms_of
from leads.handoffs.stages import stage_move
from leads.handoffs.states import HANDOFF, STAGE_AFTER
from leads.handoffs.turns import turn_given_back
from leads.models import FollowUp, Handoff, HandoffStatus, Lead, LeadStage, Reason, ReasonFamily
from leads.selectors.handoffs import MISSING_FACTS
from portal.common import audit
from portal.common.calendars import calendar_of
from portal.common.errors import Conflict, Invalid
from portal.common.models import Team, User
from portal.common.selectors import the_workspace
from portal.common.templatetags.accord import relative_words
from portal.common.working_time import add_working_time

# After a return a lead rests until this many days have passed, or until it does something itself.
NURTURE_DAYS = 90


@transaction.atomic
def handoff_accept(*, handoff: Handoff, actor: User) -> Handoff:
    """Take a lead on: it becomes sales-accepted and the follow-up clock starts.

    Of two who accept at the same instant one wins; the other gets `Conflict` naming the winner.
    The winner's second press is a success: it finds what the first one did.
    """
    policies.may_decide_handoff(actor, handoff).require()
    now = timezone.now()
    before = handoff.status
    workspace = the_workspace()
    try:
        HANDOFF.apply(
            handoff,
            "accept",
            owner=actor,
            decided_at=now,
            decided_by=actor,
            accepted_at=now,
            follow_up_due_at=add_working_time(
                now, workspace.follow_up_hours, calendar_of(Team.SALES, workspace)
            ),
        )
    except Conflict:
        current = _as_it_stands(handoff)
        if current.status == HandoffStatus.ACCEPTED and current.owner_id == actor.pk:
            return current
        raise Conflict(_too_late(current)) from None
    stage_move(
        lead=handoff.lead, after=STAGE_AFTER["accept"], at=now, actor=actor, handoff=handoff, owner=actor
    )
    audit.record(
        "handoff.accepted",
        subject=handoff,
        actor=actor,
        before={"status": before},
        after={"status": handoff.status, "owner": actor.email},
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
    everyone in sales again. Raises `Invalid` with the field to mend.
    """
    policies.may_return_handoff(actor, handoff).require()
    _check_return(handoff, reason, note, challenged_key, is_something_missing, missing_field)
    now = timezone.now()
    before = handoff.status
    is_definitional = reason.family == ReasonFamily.DEFINITIONAL
    decided = {} if before == HandoffStatus.ACCEPTED else {"decided_at": now, "decided_by": actor}
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
    audit.record(
        "handoff.returned",
        subject=handoff,
        actor=actor,
        before={"status": before},
        after={"status": handoff.status, "reason": reason.key, "challenged": handoff.challenged_key},
        note=handoff.note,
    )
    if reason.family == ReasonFamily.PROCEDURAL:
        _offer_again(handoff, actor, now)
    else:
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
    return handoff


def _check_return(
    handoff: Handoff,
    reason: Reason,
    note: str,
    challenged_key: str,
    is_something_missing: bool,
    missing_field: str,
) -> None:
    if reason.retired_at or reason.family == ReasonFamily.DISQUALIFY:
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


def _offer_again(handoff: Handoff, actor: User, now: datetime) -> None:
    """To the shared queue at once, if the lead still qualifies; else it is marketing's again."""
    lead = handoff.lead
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
            audit.record("handoff.offered_again", subject=made[0], actor=actor)
            Lead.objects.filter(pk=lead.pk).update(owner=None)
            lead.refresh_from_db()
            return
    stage_move(lead=lead, after=LeadStage.LEAD, at=now, actor=actor, handoff=handoff, owner=None)


@transaction.atomic
def handoff_qualify(*, handoff: Handoff, actor: User, note: str = "") -> Handoff:
    """The lead is sales-qualified: the handoff has done what it was for."""
    policies.may_work_handoff(actor, handoff).require()
    return _end_work(handoff, "qualify", "handoff.sales_qualified", actor, note=note.strip())


@transaction.atomic
def handoff_disqualify(*, handoff: Handoff, actor: User, reason: Reason, note: str = "") -> Handoff:
    """Rule an accepted lead out after contact. Not a return: the definition is not to blame."""
    policies.may_work_handoff(actor, handoff).require()
    if reason.retired_at or reason.family != ReasonFamily.DISQUALIFY:
        raise Invalid(_("Choose a reason for ruling out from the list."), field="reason")
    if reason.needs_text and not note.strip():
        raise Invalid(_("“%(reason)s” needs a sentence.") % {"reason": reason.label}, field="note")
    return _end_work(
        handoff,
        "disqualify",
        "handoff.disqualified",
        actor,
        reason=reason,
        reason_label=reason.label,
        note=note.strip(),
    )


def _end_work(handoff: Handoff, move: str, verb: str, actor: User, **values: Any) -> Handoff:
    now = timezone.now()
    before = handoff.status
    _move(handoff, move, ended_at=now, **values)
    stage_move(lead=handoff.lead, after=STAGE_AFTER[move], at=now, actor=actor, handoff=handoff)
    after = {"status": handoff.status, "reason": handoff.reason.key if handoff.reason else ""}
    audit.record(
        verb, subject=handoff, actor=actor, before={"status": before}, after=after, note=handoff.note
    )
    return handoff


@transaction.atomic
def follow_up_add(*, handoff: Handoff, actor: User, has_reached: bool, note: str = "") -> FollowUp:
    """Note one attempt to reach an accepted lead. The first one answers the follow-up clock."""
    policies.may_work_handoff(actor, handoff).require()
    now = timezone.now()
    is_first = Handoff.objects.filter(
        pk=handoff.pk, status=HandoffStatus.ACCEPTED, followed_up_at=None
    ).update(followed_up_at=now)
    current = _as_it_stands(handoff)
    if current.status != HandoffStatus.ACCEPTED:
        raise Conflict(_too_late(current))
    made = FollowUp.objects.create(
        handoff=handoff, person=actor, at=now, has_reached=has_reached, note=note.strip()
    )
    handoff.followed_up_at = current.followed_up_at
    audit.record(
        "handoff.followed_up",
        subject=handoff,
        actor=actor,
        after={"has_reached": has_reached, "is_first": bool(is_first)},
        note=made.note,
    )
    return made


def _move(handoff: Handoff, verb: str, **values: Any) -> None:
    """Compare-and-set; whoever comes second is told who was faster."""
    try:
        HANDOFF.apply(handoff, verb, **values)
    except Conflict:
        raise Conflict(_too_late(_as_it_stands(handoff))) from None


def _as_it_stands(handoff: Handoff) -> Handoff:
    return Handoff.objects.select_related("lead", "owner", "decided_by", "reason").get(pk=handoff.pk)


def _too_late(handoff: Handoff) -> str:
    """Who moved this handoff on, and when, as a colleague would say it."""
    now = timezone.now()  # Not the caller's: the winner may have written while we waited for the row.
    if handoff.status == HandoffStatus.ACCEPTED and handoff.owner and handoff.accepted_at:
        return _("%(name)s accepted this lead %(when)s.") % {
            "name": handoff.owner.get_short_name(),
            "when": relative_words(handoff.accepted_at, now),
        }
    words = {"status": handoff.get_status_display(), "when": relative_words(handoff.ended_at or now, now)}
    if handoff.decided_by and handoff.status != HandoffStatus.ACCEPTED:
        return _("This handoff is closed: %(status)s by %(name)s %(when)s.") % {
            **words,
            "name": (handoff.owner or handoff.decided_by).get_short_name(),
        }
    if handoff.status == HandoffStatus.WITHDRAWN:
        return _("This lead was withdrawn %(when)s. %(note)s") % {**words, "note": handoff.note}
    return _("This handoff stands at “%(status)s” meanwhile.") % words
