"""Who sees and settles what the nightly count found."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.common.decisions import ALLOW, Decision, deny
from portal.common.models import User


def may_see_incidents(user: User) -> Decision:
    if not user.is_active or not user.is_manager:
        return deny(_("Managers and administrators look after what the nightly count finds."))
    return ALLOW


def may_settle(user: User) -> Decision:
    return may_see_incidents(user)
