"""Who may bring files in."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.common.decisions import ALLOW, Decision, deny
from portal.common.models import Team, User


def may_import(user: User) -> Decision:
    """Marketing, revenue operations, and whoever manages: an import changes what all are scored by."""
    if user.is_active and (user.is_manager or user.team in (Team.MARKETING, Team.REVENUE_OPERATIONS)):
        return ALLOW
    return deny(_("Marketing, revenue operations and managers import files. Ask one of them to do it."))
