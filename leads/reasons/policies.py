"""Who keeps the list of reasons: managers, since both houses read the numbers that it makes."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.common.decisions import ALLOW, Decision, deny
from portal.common.models import User


def may_edit_reasons(user: User) -> Decision:
    """Managers of either house and administrators."""
    if not user.is_active:
        return deny(_("Your account is deactivated."))
    if not user.is_manager:
        return deny(_("Managers of either team keep the list of reasons."))
    return ALLOW
