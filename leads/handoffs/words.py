"""Where a handoff stands by now, as a colleague would say it to whoever came too late."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from leads.models import Handoff, HandoffStatus, LeadStage, ReasonFamily
from portal.common.templatetags.accord import relative_words


def too_late(handoff: Handoff) -> str:
    """Who moved this handoff on, and when. `owner` and `decided_by` should be loaded."""
    now = timezone.now()  # Not the caller's: the winner may have written while we waited for the row.
    if handoff.status == HandoffStatus.ACCEPTED and handoff.owner and handoff.accepted_at:
        return _("%(name)s accepted this lead %(when)s.") % {
            "name": handoff.owner.get_short_name(),
            "when": relative_words(handoff.accepted_at, now),
        }
    words = {"status": handoff.get_status_display(), "when": relative_words(handoff.ended_at or now, now)}
    if handoff.decided_by and handoff.status != HandoffStatus.ACCEPTED:
        return _("This handoff is closed: %(status)s by %(name)s %(when)s.") % {
            **words,
            "name": (handoff.owner or handoff.decided_by).get_short_name(),
        }
    if handoff.status == HandoffStatus.WITHDRAWN:
        return _("This lead was withdrawn %(when)s. %(note)s") % {**words, "note": handoff.note}
    return _("This handoff stands at “%(status)s” meanwhile.") % words


def returned_words(handoff: Handoff) -> str:
    """What came of a return, to whoever has just made it. `lead` and `reason` should be loaded."""
    words = {"lead": handoff.lead}
    if handoff.lead.stage == LeadStage.MQL:
        return _("You returned %(lead)s. It is offered to everyone in sales again.") % words
    if handoff.reason is not None and handoff.reason.family == ReasonFamily.PROCEDURAL:
        return _("You returned %(lead)s. It does not qualify any more, so marketing looks after it.") % words
    return _("You returned %(lead)s. Marketing looks after it now.") % words
