"""Who may decide otherwise than the machine; every no says why."""

from __future__ import annotations

from django.utils.translation import gettext as _

from leads.handoffs.states import OFFERABLE
from leads.models import Lead, LeadStage
from portal.common.decisions import ALLOW, Decision, deny
from portal.common.models import Team, User


def may_override(user: User) -> Decision:
    if not user.is_active or (user.team != Team.MARKETING and not user.is_manager):
        return deny(_("Only marketing or a manager can decide otherwise than the definition."))
    return ALLOW


def may_override_lead(user: User, lead: Lead) -> Decision:
    """Only while nobody in sales works it, and it is neither ruled out nor bought."""
    decision = may_override(user)
    if not decision:
        return decision
    if lead.merged_into_id is not None:
        return deny(_("This lead was merged into another one."))
    if lead.stage not in (*OFFERABLE, LeadStage.NURTURE):
        return deny(
            _("This lead stands at “%(stage)s”: whether it qualifies is settled.")
            % {"stage": lead.get_stage_display()}
        )
    return ALLOW
