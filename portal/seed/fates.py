"""What becomes of one offer: drawn when it is made, cut off at now when the rows are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from numpy.random import Generator

from leads.handoffs.clocks import PERCENT
from leads.models import HandoffStatus, OutcomeKind, Qualification, Reason, Threshold
from portal.common.models import User
from portal.seed.draws import pick
from portal.seed.trail import Desk

# Share of the first and of the second version's offers that sales takes on.
ACCEPTED = {1: 0.60, 2: 0.77}
QUALIFIED = {1: 0.36, 2: 0.47}
RECENT = timedelta(days=4)
# In times of the promise.
EXPIRES_AFTER = PERCENT[Threshold.OVER] / 100

# Reasons with the weight that they have among returns, and the clauses that they tend to blame.
RETURNS = (
    ("no-interest", 24, ("pages", "pricing", "burst")),
    ("wrong-role", 18, ("role",)),
    ("wrong-company", 12, ("size", "industry")),
    ("too-early", 12, ("pages", "means-it", "pricing")),
    ("other-return", 5, ("committee", "industry")),
    ("no-way-to-reach", 12, ()),
    ("facts-wrong", 6, ()),
    ("duplicate", 3, ()),
    ("wrong-territory", 6, ()),
    ("already-worked", 5, ()),
)
RULED_OUT = (
    ("never-reached", 30),
    ("no-need", 25),
    ("no-budget", 22),
    ("chose-competitor", 15),
    ("other-disqualify", 8),
)
NOTES = {
    "no-interest": ("Opened everything, wants nothing.", "Was looking for a job with us.", ""),
    "wrong-role": (
        "Prepares lists for somebody else, would not say for whom.",
        "Left operations a year ago.",
        "",
    ),
    "wrong-company": ("A holding with eleven people.", "The group decides in another country.", ""),
    "too-early": ("Comes back after the budget round.", "Just read for a talk.", ""),
    "other-return": ("Two readers of one company, but of two towns that never speak.",),
    "no-way-to-reach": (
        "The number is the switchboard, the mail bounces.",
        "No number, and the mailbox is full.",
    ),
    "facts-wrong": ("The company was sold in spring.", "Title is three years old."),
    "duplicate": ("Same person under her maiden name.",),
    "wrong-territory": ("Belongs to the Nordics.", "Astrid has spoken to their group."),
    "already-worked": ("Liam is in a pilot with them.", "Open offer from last month."),
    "never-reached": ("Seven calls, four mails.", ""),
    "no-need": ("Built it themselves last year.", ""),
    "no-budget": ("Nothing before next year.", ""),
    "chose-competitor": ("Signed elsewhere in the same week.", ""),
    "other-disqualify": ("The plant closes in spring.",),
}
CALLS = ("Left a message.", "Engaged; calls back.", "Sent two dates by mail.", "")
TALKS = (
    "Good talk, wants a demo for three people.",
    "Will ask the head of the department.",
    "Sent the business case.",
    "",
)
MISSING = {"no-way-to-reach": "phone", "facts-wrong": "job_title"}


@dataclass
class Fate:
    """Status and instants of one handoff as they will come; what lies after now has not happened yet."""

    offered_at: datetime
    due_at: datetime
    owner: User | None
    decider: User
    status: str = HandoffStatus.OFFERED
    decided_at: datetime | None = None
    accepted_at: datetime | None = None
    follow_up_due_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    challenged_key: str = ""
    is_something_missing: bool = False
    missing_field: str = ""
    note: str = ""
    # (at, reached, note)
    calls: list[tuple[datetime, bool, str]] = field(default_factory=list)
    # (kind, at, whole euros)
    outcomes: list[tuple[str, datetime, int]] = field(default_factory=list)


class Fortune:
    """Draws fates. `reasons` maps the keys in use."""

    def __init__(
        self, rng: Generator, desk: Desk, reasons: dict[str, Reason], hours: tuple[int, int, int]
    ) -> None:
        self.rng, self.desk, self.reasons = rng, desk, reasons
        self.decide_hours, self.contact_hours, self.follow_up_hours = hours

    def draw(
        self,
        *,
        at: datetime,
        number: int,
        receipt: dict[str, Any],
        owner: User | None,
        decider: User,
        is_bought: bool,
    ) -> Fate:
        """One fate of an offer under version `number`, decided by `decider`."""
        rng, after = self.rng, self.desk.after
        is_asked = receipt["qualification"] == Qualification.ALONE
        promised = self.contact_hours if is_asked else self.decide_hours
        fate = Fate(at, after(at, promised), owner, decider)
        speed, taste = rng.random(), rng.random()
        is_recent = at > self.desk.now - RECENT
        if speed > (0.35 if is_recent else 0.95):
            # Nobody decides: the offer expires, unless that is still to come.
            fate.status, fate.ended_at = HandoffStatus.EXPIRED, after(at, promised * EXPIRES_AFTER)
            return fate
        is_late = speed > 0.82
        hours = promised * (rng.uniform(1.05, EXPIRES_AFTER) if is_late else rng.uniform(0.08, 0.95))
        fate.decided_at = after(at, hours)
        share = ACCEPTED[number] + (0.2 if is_asked else 0.0) - (0.4 if is_bought else 0.0)
        if taste < share:
            self._work(fate, number)
        else:
            self._return(fate, receipt, fate.decided_at, is_bought)
        return fate

    def _work(self, fate: Fate, number: int) -> None:
        rng, after = self.rng, self.desk.after
        assert fate.decided_at is not None
        fate.accepted_at = fate.decided_at
        fate.follow_up_due_at = after(fate.accepted_at, self.follow_up_hours)
        end = after(fate.accepted_at, rng.uniform(3, 26) * 8)
        is_reached = rng.random() < 0.78
        at = after(fate.accepted_at, rng.uniform(1, 20) if rng.random() < 0.86 else rng.uniform(25, 44))
        tries = int(rng.integers(1, 4)) if is_reached else int(rng.integers(3, 6))
        for turn in range(tries):
            has_reached = is_reached and turn == tries - 1
            fate.calls.append((at, has_reached, pick(rng, TALKS if has_reached else CALLS)))
            at = after(at, rng.uniform(6, 20))
        end = max(end, after(fate.calls[-1][0], 4))
        luck = rng.random()
        fate.ended_at = end
        if is_reached and luck < QUALIFIED[number] / 0.78:
            fate.status = HandoffStatus.SALES_QUALIFIED
            self._outcomes(fate, end)
        else:
            fate.status = HandoffStatus.DISQUALIFIED
            keys = [(key, weight) for key, weight in RULED_OUT if (key == "never-reached") != is_reached]
            fate.reason = self._weighted(keys)
            fate.note = pick(rng, NOTES[fate.reason])

    def _outcomes(self, fate: Fate, end: datetime) -> None:
        rng, after = self.rng, self.desk.after
        if rng.random() > 0.85:
            return
        value = max(3_000, int(rng.lognormal(9.9, 0.7)) // 500 * 500)
        opened = after(end, rng.uniform(1, 24))
        fate.outcomes.append((OutcomeKind.OPPORTUNITY, opened, value))
        luck, closed = rng.random(), after(opened, rng.uniform(8, 38) * 8)
        if luck < 0.42:
            fate.outcomes.append((OutcomeKind.WON, closed, int(value * rng.uniform(0.7, 1.1)) // 100 * 100))
        elif luck < 0.85:
            fate.outcomes.append((OutcomeKind.LOST, closed, value))

    def _return(self, fate: Fate, receipt: dict[str, Any], at: datetime, is_bought: bool) -> None:
        rng = self.rng
        fate.status, fate.ended_at = HandoffStatus.RETURNED, at
        fate.reason = self._weighted([(key, weight) for key, weight, _ in RETURNS])
        if is_bought and rng.random() < 0.6:
            fate.reason = "no-interest"
        fate.note = pick(rng, NOTES[fate.reason])
        family = self.reasons[fate.reason].family
        if family == "clerical":
            fate.missing_field = MISSING.get(fate.reason, "")
        elif family == "definitional":
            met = [line["key"] for line in receipt["lines"] if line.get("key") and line["points"] > 0]
            blamed = next(blamed for key, _, blamed in RETURNS if key == fate.reason)
            named = [key for key in blamed if key in met] or met
            if named and rng.random() < 0.86:
                fate.challenged_key = pick(rng, named)
            else:
                fate.is_something_missing = True

    def _weighted(self, choices: list[tuple[str, int]]) -> str:
        total = sum(weight for _, weight in choices)
        point = self.rng.random() * total
        for key, weight in choices:
            point -= weight
            if point < 0:
                return key
        return choices[-1][0]
