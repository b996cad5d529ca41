"""Who may start a rescore or ask again for what failed."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.common.decisions import ALLOW, Decision, deny
from portal.common.models import User


def may_rescore(user: User) -> Decision:
    if not user.is_active or not user.is_manager:
        return deny(_("Only managers start a rescore or try a failed one again."))
    return ALLOW
