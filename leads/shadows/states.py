"""The life of a shadow. One that has ended is started anew, by another copy."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.common.states import Move, StateTable

SHADOW = StateTable(
    Move("begin", ("preparing",), "running"),
    Move("end", ("preparing", "running"), "ended"),
    too_late=_("It has ended meanwhile. Its result stays."),
)
