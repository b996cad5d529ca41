"""What the tests of golden leads share: a lead that is golden for the MQL definition."""

from __future__ import annotations

from typing import Any

from definitions.models import Definition
from leads.golden.services import golden_lay
from leads.models import GoldenLead, Lead
from portal.common.models import User
from tests.builders import a_lead, an_account, an_activity, maya

WHY = "She bought twice."


def the_mql() -> Definition:
    return Definition.objects.get(stage="mql")


def grace(industry: str = "Software", **fields: Any) -> Lead:
    """Of a software company, seen on the pricing page now: she qualifies under the builders' document a
    moment later."""
    lead = a_lead(first_name="Grace", last_name="Hopper", account=an_account(industry=industry), **fields)
    an_activity(lead, subject="Pricing page")
    return lead


def a_golden_lead(
    lead: Lead | None = None, *, must_qualify: bool = True, actor: User | None = None, sentence: str = WHY
) -> GoldenLead:
    return golden_lay(
        definition=the_mql(),
        lead=lead or grace(),
        must_qualify=must_qualify,
        sentence=sentence,
        actor=actor or maya(),
    )
