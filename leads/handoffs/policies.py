"""Who may decide on a handoff and work it; every no says why."""

from __future__ import annotations

from django.utils.translation import gettext as _

from leads.handoffs.states import FURTHER
from leads.models import Handoff, HandoffStatus, LeadStage
from portal.common.decisions import ALLOW, Decision, deny
from portal.common.models import AuditEntry, Team, User


def may_decide_handoffs(user: User) -> Decision:
    """Accept or return at all, whichever lead."""
    if not user.is_active:
        return deny(_("Your account is deactivated."))
    if user.team != Team.SALES:
        return deny(_("Only sales can accept or return a lead."))
    return ALLOW


def may_decide_handoff(user: User, handoff: Handoff) -> Decision:
    """Accept this one, or return it before anybody has accepted it."""
    general = may_decide_handoffs(user)
    if not general:
        return general
    is_for_another = handoff.owner_id is not None and handoff.owner_id != user.pk
    if handoff.status == HandoffStatus.OFFERED and is_for_another and not user.is_manager:
        return deny(
            _("This lead is offered to %(name)s first. A sales manager can accept it instead.")
            % {"name": handoff.owner}
        )
    return ALLOW


def may_work_handoff(user: User, handoff: Handoff) -> Decision:
    """Note follow-ups of an accepted lead, move it to sales-qualified, or rule it out."""
    if not user.is_active or user.team != Team.SALES:
        return deny(_("Only sales works accepted leads."))
    if handoff.status == HandoffStatus.OFFERED:
        return deny(_("Accept this lead first."))
    if handoff.owner_id != user.pk and not user.is_manager:
        return deny(
            _("%(name)s works this lead. A sales manager can act in their place.") % {"name": handoff.owner}
        )
    return ALLOW


def may_return_handoff(user: User, handoff: Handoff) -> Decision:
    """Give it back to marketing: before contact, that is before a follow-up reached the person."""
    if handoff.status != HandoffStatus.ACCEPTED:
        return may_decide_handoff(user, handoff)
    decision = may_work_handoff(user, handoff)
    if decision and handoff.follow_ups.filter(has_reached=True).exists():
        return deny(_("You have been in contact with this lead. Disqualify it instead, with a reason."))
    if decision and handoff.lead.stage in FURTHER:
        return deny(
            _("This lead stands at “%(stage)s” already. Say that it is sales-qualified, or disqualify it.")
            % {"stage": handoff.lead.get_stage_display()}
        )
    return decision


# Where a lead may stand that sales has qualified: whatever was said of it can be said otherwise.
AFTER_QUALIFYING = (
    LeadStage.SALES_QUALIFIED,
    LeadStage.OPPORTUNITY,
    LeadStage.CUSTOMER,
    LeadStage.NURTURE,
)


def may_say_outcome(user: User, handoff: Handoff) -> Decision:
    """Say what became of a sales-qualified lead: whoever worked it, or a sales manager."""
    if handoff.status != HandoffStatus.SALES_QUALIFIED:
        return deny(_("What became of a lead is said once it is sales-qualified."))
    decision = may_work_handoff(user, handoff)
    if not decision:
        return decision
    is_later = handoff.lead.handoffs.filter(pk__gt=handoff.pk).exists()
    if is_later or handoff.lead.stage not in AFTER_QUALIFYING:
        return deny(_("This lead has been offered again since. Look at its newest handoff."))
    return ALLOW


def may_undo_handoff(user: User, entry: AuditEntry) -> Decision:
    """Everyone takes back what they did themselves. `entry` is the act in the trail."""
    if not user.is_active:
        return deny(_("Your account is deactivated."))
    if entry.actor_id != user.pk:
        return deny(_("%(name)s did this, and can take it back.") % {"name": entry.actor_label})
    return ALLOW
