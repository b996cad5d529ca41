"""Who lays down golden leads, and who may change or retire one: it guards its own side."""

from __future__ import annotations

from django.utils.translation import gettext as _

from leads.models import GoldenLead
from portal.common.decisions import ALLOW, Decision, deny
from portal.common.models import HOUSES, Team, User


def may_lay_golden(user: User) -> Decision:
    """Everyone with a team: both sides know leads that a definition must not get wrong."""
    if not user.is_active or user.team == Team.NONE:
        return deny(
            _("You are in no team. People of marketing, sales and revenue operations lay down golden leads.")
        )
    return ALLOW


def may_change_golden(user: User, golden: GoldenLead) -> Decision:
    """Its author, a manager of the author's side, or a manager of neither house; any, if there is no side.

    It can keep the other side's draft from the vote, so the other side cannot put it away.
    """
    if golden.retired_at is not None:
        return deny(_("This golden lead is retired. Lay it down again to hold drafts against it."))
    if decision := may_lay_golden(user):
        author = golden.created_by
        # Who is in no team any more has no side, and else nobody might be left to put it away.
        is_of_side = author.team in (user.team, Team.NONE)
        is_managers = user.is_manager and (is_of_side or user.team not in HOUSES)
        if user.pk == author.pk or is_managers:
            return ALLOW
        return deny(
            _("Only %(author)s or a manager of their side may change or retire it.") % {"author": author}
        )
    return decision
