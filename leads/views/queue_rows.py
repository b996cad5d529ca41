"""Rows of the queue as HTML, laid out once for all who are shown the same.

A page of the queue is mostly its rows, and everybody looks at the front of it. What a row says depends on the
handoff, on whether its reader may decide and on the language, never on the reader: so one process lays a row
out once, until it changes. Only its two times are told anew each minute, in each zone.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from operator import attrgetter

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from leads.models import Handoff
from portal.common.templatetags.accord import due, when

# About seven kilobytes each, with the handoff that it was laid out from: 27 MB a process at most.
KEPT = 4_000
# What holds the place of the times; no text that people write can have a NUL.
_OFFERED, _DUE = SafeString("\0offered\0"), SafeString("\0due\0")

# All that `leads/_queue_row.html` reads of a handoff; a field that is left out here would be shown as it was
# before. Accounts and owners may be missing, and follow below.
_READ = attrgetter(
    *("pk", "lead_id", "status", "points", "grade", "is_contact_request", "is_recycled", "is_pulled"),
    *("override_id", "owner_id", "version.number", "version.definition.stage"),
    *("lead.first_name", "lead.last_name", "lead.email", "lead.company", "lead.job_title"),
    *("lead.lead_source", "lead.channel", "lead.source.label"),
)


@dataclass(frozen=True)
class Look:
    """A row and its surroundings: equal ones look the same. `is_oob` has the row replace its own."""

    handoff: Handoff = field(compare=False)
    read: tuple[Hashable, ...]
    may_decide: bool
    is_of_other_version: bool
    is_relaxed: bool
    is_oob: bool
    language: str | None


def look_of(
    handoff: Handoff, *, may_decide: bool, is_of_other_version: bool, is_relaxed: bool, is_oob: bool = False
) -> Look:
    account, owner = handoff.lead.account, handoff.owner
    named = (account and account.name, *((owner.name, owner.email, owner.team) if owner else ()))
    return Look(
        handoff,
        (*_READ(handoff), *named),
        may_decide=may_decide,
        is_of_other_version=is_of_other_version,
        is_relaxed=is_relaxed,
        is_oob=is_oob,
        language=get_language(),
    )


def row_html(look: Look) -> SafeString:
    """The row of an offered handoff, one of `selectors.queue.rows_of`."""
    handoff, zone = look.handoff, timezone.get_current_timezone_name()
    minute = int(timezone.now().timestamp() // 60)
    offered, due_by = _times(handoff.offered_at, handoff.due_at, minute, zone, look.language)
    return SafeString(laid_out(look).replace(_OFFERED, offered).replace(_DUE, due_by))


@lru_cache(maxsize=KEPT)
def _times(
    offered_at: datetime, due_at: datetime, _minute: int, _zone: str, _language: str | None
) -> tuple[str, str]:
    """Both as tags; everybody's page has the same ones for a minute."""
    return when(offered_at), due(due_at)


@lru_cache(maxsize=KEPT)
def laid_out(look: Look) -> str:
    times = {"offered": _OFFERED, "due": _DUE}
    return render_to_string("leads/_queue_row.html", {"handoff": look.handoff, "look": look, **times})
