"""Who looks after leads that came back, and who may pull one that nearly qualified; every no says why."""

from __future__ import annotations

from django.utils.translation import gettext as _

from leads.handoffs.policies import may_decide_handoffs
from leads.handoffs.states import OFFERABLE
from leads.models import Lead, LeadStage
from portal.common.decisions import ALLOW, Decision, deny
from portal.common.models import Team, User


def may_pick_up(user: User) -> Decision:
    if not user.is_active or user.team != Team.MARKETING:
        return deny(_("Only marketing picks up what sales returned."))
    return ALLOW


def may_pull(user: User) -> Decision:
    """Pull some near miss at all, whichever."""
    if not may_decide_handoffs(user):
        return deny(_("Only sales can pull a lead that does not qualify."))
    return ALLOW


def may_pull_lead(user: User, lead: Lead) -> Decision:
    decision = may_pull(user)
    if decision and (lead.merged_into_id is not None or lead.stage not in (*OFFERABLE, LeadStage.NURTURE)):
        return deny(
            _("This lead stands at “%(stage)s”; there is nothing to pull.")
            % {"stage": lead.get_stage_display()}
        )
    return decision
