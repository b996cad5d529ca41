"""The period under review, as of an instant: its days, its months, its whole weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from leads.evidence.cycle import sales_cycle
from leads.models import Handoff
from leads.selectors.funnel import Period, narrowed


@dataclass(frozen=True)
class UnderReview:
    """`zone` is the workspace's: its days are those of the period."""

    period: Period
    as_of: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.as_of.astimezone(self.zone).date()

    @cached_property
    def cycle_days(self) -> int:
        """Days of the sales cycle: before they are over it is too early to say who is won."""
        return sales_cycle(self.as_of).days

    @property
    def weeks_so_far(self) -> float:
        """Weeks of the period that have passed, at least one."""
        last = min(self.period.last, self.today)
        return max(((last - self.period.first).days + 1) / 7, 1.0)

    def is_whole(self, week: Period) -> bool:
        """Whether a week of the period is one from Monday to Sunday, and over."""
        return week.days == 7 and week.last < self.today

    def handoffs(self, **narrowing: Any) -> QuerySet[Handoff]:
        """Those that the numbers of the period count, narrowed as the funnel says."""
        return narrowed(Handoff.objects.all(), period=self.period, **narrowing)
