"""The life of a back-test. A failed one is asked for anew."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.common.states import Move, StateTable

BACK_TEST = StateTable(
    Move("finish", ("running",), "done"),
    Move("fail", ("queued", "running"), "failed"),
    Move("supersede", ("queued", "running"), "superseded"),
    too_late=_("This back-test has gone on meanwhile. Its page shows how it stands."),
)
