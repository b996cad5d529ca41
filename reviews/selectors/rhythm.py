"""How often to meet: as often as leads come to an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.evidence.cycle import LEAST_WINS, SalesCycle, sales_cycle
from reviews.cadence import months_for

QUARTER = 3


@dataclass(frozen=True)
class Suggestion:
    """A review every `months` months, and what was measured for it."""

    months: int
    cycle: SalesCycle

    @property
    def is_measured(self) -> bool:
        return self.cycle.wins >= LEAST_WINS

    @property
    def sentence(self) -> str:
        if not self.is_measured:
            return _("Too early to measure your sales cycle: fewer than %(n)d leads were won.") % {
                "n": LEAST_WINS
            }
        values = {"wins": self.cycle.wins, "days": self.cycle.days}
        if self.cycle.since == "handoff":
            return (
                _("Of the %(wins)d leads won last, three in four were won within %(days)d days of handoff.")
                % values
            )
        return (
            _("Of the %(wins)d leads won last, three in four were won within %(days)d days of capture.")
            % values
        )

    @property
    def advice(self) -> str:
        """“A review every 3 months sees what became of the leads offered before the one before it.”"""
        return ngettext(
            "A review every month sees what became of the leads of the month before.",
            "A review every %(n)d months sees what became of the leads of the time before.",
            self.months,
        ) % {"n": self.months}


def rhythm_suggested(now: datetime) -> Suggestion:
    """By the measured sales cycle; each quarter while too few leads were won to measure one."""
    cycle = sales_cycle(now)
    return Suggestion(months_for(cycle.days) if cycle.wins >= LEAST_WINS else QUARTER, cycle)
