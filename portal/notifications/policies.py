"""Who sees what could not be delivered, and who says where webhooks go."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.common.decisions import ALLOW, Decision, deny
from portal.common.models import User


def may_manage_outbox(user: User) -> Decision:
    if not user.is_administrator:
        return deny(_("Only an administrator sees what could not be delivered, and tries it again."))
    return ALLOW


def may_manage_webhooks(user: User) -> Decision:
    if not user.is_administrator:
        return deny(_("Only an administrator says which other programs the portal calls."))
    return ALLOW
