"""Every move of a version and of a ballot. Reading this is reading the life of a definition."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.common.states import Move, StateTable

VERSION = StateTable(
    Move("propose", ("draft",), "proposed"),
    Move("ratify", ("proposed",), "ratified"),
    Move("reject", ("proposed",), "rejected"),
    Move("lapse", ("proposed",), "lapsed"),
    Move("withdraw", ("proposed",), "withdrawn"),
    Move("discard", ("draft",), "withdrawn"),
    # Only the flip of a finished run activates, and it supersedes what was active in the same transaction. A
    # ratified version that a newer one overtook before its run ended is superseded without ever being active.
    Move("activate", ("ratified",), "active"),
    # In an emergency, or when what stood in for it ends: by the same run and flip as any other.
    Move("restore", ("superseded",), "ratified"),
    Move("supersede", ("active", "ratified"), "superseded"),
    too_late=_("This version has moved on meanwhile. Look at it again."),
)

BALLOT = StateTable(
    Move("ratify", ("open",), "ratified"),
    Move("reject", ("open",), "rejected"),
    Move("lapse", ("open",), "lapsed"),
    Move("withdraw", ("open",), "withdrawn"),
    too_late=_("This ballot has closed meanwhile."),
)
