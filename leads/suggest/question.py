"""What is asked of history: which outcome, of which leads, judged when. And what there is to ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.models import Handoff, HandoffStatus, LeadFit, Outcome, OutcomeKind

WON, SALES_QUALIFIED, ACCEPTED = "won", "sales_qualified", "accepted"
OUTCOMES: dict[str, str | Promise] = {
    WON: _("Won"),
    SALES_QUALIFIED: _("Became sales-qualified"),
    ACCEPTED: _("Accepted by sales"),
}
# How a sentence ends that begins with “of these leads 40 % …”.
ENDED: dict[str, str | Promise] = {
    WON: _("were won"),
    SALES_QUALIFIED: _("became sales-qualified"),
    ACCEPTED: _("were accepted"),
}
# So many leads with the outcome are worth a search; with fewer another outcome is offered first.
ENOUGH = 60
JUDGED_AFTER_DAYS = 14
ENDED_WITHIN_DAYS = 90
# Which handoffs have been settled, one way or the other, for each outcome.
SETTLED: dict[str, Q] = {
    ACCEPTED: Q(accepted_at__isnull=False) | Q(status=HandoffStatus.RETURNED),
    SALES_QUALIFIED: Q(
        status__in=(HandoffStatus.RETURNED, HandoffStatus.DISQUALIFIED, HandoffStatus.SALES_QUALIFIED)
    ),
}
REACHED: dict[str, Q] = {
    ACCEPTED: Q(accepted_at__isnull=False),
    SALES_QUALIFIED: Q(status=HandoffStatus.SALES_QUALIFIED),
}


@dataclass(frozen=True)
class Question:
    """Which leads, judged when, and which of them had the outcome.

    *Won* is asked of all leads captured from `since` on: each is judged `judged_after_days` after its
    capture, and had the outcome when it was won in the `within_days` that followed. Leads that had ended
    before the judging are left out, and so are those whose time is not over yet (landmark analysis, van
    Houwelingen 2007): every lead gets the same time to show what it does and the same time to end.

    *Accepted* and *sales-qualified* are asked of leads that were handed over and decided on; each is
    judged at the instant of its first such handoff.
    """

    outcome: str
    since: datetime | None = None
    judged_after_days: int = JUDGED_AFTER_DAYS
    within_days: int = ENDED_WITHIN_DAYS

    @property
    def is_of_handoffs(self) -> bool:
        return self.outcome != WON

    @property
    def judged_after(self) -> timedelta:
        return timedelta(days=self.judged_after_days)

    @property
    def within(self) -> timedelta:
        return timedelta(days=self.within_days)


@dataclass(frozen=True)
class OutcomeCount:
    """How many leads there are to learn from: all that count, and those with the outcome."""

    outcome: str
    leads: int
    reached: int


def outcome_counts() -> list[OutcomeCount]:
    """What history there is for each outcome, in the order of preference. Three queries."""
    won = Outcome.objects.filter(kind=OutcomeKind.WON).aggregate(count=Count("lead", distinct=True))["count"]
    counts = [OutcomeCount(WON, LeadFit.objects.count(), won)]
    handoffs = Handoff.objects.aggregate(
        **{f"of_{name}": Count("lead", filter=settled, distinct=True) for name, settled in SETTLED.items()},
        **{f"had_{name}": Count("lead", filter=reached, distinct=True) for name, reached in REACHED.items()},
    )
    counts += [
        OutcomeCount(name, handoffs[f"of_{name}"], handoffs[f"had_{name}"])
        for name in (SALES_QUALIFIED, ACCEPTED)
    ]
    return counts


def best_outcome(counts: list[OutcomeCount]) -> str:
    """The first that happened often enough, else the one that happened most often."""
    enough = next((each.outcome for each in counts if each.reached >= ENOUGH), "")
    return enough or max(counts, key=lambda each: each.reached).outcome
