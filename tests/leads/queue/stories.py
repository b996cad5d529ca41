"""Offers by the dozen, and what a page of the queue says."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from definitions.models import Version
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import Handoff
from portal.common.models import User
from tests.builders import an_account, signed_in
from tests.leads.handoffs.stories import a_qualified_lead, rescore

HTMX = {"HX-Request": "true"}


def offers(version: Version, count: int, **fields: Any) -> list[Handoff]:
    """So many leads offered to everyone at once, in the order of their ids."""
    before = set(Handoff.objects.values_list("pk", flat=True))
    account = fields.pop("account", None) or an_account(industry="Software", name="Fjord Systems")
    for _ in range(count):
        a_qualified_lead(account=account, **fields)
    rescore(version)
    handoffs_reconcile()
    made = list(Handoff.objects.exclude(pk__in=before).select_related("lead").order_by("pk"))
    assert len(made) == count
    return made


def shown(person: User, **query: Any) -> list[int]:
    """The ids of the rows of one page."""
    response = signed_in(person).get(reverse("leads:queue"), query)
    assert response.status_code == 200
    return [handoff.pk for handoff, _html in response.context["rows"]]
