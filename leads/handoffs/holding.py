"""A handoff held for one act: whoever comes second waits for the row and then sees what the first one did."""

from __future__ import annotations

from typing import Any

from leads.models import Handoff, Lead


def hold(handoff: Handoff) -> Handoff:
    """The row as it stands now, locked to the end of the caller's transaction, with its lead and people."""
    # The lock first: what PostgreSQL joins to a row that it waited for is from before the wait.
    Handoff.objects.select_for_update(no_key=True).only("pk").get(pk=handoff.pk)
    rows = Handoff.objects.select_related("lead__account", "lead__owner", "owner", "decided_by", "reason")
    return rows.get(pk=handoff.pk)


def hold_lead(handoff: Handoff) -> Lead:
    """The lead of a held handoff as it stands now, locked too: offers and marketing's acts hold it alone."""
    rows = Lead.objects.select_for_update(no_key=True)
    handoff.lead.refresh_from_db(fields=["stage", "nurture_until", "merged_into"], from_queryset=rows)
    return handoff.lead


def as_it_stood(handoff: Handoff) -> dict[str, Any]:
    """What an act on a held handoff is about to change, for the trail; an undo puts it back."""
    lead = handoff.lead
    return {
        "status": handoff.status,
        "owner": handoff.owner.email if handoff.owner else "",
        "stage": lead.stage,
        "lead_owner": lead.owner.email if lead.owner else "",
        "nurture_until": lead.nurture_until.isoformat() if lead.nurture_until else "",
    }
