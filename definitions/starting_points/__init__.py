"""Definitions to start from when there is none yet.

The shape follows what the field teaches: a definition of two halves, who they are and what they do
(Eloqua's and Marketo's scoring guides); a direct request for sales qualifies alone; competitors and
students are ruled out; points of behaviour fade. The numbers are first guesses, each marked as an
assumption, and the first review is there to test them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from definitions.starting_points.sales_qualified import SALES_QUALIFIED
from definitions.starting_points.services import SERVICES
from definitions.starting_points.shop import SHOP
from definitions.starting_points.software import SOFTWARE


@dataclass(frozen=True)
class StartingPoint:
    """`description` says in a sentence whom the template fits."""

    label: str | Promise
    description: str | Promise
    stage: str
    document: dict[str, Any]


STARTING_POINTS: dict[str, StartingPoint] = {
    "saas": StartingPoint(
        _("A template for business software"),
        _("For software that companies subscribe to: several people read, compare and try before they talk."),
        "mql",
        SOFTWARE,
    ),
    "services": StartingPoint(
        _("A template for services"),
        _("For agencies, consultants and other project work: few leads, slow decisions, trust first."),
        "mql",
        SERVICES,
    ),
    "shop": StartingPoint(
        _("A template for a shop with larger orders"),
        _("For shops where sales helps with the larger baskets: quick decisions, seen in what people do."),
        "mql",
        SHOP,
    ),
    "sales-qualified": StartingPoint(
        _("A template for sales-qualified leads"),
        _("For what sales itself calls qualified: a size that pays, and more than one person who wants it."),
        "sql",
        SALES_QUALIFIED,
    ),
}
