"""How long it takes from a lead to a customer here: before that it is too early to say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Min, Q

from leads.evidence.intervals import quantile
from leads.models import Handoff, Lead, OutcomeKind

# Of the customers, the share that had been won after so many days counts as the cycle.
SHARE = 0.75
LEAST_WINS = 5
MOST_WINS = 2_000
DEFAULT_DAYS = 90


@dataclass(frozen=True)
class SalesCycle:
    """Days in which three quarters of the won leads were won, counted `since` handoff or capture.

    Measured on `wins` leads; too few of them leave the default.
    """

    days: int
    wins: int
    since: str = "default"  # handoff, capture, default

    def is_over(self, began_at: datetime, now: datetime) -> bool:
        return began_at <= now - timedelta(days=self.days)


def sales_cycle(now: datetime) -> SalesCycle:
    """Of the latest won leads, from their first handoff where there are enough, else from their capture."""
    for since, days in (("handoff", _from_handoff(now)), ("capture", _from_capture(now))):
        if len(days) >= LEAST_WINS:
            return SalesCycle(max(1, int(quantile(days, SHARE)) + 1), len(days), since)
    return SalesCycle(DEFAULT_DAYS, 0)


def _from_handoff(now: datetime) -> list[float]:
    won = Q(lead__outcomes__kind=OutcomeKind.WON, lead__outcomes__at__gte=F("offered_at"))
    rows = Handoff.objects.filter(won, lead__outcomes__at__lt=now).order_by().values("lead")
    spans = rows.annotate(began=Min("offered_at"), ended=Min("lead__outcomes__at"))
    return _days(spans.order_by("-ended").values_list("began", "ended")[:MOST_WINS])


def _from_capture(now: datetime) -> list[float]:
    rows = Lead.objects.filter(outcomes__kind=OutcomeKind.WON, outcomes__at__lt=now, merged_into=None)
    spans = rows.order_by().annotate(ended=Min("outcomes__at")).filter(ended__gte=F("captured_at"))
    return _days(spans.order_by("-ended").values_list("captured_at", "ended")[:MOST_WINS])


def _days(spans: object) -> list[float]:
    return [(ended - began) / timedelta(days=1) for began, ended in spans]  # type: ignore[attr-defined]
