"""Who may bring a former version back in an emergency, and end what is in force until a day."""

from __future__ import annotations

from django.utils.translation import gettext as _

from definitions.models import Version, VersionStatus
from portal.common.decisions import ALLOW, Decision, deny
from portal.common.models import HOUSES, User


def may_restore(user: User, version: Version) -> Decision:
    """One of the two people, whatever their role; the other has to be of the other house."""
    if version.status != VersionStatus.SUPERSEDED:
        return deny(_("Only a version that was ratified and superseded can be restored."))
    if not user.is_active or user.team not in HOUSES:
        return deny(_("A restore takes one person of marketing and one of sales."))
    return ALLOW


def may_relax(user: User) -> Decision:
    """Propose a relaxation: people of the two houses, who then vote on it."""
    if not user.is_active or user.team not in HOUSES:
        return deny(_("A relaxation is proposed by somebody of marketing or sales."))
    return ALLOW


def may_end_early(user: User, version: Version) -> Decision:
    """Going back to what both houses ratified needs only one manager of either."""
    if version.ends_at is None or version.status not in (VersionStatus.RATIFIED, VersionStatus.ACTIVE):
        return deny(_("%(version)s is not in force for a time.") % {"version": version})
    if not user.is_active or not user.is_manager or user.team not in HOUSES:
        return deny(_("Only a manager of marketing or sales can end it before its day."))
    return ALLOW
