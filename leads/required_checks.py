"""What leads require of a text before it is voted on: golden leads are judged as their sentences demand."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from definitions import checks
from definitions.checks import Finding, Problem
from definitions.models import Version
from leads.models import GoldenLead
from leads.scoring.compiler import compiled
from leads.scoring.golden import broken_under, golden_leads_of


def register() -> None:
    checks.register("golden", gettext_lazy("Golden leads are kept"), golden_leads)


def golden_leads(version: Version, document: dict[str, Any]) -> Finding:
    """Each golden lead that the text would judge otherwise, as of now."""
    golden = golden_leads_of(version.definition.stage)
    if not golden:
        return Finding(note=_("No golden lead is laid down yet."))
    broken = broken_under(compiled(document), golden, timezone.now())
    kept = ngettext("The golden lead is kept.", "All %(number)d golden leads are kept.", len(golden))
    return Finding(
        tuple(Problem(_sentence(one), reverse("leads:lead_page", args=[one.lead_id])) for one in broken),
        "" if broken else kept % {"number": len(golden)},
    )


def _sentence(golden: GoldenLead) -> str:
    demand = (
        _("%(lead)s must always qualify and would not: “%(why)s”")
        if golden.must_qualify
        else _("%(lead)s must never qualify and would: “%(why)s”")
    )
    return demand % {"lead": golden.lead.name, "why": golden.sentence}
