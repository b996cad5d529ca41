"""Leads that qualify, and what the portal then offers."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from definitions.models import Version
from leads.handoffs import turn_rules
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import OPEN, Handoff, Lead, Pool, Reason, TurnRule
from leads.scoring.compiler import score_into
from leads.scoring.scope import Scope
from portal.common.models import User
from tests.builders import (
    NOW,
    a_criterion,
    a_document,
    a_lead,
    an_account,
    an_active_version,
    an_activity,
    rita,
)

SOFTWARE = a_criterion(
    "c-software", {"attribute": "account.industry", "is": "one_of", "values": ["software"]}
)
PRICING = a_criterion(
    "c-pricing",
    {
        "activity": "page_viewed",
        "where": [{"on": "subject", "is": "contains_word", "values": ["pricing"]}],
        "within_days": 30,
        "at_least": 1,
    },
    half="behaviour",
)
ASKED = a_criterion(
    "c-asked",
    {"activity": "contact_requested", "where": [], "within_days": 30, "at_least": 1},
    {"kind": "alone"},
    half="behaviour",
)


def in_force() -> Version:
    """Software 50, pricing 50, threshold 100; asking for contact qualifies alone."""
    return an_active_version(a_document(SOFTWARE, PRICING, ASKED))


def rescore(version: Version) -> None:
    score_into(version, Scope.all(), timezone.now())


def a_fit_lead(**fields: Any) -> Lead:
    """Half of what it takes."""
    account = fields.pop("account", None) or an_account(industry="Software", owner=fields.pop("seller", None))
    return a_lead(account=account, **fields)


def a_qualified_lead(**fields: Any) -> Lead:
    lead = a_fit_lead(**fields)
    an_activity(lead, at=NOW.replace(hour=8), subject="/pricing")
    return lead


def an_offer(version: Version, **fields: Any) -> Handoff:
    lead = a_qualified_lead(**fields)
    rescore(version)
    handoffs_reconcile()
    return open_handoff(lead)


def open_handoff(lead: Lead) -> Handoff:
    return Handoff.objects.select_related("lead", "owner").get(lead=lead, status__in=OPEN)


def reason(key: str) -> Reason:
    return Reason.objects.get(key=key, retired_at=None)


def a_pool(*people: User, name: str = "North") -> Pool:
    return turn_rules.pool_add(name=name, people=people, actor=rita())


def a_rule(**fields: Any) -> TurnRule:
    values = {"name": "North", "kind": "facts", "rule": {}, "pool": None, "person": None, **fields}
    return turn_rules.turn_rule_add(actor=rita(), **values)
