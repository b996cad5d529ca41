"""The life of an import. A failed one keeps what it has taken and can be tried again from there."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.common.states import Move, StateTable

IMPORT = StateTable(
    Move("rethink", ("uploaded",), "uploaded"),
    Move("queue", ("uploaded",), "queued"),
    Move("finish", ("running",), "done"),
    Move("fail", ("queued", "running"), "failed"),
    Move("retry", ("failed",), "queued"),
    Move("cancel", ("uploaded", "queued", "running", "failed"), "cancelled"),
    too_late=_("This import has gone on meanwhile. Its page shows how it stands."),
)
