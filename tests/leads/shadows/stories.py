"""A version in force, a candidate beside it, and leads that either lets through."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from definitions.models import Version
from leads.models import Lead, Shadow, ShadowLead
from leads.selectors.shadows import result_of
from leads.shadows.services import shadow_start
from tests.builders import (
    a_criterion,
    a_document,
    a_lead,
    a_version,
    an_account,
    an_active_version,
    an_activity,
    mona,
)
from tests.leads.runs.stories import drain_all, work

LAST_DAY = date(2026, 5, 31)
PRICING: dict[str, Any] = {
    "activity": "page_viewed",
    "where": [{"on": "subject", "is": "contains_word", "values": ["pricing"]}],
    "within_days": 30,
    "at_least": 1,
}
GERMAN = {"attribute": "lead.country", "is": "one_of", "values": ["Germany"]}
# (industry, country) of a lead that looks at the pricing page. In force: software companies alone.
SIDES = {
    "both": ("Software", "Germany"),
    "active": ("Software", "France"),
    "candidate": ("Mining", "Germany"),
    "neither": ("Mining", "France"),
}


def a_candidate(status: str = "proposed", **fields: Any) -> Version:
    """German leads that looked at the pricing page, whatever their company does."""
    document = a_document(
        a_criterion("c-german", GERMAN, {"kind": "required"}),
        a_criterion("c-pricing", PRICING, half="behaviour"),
        threshold=50,
        **fields,
    )
    return a_version(document, status)


def a_shadow(candidate: Version | None = None, **fields: Any) -> Shadow:
    """Started by a manager; every lead has still to get its first score."""
    values = {"reason": "Are German leads of other companies worth it?", "ends_on": LAST_DAY, **fields}
    return shadow_start(version=candidate or a_candidate(), actor=values.pop("actor", mona)(), **values)


def a_running_shadow(candidate: Version | None = None) -> Shadow:
    """A version in force, one lead of each side from before, and every lead with its scores."""
    an_active_version()
    for side in SIDES:
        a_lead_of(side)
    drain_all()
    shadow = a_shadow(candidate)
    work()
    return fresh(shadow)


def a_lead_of(side: str, *, at: datetime | None = None) -> Lead:
    industry, country = SIDES[side]
    at = at or timezone.now()
    lead = a_lead(account=an_account(industry=industry), country=country, captured_at=at - timedelta(days=2))
    an_activity(lead, at=at - timedelta(hours=1), subject="Pricing")
    return lead


def fresh(shadow: Shadow) -> Shadow:
    return Shadow.objects.select_related("version__definition", "against__definition").get(pk=shadow.pk)


def instants(shadow: Shadow, lead: Lead) -> tuple[datetime | None, datetime | None]:
    """(under the candidate, under the version in force)"""
    return ShadowLead.objects.values_list("candidate_at", "active_at").get(shadow=shadow, lead=lead)


def totals(shadow: Shadow) -> dict[str, int]:
    """How many leads each group of the result has."""
    result = result_of(fresh(shadow), timezone.now())
    assert result is not None
    return {name: group.total for name, group in result.groups.items()}
