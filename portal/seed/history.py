"""Half a year of handing over, walked day by day: who qualified then is offered then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.random import Generator

from definitions.models import Version
from leads.handoffs.offering import receipts_of
from leads.handoffs.services import NURTURE_DAYS
from leads.models import HandoffStatus, ReasonFamily, Score
from leads.scoring.compiler import compiled, qualified_of
from leads.scoring.compiler_statement import Compiled
from leads.scoring.scope import Scope
from portal.common.fields import to_microseconds
from portal.common.models import User
from portal.common.working_time import working_time_before
from portal.seed import words
from portal.seed.agreement import Agreement
from portal.seed.draws import instant
from portal.seed.facts import Laid
from portal.seed.fates import Fate, Fortune
from portal.seed.trail import Desk

DAYS = 176
# The walk takes a step every third day and, lately, every day; each step asks all leads. With more leads than
# this it takes one a fortnight that asks the warm ones alone, and in the last week asks those in question.
SMALL = 5_000
EVERY, DAILY_DAYS = 3, 21
EVERY_IF_LARGE, DAILY_DAYS_IF_LARGE = 14, 7
WITHDRAWN = "It no longer meets %s: below the threshold."


@dataclass
class Offer:
    lead_id: int
    version: Version
    receipt: dict[str, Any]
    is_recycled: bool
    fate: Fate


@dataclass
class Course:
    """Where a lead stands in the walk: its offers, and from when (and how) it may be offered again."""

    offers: list[Offer] = field(default_factory=list)
    free_from: datetime | None = None  # None: not before something changes
    rests_until: date | None = None  # in nurture till then, unless it stirs
    may_stir: bool = False  # what sales could not use for a missing fact is not woken by an activity

    @property
    def last(self) -> Fate | None:
        return self.offers[-1].fate if self.offers else None


# In times of the promise to decide, between due and expired.
LATE = 1.25


class Walk:
    def __init__(
        self,
        *,
        laid: Laid,
        agreement: Agreement,
        desk: Desk,
        rng: Generator,
        fortune: Fortune,
        sellers: list[User],
    ) -> None:
        self.laid, self.agreement, self.desk, self.rng, self.fortune = laid, agreement, desk, rng, fortune
        first = laid.leads.first_id
        self.first_id = first
        self.courses: dict[int, Course] = {}
        self._compiled: dict[int, Compiled] = {}
        self.captured = laid.leads.captured
        self.sellers = {person.pk: person for person in sellers}
        self.pool = [person for person in sellers for _ in range(person.weekly_capacity or 0)]
        self.is_small = len(self.captured) <= SMALL
        active = agreement.definition.active_version
        self.qualified_now = list(
            Score.objects.filter(version=active, is_qualified=True)
            .order_by("lead_id")
            .values_list("lead_id", flat=True)
        )
        # The latest act of each lead among the first so many; the walk only goes forward.
        self._latest, self._upto = np.zeros(len(self.captured), dtype=np.int64), 0

    def go(self, progress: Callable[[str, int], None]) -> list[Offer]:
        """All offers in the order of time. The last step is now."""
        offers: list[Offer] = []
        before = self.desk.ago(DAYS + 1)
        for at in self._steps():
            offers.extend(self._step(before, at))
            before = at
            progress("handoffs", len(offers))
        return offers

    def _steps(self) -> Iterator[datetime]:
        calendar, last_at = self.desk.calendar, self.desk.ago(DAYS + 1)
        # Of what was offered then, some is overdue by now and not yet expired.
        late_at = working_time_before(self.desk.now, round(self.fortune.decide_hours * LATE), calendar)
        # Weeks before a Saturday or Sunday are never days of work; the days before that weekend are.
        shift = 0 if self.is_small else max(0, self._day(self.desk.now).weekday() - 4)
        for days in range(DAYS, 0, -1):
            hours = float(self.rng.uniform(0.4, 6.5))
            is_late = days <= (DAILY_DAYS if self.is_small else DAILY_DAYS_IF_LARGE)
            every = 1 if is_late else EVERY if self.is_small else EVERY_IF_LARGE
            if (days - shift) % every or not calendar.is_working_day(
                self._day(self.desk.now - timedelta(days=days))
            ):
                continue
            at = self.desk.ago(days, hours)
            if at < self.desk.now - timedelta(hours=1):
                if last_at < late_at < at:
                    yield late_at
                last_at = at
                yield at
        if last_at < late_at:
            yield late_at
        yield self.desk.now

    def _qualified(self, version: Version, at: datetime) -> list[int]:
        if at == self.desk.now:
            return self.qualified_now
        known = to_microseconds(at)
        return [
            lead_id
            for lead_id in qualified_of(self._ready(version), self._scope(at), at)
            if self.captured[lead_id - self.first_id] < known
        ]

    def _scope(self, at: datetime) -> Scope:
        if self.is_small:
            return Scope.all()
        if at < self.desk.now - timedelta(days=DAILY_DAYS_IF_LARGE + 1):
            return Scope.span(self.first_id, self.first_id + self.laid.leads.warm - 1)
        return Scope.ids([*self.qualified_now, *self._undecided(at)])

    def _step(self, before: datetime, at: datetime) -> list[Offer]:
        version = self.agreement.in_force_at(at)
        qualified = self._qualified(version, at)
        self._withdraw(set(qualified), version, at)
        stirred = self._stirred(at)
        chosen = [lead_id for lead_id in qualified if self._may_be_offered(lead_id, at, stirred)]
        if not chosen:
            return []
        receipts = receipts_of(version, chosen, at)
        return [self._offer(lead_id, version, receipts[lead_id], at) for lead_id in chosen]

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.desk.calendar.zone).date()

    def _ready(self, version: Version) -> Compiled:
        if version.pk not in self._compiled:
            assert version.document is not None
            self._compiled[version.pk] = compiled(version.document)
        return self._compiled[version.pk]

    def _withdraw(self, qualified: set[int], version: Version, at: datetime) -> None:
        """Offers that nobody has decided on by now and that no longer qualify."""
        for lead_id, fate in self._undecided(at).items():
            if lead_id not in qualified:
                fate.status, fate.ended_at, fate.note = HandoffStatus.WITHDRAWN, at, WITHDRAWN % version
                fate.decided_at = fate.accepted_at = fate.follow_up_due_at = None
                fate.reason = fate.challenged_key = fate.missing_field = ""
                fate.is_something_missing = False
                fate.calls, fate.outcomes = [], []
                course = self.courses[lead_id]
                course.free_from, course.rests_until = at, None

    def _undecided(self, at: datetime) -> dict[int, Fate]:
        """The latest offers of each lead on which nobody has decided by then."""
        found = {}
        for lead_id, course in self.courses.items():
            fate = course.last
            decided_at = fate and (fate.decided_at or fate.ended_at)
            if fate and decided_at and decided_at > at:
                found[lead_id] = fate
        return found

    def _stirred(self, at: datetime) -> dict[int, datetime]:
        """The latest act by now of each lead that rests."""
        resting = [pk for pk, course in self.courses.items() if course.rests_until]
        if not resting:
            return {}
        acts = self.laid.behaviour
        new = slice(self._upto, int(np.searchsorted(acts.at, to_microseconds(at))))
        self._latest[acts.lead[new]] = acts.at[new]  # by time, so the last one stays
        self._upto = new.stop
        return {pk: instant(self._latest[pk - self.first_id]) for pk in resting}

    def _may_be_offered(self, lead_id: int, at: datetime, stirred: dict[int, datetime]) -> bool:
        course = self.courses.get(lead_id)
        if course is None:
            return True
        if course.rests_until:
            ended_at = course.last.ended_at if course.last else None
            if ended_at is None or at < ended_at:
                return False
            has_stirred = course.may_stir and stirred[lead_id] > ended_at
            return self._day(at) >= course.rests_until or has_stirred
        return course.free_from is not None and course.free_from <= at

    def _offer(self, lead_id: int, version: Version, receipt: dict[str, Any], at: datetime) -> Offer:
        course = self.courses.setdefault(lead_id, Course())
        leads, number = self.laid.leads, lead_id - self.first_id
        owner = self.sellers.get(int(leads.owner_id[number]))
        fate = self.fortune.draw(
            at=at,
            number=version.number,
            receipt=receipt,
            owner=owner,
            decider=owner or self.pool[int(self.rng.integers(len(self.pool)))],
            is_bought=words.CAPTURES[leads.capture[number]][0] == "Bought list",
        )
        made = Offer(lead_id, version, receipt, course.rests_until is not None, fate)
        course.offers.append(made)
        course.free_from = course.rests_until = None
        if fate.status == HandoffStatus.EXPIRED:
            course.free_from = fate.ended_at
        elif fate.status == HandoffStatus.RETURNED and fate.ended_at:
            family = self.fortune.reasons[fate.reason].family
            if family == ReasonFamily.PROCEDURAL:
                course.free_from = fate.ended_at
            else:
                course.rests_until = self._day(fate.ended_at) + timedelta(days=NURTURE_DAYS)
                course.may_stir = family == ReasonFamily.DEFINITIONAL
        return made
