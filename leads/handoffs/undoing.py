"""Taking back an accept, a return or a disqualification: for half a minute, by whoever did it.

What stood before is in the act's entry of the trail and is kept nowhere else. Nothing is erased: an offer
that the act made is withdrawn, the stages are moved back by ordinary moves, and the trail shows both.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.handoffs import clocks, policies
from leads.handoffs.holding import hold, hold_lead
from leads.handoffs.stages import stage_move
from leads.handoffs.states import HANDOFF
from leads.handoffs.turns import turn_taken_again
from leads.handoffs.words import too_late
from leads.models import Handoff, HandoffStatus, PickUp
from portal.common import audit
from portal.common.errors import Conflict
from portal.common.models import AuditEntry, Notification, User
from portal.common.notify import owe_notification
from portal.common.templatetags.accord import relative_words

UNDO_TIME = timedelta(seconds=30)
# What an act made of the handoff, by its verb in the trail.
LEFT_AT = {
    "handoff.accepted": HandoffStatus.ACCEPTED,
    "handoff.returned": HandoffStatus.RETURNED,
    "handoff.disqualified": HandoffStatus.DISQUALIFIED,
}
# The move that takes it back, by where the handoff stands and where it stood.
_MOVES: dict[tuple[str, str], str] = {
    (HandoffStatus.ACCEPTED, HandoffStatus.OFFERED): "undo_accept",
    (HandoffStatus.RETURNED, HandoffStatus.OFFERED): "undo_return",
    (HandoffStatus.RETURNED, HandoffStatus.ACCEPTED): "undo_late_return",
    (HandoffStatus.DISQUALIFIED, HandoffStatus.ACCEPTED): "undo_disqualify",
}
_UNDECIDED: dict[str, Any] = {
    "decided_at": None,
    "decided_by": None,
    "accepted_at": None,
    "follow_up_due_at": None,
}
_NOT_ENDED: dict[str, Any] = {
    "ended_at": None,
    "reason": None,
    "reason_label": "",
    "challenged_key": "",
    "is_something_missing": False,
    "missing_field": "",
    "note": "",
}


def seconds_to_undo(handoff: Handoff, user: User) -> int:
    """How long this person may still take back what they did last to the handoff; 0 when it is over."""
    at = _acted_at(handoff)
    left = int((at + UNDO_TIME - timezone.now()).total_seconds()) if at else 0
    if left <= 0:
        return 0
    entry = _last_act(handoff)
    return left if entry and policies.may_undo_handoff(user, entry) else 0


@transaction.atomic
def handoff_undo(*, handoff: Handoff, actor: User) -> Handoff:
    """Take back the last act on a handoff, with the stage, the nurture date and the offer that it made.

    Raises Refused when somebody else did it; Conflict when half a minute has passed by the row's own
    instant, or when something followed: a follow-up, a check, or the lead offered again and decided on.
    """
    handoff = hold(handoff)
    hold_lead(handoff)
    entry = _last_act(handoff)
    at = _acted_at(handoff)
    if entry is None or at is None:
        raise Conflict(_("There is nothing left to take back here."))
    policies.may_undo_handoff(actor, entry).require()
    now = timezone.now()
    if now > at + UNDO_TIME:
        raise Conflict(
            _("That was done %(when)s, and can be taken back for %(n)d seconds only. It stays so.")
            % {"when": relative_words(at, now), "n": UNDO_TIME.seconds}
        )
    passed_on = _check_nothing_followed(handoff, entry)
    if passed_on:
        _withdraw(passed_on, actor, now)
    before = entry.before
    was = handoff.status
    values = dict(_NOT_ENDED) if was != HandoffStatus.ACCEPTED else {}
    if before["status"] == HandoffStatus.OFFERED:
        values |= _UNDECIDED
    HANDOFF.apply(handoff, _MOVES[was, before["status"]], owner=_person(before["owner"]), **values)
    clocks.clocks_undo(handoff, at=at)
    if was == HandoffStatus.RETURNED:
        turn_taken_again(handoff)
    stage_move(
        lead=handoff.lead,
        after=before["stage"],
        at=now,
        actor=actor,
        handoff=handoff,
        owner=_person(before["lead_owner"]),
        nurture_until=date.fromisoformat(before["nurture_until"]) if before["nurture_until"] else None,
    )
    audit.record(
        "handoff.undone",
        subject=handoff,
        actor=actor,
        before={"status": was, "stage": entry.after["stage"]},
        after={"status": handoff.status, "stage": before["stage"], "undone": entry.verb},
        note=entry.note,
    )
    return handoff


def _acted_at(handoff: Handoff) -> datetime | None:
    return handoff.ended_at or handoff.accepted_at


def _last_act(handoff: Handoff) -> AuditEntry | None:
    """The act that left the handoff where it stands; None when it stands there by another."""
    entry = (
        AuditEntry.objects.select_related("actor")
        .filter(subject_type=Handoff._meta.label_lower, subject_id=str(handoff.pk), verb__in=LEFT_AT)
        .order_by("-id")
        .first()
    )
    # Entries of before there was an undo do not say where the lead stood.
    is_it = entry is not None and LEFT_AT[entry.verb] == handoff.status and "stage" in entry.before
    return entry if is_it else None


def _check_nothing_followed(handoff: Handoff, entry: AuditEntry) -> Handoff | None:
    """The offer that the act itself made, if any, held and not decided on. Raises Conflict otherwise."""
    lead = handoff.lead
    newest = Handoff.objects.filter(lead=lead, pk__gt=handoff.pk).order_by("pk").last()
    later = hold(newest) if newest else None
    if later and (later.pk != entry.after.get("offered_again") or later.status != HandoffStatus.OFFERED):
        what = too_late(later) if later.status != HandoffStatus.OFFERED else _("It waits in the queue.")
        raise Conflict(
            _("The lead was offered again since. %(what)s Nothing was taken back.") % {"what": what}
        )
    if picked := PickUp.objects.select_related("picked_by").filter(handoff=handoff).first():
        raise Conflict(
            _("%(name)s has picked this return up since. Nothing was taken back.")
            % {"name": picked.picked_by}
        )
    if handoff.status == HandoffStatus.ACCEPTED and handoff.owner_id != entry.actor_id:
        raise Conflict(
            _("%(name)s was given this lead since. Nothing was taken back.") % {"name": handoff.owner}
        )
    has_worked = handoff.followed_up_at or handoff.sales_checks.exists()
    if handoff.status == HandoffStatus.ACCEPTED and has_worked:
        raise Conflict(
            _("A follow-up or a check was noted since, so the lead stays with you. Return it instead.")
        )
    if lead.merged_into_id or lead.stage != entry.after["stage"]:
        raise Conflict(
            _("The lead has moved on to “%(stage)s” since. Nothing was taken back.")
            % {"stage": lead.get_stage_display()}
        )
    return later


def _withdraw(passed_on: Handoff, actor: User, now: datetime) -> None:
    """The offer that the return made goes, and the word of it where nobody has read that yet."""
    note = _("%(name)s took the return back.") % {"name": actor}
    HANDOFF.apply(passed_on, "withdraw", ended_at=now, note=note)
    clocks.clocks_stop([passed_on.pk], at=now)
    told = Notification.objects.filter(
        person=passed_on.owner, key=f"offered:{passed_on.offered_at.isoformat()}", read_at=None
    )
    if passed_on.owner and not told.delete()[0]:
        owe_notification(
            person=passed_on.owner,
            key=f"withdrawn:{passed_on.pk}",
            sentence=_("%(lead)s was withdrawn from the queue. %(why)s")
            % {"lead": passed_on.lead, "why": note},
            url=passed_on.get_absolute_url(),
        )


def _person(email: str) -> User | None:
    return User.objects.filter(email=email).first() if email else None
