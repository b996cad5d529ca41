"""The life of a tasting."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.common.states import Move, StateTable

TASTING = StateTable(
    Move("close", ("open",), "closed"),
    too_late=_("Somebody closed this tasting a moment ago."),
)
