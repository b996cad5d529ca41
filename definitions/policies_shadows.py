"""Who may know of a text that is scored in silence, and who may start and stop that."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.common.decisions import ALLOW, Decision, deny
from portal.common.models import Team, User


def may_see_shadows(user: User) -> Decision:
    """Marketing, revenue operations and managers. A rep who knew would work the leads by it."""
    is_of_teams = user.team in (Team.MARKETING, Team.REVENUE_OPERATIONS)
    if user.is_active and (is_of_teams or user.is_manager):
        return ALLOW
    return deny(_("Marketing and managers see how a candidate would have done. Nothing follows from it."))


def may_run_shadow(user: User) -> Decision:
    """It costs every later scoring some time, so a manager decides."""
    if not user.is_active or not user.is_manager:
        return deny(_("Only a manager can have a version scored in silence, or stop that."))
    return ALLOW
