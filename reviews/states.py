"""Every move of a meeting, an agenda item and an action. Reading this is reading the life of a review."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.common.states import Move, StateTable

MEETING = StateTable(
    Move("open", ("scheduled",), "open"),
    Move("close", ("open",), "closed"),
    Move("cancel", ("scheduled",), "cancelled"),
    # The same state before and after: time, place and length change only while nobody has met.
    Move("move", ("scheduled",), "scheduled"),
    too_late=_("This meeting has moved on meanwhile. Look at it again."),
)

ITEM = StateTable(
    Move("finish", ("waiting", "deferred"), "done"),
    Move("defer", ("waiting", "done"), "deferred"),
    Move("take_up", ("done", "deferred"), "waiting"),
    too_late=_("Somebody has dealt with this item meanwhile."),
)

ACTION = StateTable(
    Move("finish", ("open",), "done"),
    Move("drop", ("open",), "dropped"),
    Move("reopen", ("done", "dropped"), "open"),
    too_late=_("Somebody has ended this action meanwhile."),
)
