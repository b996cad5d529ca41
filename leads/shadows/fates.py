"""What became of the leads that a shadow found: lists of leads by fate. Pure.

A lead counts from its moment, the instant at which it first qualified under either side; what happened to
it before is not the shadow's. The sales cycle says from when on it is old enough to speak of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from leads.evidence.weeks import NOTHING, Happened

# What ends the story of a lead for now.
_FINAL = ("won", "lost", "sales_qualified", "returned", "ruled_out")
COUNTED = ("accepted", "returned", "sales_qualified", "won")
FATES = (
    *COUNTED, "decided", "settled", "sales_qualified-settled", "won-settled", "early", "final",
)  # fmt: skip


def fates_of(
    moments: Mapping[int, datetime], happened: Mapping[int, Happened], as_of: datetime, cycle_days: int
) -> dict[str, list[int]]:
    """Leads by fate; a lead may have several.

    accepted, returned: what sales first decided; both are `decided`. sales_qualified, won: at any time
    since. settled: old enough to say; `…-settled` is a fate among those. final: something has ended its
    story; early: neither final nor settled.
    """
    found: dict[str, list[int]] = {fate: [] for fate in FATES}
    settled_until = as_of - timedelta(days=cycle_days)
    for lead_id, at in moments.items():
        what = happened.get(lead_id, NOTHING)
        fates = {kind for kind in ("sales_qualified", "won") if what.since(kind, at)}
        if decision := what.first_decision(at):
            fates |= {decision, "decided"}
        if any(what.since(kind, at) for kind in _FINAL):
            fates.add("final")
        if at <= settled_until:
            fates |= {"settled"} | {f"{kind}-settled" for kind in ("sales_qualified", "won") if kind in fates}
        elif "final" not in fates:
            fates.add("early")
        for fate in fates:
            found[fate].append(lead_id)
    return found
