"""What the tests of the preview share: leads of two industries, a draft beside a version in force."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from definitions.models import Version
from leads.models import Lead
from leads.scoring.preview.numbers import Numbers, preview_of
from tests.builders import NOW, a_lead, an_account, an_active_version, an_activity
from tests.definitions.drafting import a_clause, a_draft

PRICING = {
    "activity": "page_viewed",
    "where": [{"on": "subject", "is": "contains_word", "values": ["pricing"]}],
    "within_days": 30,
    "at_least": 1,
}


def some_leads(software: int, retail: int) -> list[Lead]:
    """Leads of a software company, then of a retailer. The first of each looked at prices yesterday."""
    leads = []
    for industry, number in (("Software", software), ("Retail", retail)):
        account = an_account(industry=industry)
        of_account = [
            a_lead(account=account, captured_at=NOW - timedelta(days=90)) for _number in range(number)
        ]
        an_activity(of_account[0], at=NOW - timedelta(days=1), subject="Pricing")
        leads += of_account
    return leads


def a_draft_beside(threshold: int = 60, document: dict[str, Any] | None = None) -> Version:
    """A draft of 50 points for software and 60 for the pricing page within a month. In force is `document`,
    or 50 points for each of both, from 100 on."""
    an_active_version(document)
    draft = a_draft()
    Version.objects.filter(pk=draft.pk).update(threshold=threshold)
    a_clause(draft, effect={"kind": "points", "points": 50, "count": "once"})
    a_clause(draft, half="behaviour", rule=PRICING, effect={"kind": "points", "points": 60, "count": "once"})
    return fresh(draft)


def fresh(version: Version) -> Version:
    return Version.objects.select_related("definition__active_version").get(pk=version.pk)


def numbers_of(version: Version) -> Numbers:
    found = preview_of(fresh(version)).numbers
    assert found is not None
    return found


def asked_of_facts(version: Version) -> list[str]:
    """The statements over leads and activities that the numbers of a version take."""
    with CaptureQueriesContext(connection) as queries:
        preview_of(fresh(version))
    tables = ("FROM leads_leadfit", "FROM leads_activity", 'FROM "leads_leadfit"')
    return [query["sql"] for query in queries if any(table in query["sql"] for table in tables)]
