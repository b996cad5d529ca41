"""Who may bring people in, change what they are, and let them go."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.common.decisions import ALLOW, Decision, deny
from portal.common.models import User

SAMPLE_DOMAIN = "@sample.example"


def may_manage_people(user: User) -> Decision:
    if not user.is_administrator:
        return deny(_("Only an administrator can invite people and change their team or role."))
    return ALLOW


def may_manage_workspace(user: User) -> Decision:
    if not user.is_administrator:
        return deny(_("Only an administrator can change the settings of the workspace."))
    return ALLOW


def may_look_as(user: User, person: User) -> Decision:
    """Sample people have no password: the administrator steps into their shoes instead."""
    if not user.is_administrator:
        return deny(_("Only an administrator can look at the portal as somebody else."))
    if not person.email.endswith(SAMPLE_DOMAIN):
        return deny(_("You can look as the people of the sample data only, never as a real colleague."))
    if not person.is_active:
        return deny(_("%(name)s no longer works here.") % {"name": person})
    return ALLOW
