"""What to do with a lead now: one sentence, its reason, and the one control that does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from leads.handoffs import policies
from leads.models import OPEN, Handoff, HandoffStatus, Lead, LeadStage, Qualification, ReasonFamily
from leads.scoring.near_misses import NEAR_POINTS
from leads.selectors.care import Waiting, waiting_of
from leads.selectors.handoffs import MISSING_FACTS
from portal.common.models import Team, User
from portal.common.selectors import workspace_zone

Receipt = dict[str, Any]


@dataclass(frozen=True)
class NextStep:
    """`url` is where the control leads, or what it posts to where `is_act`; without one there is none.

    `due_at` is until when it is owed; `otherwise` is a second address, with its words.
    """

    sentence: str
    reason: str
    action: str = ""
    url: str = ""
    icon: str = "arrow-right"
    is_act: bool = False
    due_at: Any = None
    otherwise: tuple[str, str] | None = None


def next_step(user: User, lead: Lead, handoffs: list[Handoff], receipt: Receipt | None) -> NextStep:
    """`handoffs` are those of the lead, newest first; `receipt` is its score as of now."""
    last = handoffs[0] if handoffs else None
    standing = next((row for row in handoffs if row.status in OPEN), None)
    if standing is not None:
        is_offered = standing.status == HandoffStatus.OFFERED
        return _offered(user, standing) if is_offered else _accepted(user, standing)
    if lead.stage in _SETTLED:
        return NextStep(_("Nothing is to be decided."), _SETTLED[LeadStage(lead.stage)]())
    if lead.stage == LeadStage.NURTURE:
        return _resting(user, lead, last)
    return _by_score(receipt)


_SETTLED = {
    LeadStage.SALES_QUALIFIED: lambda: _("Sales has qualified it; whoever works it says what becomes of it."),
    LeadStage.OPPORTUNITY: lambda: _("It is an opportunity; whoever works it says what becomes of it."),
    LeadStage.CUSTOMER: lambda: _("It is a customer by now."),
    LeadStage.DISQUALIFIED: lambda: _("Sales ruled it out after contact, and it is not offered again."),
}


def _offered(user: User, handoff: Handoff) -> NextStep:
    may = policies.may_decide_handoff(user, handoff)
    why = handoff.assignment or _("It is offered to everyone in sales.")
    if not may:
        return NextStep(
            _("Sales decides on it."),
            f"{why} {may.reason}",
            _("Look at the offer"),
            handoff.get_absolute_url(),
            "inbox",
            due_at=handoff.due_at,
        )
    return NextStep(
        _("Accept it, or return it with a reason."),
        (_("It asked for contact itself.") + " " if handoff.is_contact_request else "") + why,
        _("Accept"),
        reverse("leads:handoff_accept", args=[handoff.pk]),
        "check-lg",
        is_act=True,
        due_at=handoff.due_at,
        otherwise=(_("Return"), reverse("leads:handoff_return", args=[handoff.pk])),
    )


def _accepted(user: User, handoff: Handoff) -> NextStep:
    is_theirs = bool(policies.may_work_handoff(user, handoff))
    url = handoff.get_absolute_url()
    if not is_theirs:
        reason = (
            _("They have not noted a follow-up yet.")
            if handoff.followed_up_at is None
            else _("They have followed up.")
        )
        words = {"name": handoff.owner}
        return NextStep(_("%(name)s works it.") % words, reason, _("Look at the handoff"), url, "inbox")
    if handoff.followed_up_at is None:
        return NextStep(
            _("Call or write, and note how it went."),
            _("It is accepted and nobody has noted a follow-up."),
            _("Note a follow-up"),
            url,
            "telephone-outbound",
            due_at=handoff.follow_up_due_at,
        )
    return NextStep(
        _("Bring it to an end: sales-qualified, or ruled out with a reason."),
        _("It is accepted and followed up."),
        _("Work this lead"),
        url,
        "trophy",
    )


def _resting(user: User, lead: Lead, last: Handoff | None) -> NextStep:
    reason = ""
    if last is not None and last.reason_label:
        reason = _("Sales returned it: %(reason)s.") % {"reason": last.reason_label}
    if last is not None and (waiting := waiting_of(last)):
        step = _to_pick_up(user, last, waiting, reason)
        if step is not None:
            return step
    until = lead.nurture_until
    if until is not None and until <= timezone.now().astimezone(workspace_zone()).date():
        sentence = _("Its rest is over: it is offered as soon as it qualifies.")
        return NextStep(sentence, reason or _("It is in nurture."))
    day = formats.date_format(until, "j M Y") if until else ""
    if day and last is not None and last.status == HandoffStatus.SALES_QUALIFIED:
        sentence, reason = (
            _("Leave it to marketing until %(day)s."),
            _("It was lost after sales qualified it."),
        )
    elif day:
        sentence = _("Leave it to marketing until %(day)s, or until it does something itself.")
    else:
        sentence = _("Leave it to marketing until it does something itself.")
    return NextStep(
        sentence % {"day": day},
        reason or _("It is in nurture."),
        _("Look at the leads in nurture"),
        reverse("leads:nurture"),
        "heart",
    )


def _to_pick_up(user: User, last: Handoff, waiting: Waiting, reason: str) -> NextStep | None:
    """What a return asks of marketing that nobody has settled; None where it asks nothing of this person."""
    is_marketing = user.team == Team.MARKETING
    url = reverse("leads:returned_page", args=[last.pk])
    if waiting.person is not None and waiting.person != user:
        words = {"name": waiting.person}
        return NextStep(
            _("%(name)s looks after it.") % words, reason, _("Look at the return"), url, "arrow-return-left"
        )
    if last.reason is not None and last.reason.family == ReasonFamily.CLERICAL:
        fact = MISSING_FACTS.get(last.missing_field) if last.missing_field else None
        further = _("It is offered again when a fact of it changes.")
        return NextStep(
            _("Find out what sales missed: %(fact)s.") % {"fact": fact or last.note or _("a fact")},
            f"{reason} {further}".strip(),
            _("Put it right") if is_marketing else "",
            url if is_marketing else "",
            "pencil",
        )
    if not is_marketing:
        return None
    return NextStep(
        _("Pick it up: let it rest, offer it again, or rule it out."),
        reason,
        _("Open the return"),
        url,
        "hand-index",
    )


def _by_score(receipt: Receipt | None) -> NextStep:
    if receipt is None:
        return NextStep(
            _("Nothing yet."),
            _("No definition is in force, so nobody can say whether it qualifies."),
            _("Look at the definition"),
            reverse("definitions:definition_page", args=["mql"]),
            "compass",
        )
    if receipt["is_qualified"]:
        return NextStep(_("It is offered to sales within seconds."), f"{receipt['outcome']}.")
    short = receipt["threshold"] - receipt["points"]
    if receipt["qualification"] == Qualification.BELOW_THRESHOLD and short <= NEAR_POINTS:
        wanting = [line for line in receipt["lines"] if line["key"] and not line["is_met"]]
        named = ", ".join(f"“{line['wording']}”" for line in wanting[:2])
        return NextStep(
            _("Look at it yourself: it is only %(short)d points short.") % {"short": short},
            _("Not met: %(clauses)s.") % {"clauses": named} if named else f"{receipt['outcome']}.",
            _("Look at the near misses"),
            reverse("leads:near_misses"),
            "eye",
        )
    return NextStep(_("Nothing yet: it goes on by what it does itself."), f"{receipt['outcome']}.")
