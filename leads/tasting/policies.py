"""Who may start a tasting, taste, and see what the others said."""

from __future__ import annotations

from django.utils.translation import gettext as _

from definitions import policies
from leads.models import Tasting
from portal.common.decisions import ALLOW, Decision, deny
from portal.common.models import HOUSES, User


def may_start(user: User) -> Decision:
    """Whoever may draft: a tasting costs people's minutes and changes nothing."""
    return policies.may_draft(user)


def may_taste(user: User, tasting: Tasting) -> Decision:
    if not user.is_active or user.team not in HOUSES:
        return deny(_("Leads are tasted by people of marketing and of sales."))
    if not tasting.is_open:
        return deny(_("This tasting is closed."))
    return ALLOW


def may_see_results(user: User, tasting: Tasting, *, has_finished: bool) -> Decision:
    """Who still has to taste must not know what the others said; who never tastes may read it."""
    if has_finished or not may_taste(user, tasting):
        return ALLOW
    return deny(
        _("What the others said shows once you have tasted every lead, or once the tasting is closed.")
    )


def may_close(user: User, tasting: Tasting) -> Decision:
    if not tasting.is_open:
        return deny(_("This tasting is closed."))
    decision = may_start(user)
    if decision and tasting.started_by_id != user.pk and not user.is_manager:
        return deny(_("Only the person who started this tasting, or a manager, closes it."))
    return decision
