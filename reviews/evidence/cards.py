"""The shape of an evidence card, and the addresses behind its numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from definitions.models import Version
from leads.selectors.funnel import ENOUGH, NO_CHANNEL, Period, rate
from reviews.models import ItemKind

Number = dict[str, str]


@dataclass(frozen=True)
class Proposal:
    """One item that the agenda should have. The same `source_key` is the same item."""

    source_key: str
    kind: ItemKind
    title: str
    evidence: dict[str, Any]
    minutes: int = 5
    needs_outcome: bool = False
    criterion_key: str = ""
    version: Version | None = field(default=None, compare=False)


def number(label: str, value: object, of: str = "", url: str = "") -> Number:
    return {"label": str(label), "value": str(value), "of": str(of), "url": url}


def card(sentence: str, numbers: list[Number], as_of: datetime) -> dict[str, Any]:
    return {"sentence": str(sentence), "numbers": numbers, "as_of": as_of.isoformat()}


def watch_address(period: Period, **narrowing: Any) -> str:
    """The list behind a number: handoffs of a period, narrowed as `leads.selectors.funnel.narrowed` says."""
    if "channel" in narrowing:
        narrowing["channel"] = narrowing["channel"] or NO_CHANNEL
    query = {"from": period.first.isoformat(), "to": period.last.isoformat(), **narrowing}
    return (
        f"{reverse('leads:watch_list')}?{urlencode({k: v for k, v in query.items() if v not in ('', None)})}"
    )


def share_words(part: int, whole: int) -> str:
    """“38 %”, or that there is too little to say so."""
    share = rate(part, whole)
    return _("too little data") if share is None else f"{round(100 * share)}\u00a0%"


def of_decisions(whole: int) -> str:
    if whole < ENOUGH:
        return _("%(n)d decided, at least %(enough)d are needed") % {"n": whole, "enough": ENOUGH}
    return _("of %(n)d decided") % {"n": whole}
