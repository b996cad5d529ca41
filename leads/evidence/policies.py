"""Who may ask for a back-test."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.common.decisions import ALLOW, Decision, deny
from portal.common.models import Team, User


def may_back_test(user: User) -> Decision:
    """Everybody who may draft: it costs the workers minutes and changes nothing."""
    if not user.is_active or user.team == Team.NONE:
        return deny(_("You are in no team. People of marketing, sales and revenue operations test drafts."))
    return ALLOW
