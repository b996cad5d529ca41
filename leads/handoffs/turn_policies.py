"""Who sets whose turn it is, and who may hand an open lead to somebody else; every no says why."""

from __future__ import annotations

from django.utils.translation import gettext as _

from leads.models import OPEN, Handoff
from portal.common.decisions import ALLOW, Decision, deny
from portal.common.models import Team, User


def may_manage_turns(user: User) -> Decision:
    """Rules, pools, capacities and days away; and to hand on all the leads of one rep."""
    if not user.is_active:
        return deny(_("Your account is deactivated."))
    if user.is_administrator or (user.is_manager and user.team == Team.SALES):
        return ALLOW
    return deny(_("Only a sales manager or an administrator sets whose turn it is."))


def may_reassign_handoff(user: User, handoff: Handoff) -> Decision:
    """Whoever has it, or a sales manager, while it is open."""
    if handoff.status not in OPEN:
        return deny(_("This handoff is closed; there is nothing to hand on."))
    if may_manage_turns(user):
        return ALLOW
    if not user.is_active or user.team != Team.SALES:
        return deny(_("Only sales hands its leads on."))
    if handoff.owner_id == user.pk:
        return ALLOW
    if handoff.owner_id is None:
        return deny(_("This lead is offered to everyone in sales. Accept it, or leave it to a colleague."))
    return deny(_("Only %(name)s or a sales manager can hand this lead on.") % {"name": handoff.owner})
