"""What became of leads, up to an instant: outcomes, and how their handoffs ended."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db.models import Q

from leads.evidence.weeks import Happened
from leads.models import Handoff, HandoffStatus, LeadFit, Outcome, OutcomeKind

_ENDED: dict[str, str] = {
    HandoffStatus.SALES_QUALIFIED: "sales_qualified",
    HandoffStatus.RETURNED: "returned",
    HandoffStatus.DISQUALIFIED: "ruled_out",
}


def what_happened(as_of: datetime, since: datetime | None = None) -> dict[int, Happened]:
    """By lead; leads to whom nothing happened (from `since` on) are left out. Two queries."""
    found: dict[int, Happened] = defaultdict(Happened)
    outcomes = Outcome.objects.filter(at__lt=as_of, kind__in=(OutcomeKind.WON, OutcomeKind.LOST))
    if since is not None:
        outcomes = outcomes.filter(at__gte=since)
    for lead_id, kind, at in outcomes.order_by().values_list("lead", "kind", "at"):
        found[lead_id].at[kind].append(at)
    handoffs = Handoff.objects.filter(offered_at__lt=as_of).order_by()
    if since is not None:
        handoffs = handoffs.filter(Q(accepted_at__gte=since) | Q(ended_at__gte=since))
    for lead_id, status, accepted_at, ended_at in handoffs.values_list(
        "lead", "status", "accepted_at", "ended_at"
    ):
        if accepted_at and accepted_at < as_of:
            found[lead_id].at["accepted"].append(accepted_at)
        if status in _ENDED and ended_at and ended_at < as_of:
            found[lead_id].at[_ENDED[status]].append(ended_at)
    return dict(found)


def captures(as_of: datetime) -> dict[int, datetime]:
    """When each lead was captured that was there by then."""
    return dict(LeadFit.objects.filter(captured_at__lt=as_of).values_list("lead_id", "captured_at"))
