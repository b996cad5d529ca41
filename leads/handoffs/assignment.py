"""Whose turn a new offer is: the rules of the workspace in order, else everyone in sales.

Turns are dealt while the book of turns is held, so that two workers who offer at once deal one after the
other: every pool goes round exactly, and nobody gets more a week than they said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property, reduce
from operator import or_
from typing import NamedTuple
from zoneinfo import ZoneInfo

import structlog
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from definitions.criteria.catalogue import Catalogue
from definitions.criteria.document import DocumentError
from definitions.selectors import catalogue
from leads import bulk
from leads.models import Absence, DealtTurn, Handoff, Lead, Pool, PoolMember, TurnBook, TurnRule
from leads.scoring.compiler import hits
from leads.scoring.scope import Scope
from portal.common.models import Team, User
from portal.common.selectors import people_of

log = structlog.get_logger(__name__)


class Turn(NamedTuple):
    owner_id: int | None  # None: the shared queue
    words: str
    pool_id: int | None = None
    is_credit: bool = False


class Step(NamedTuple):
    """What one rule said of a lead that is tried out."""

    rule: TurnRule
    words: str
    is_decided: bool = False


class OfLead(NamedTuple):
    """What a deal asks of a lead: its id, and whose its account is."""

    lead_id: int
    account_owner_id: int | None


class Turns:
    """The rules, the pools and the week as they stand now, read once for a whole batch.

    `look` is for trying out; `hold` also takes the book until the end of the transaction, and only what
    it dealt may be recorded.
    """

    def __init__(self, now: datetime, book: TurnBook | None = None, known: Catalogue | None = None) -> None:
        self.now, self._given = now, known
        self.rules = list(TurnRule.objects.select_related("pool", "person"))
        self.sellers = {person.pk: person for person in people_of(Team.SALES)}
        self.members: dict[int, list[PoolMember]] = {}
        for member in PoolMember.objects.order_by("pk"):
            if member.person_id in self.sellers:
                self.members.setdefault(member.pool_id, []).append(member)
        self.away = _away(self.sellers, now)
        self.taken = taken_this_week(self.sellers.values(), now)
        self._book = book
        self._dealt = book.dealt if book else max((row.last_turn for row in self._all_members()), default=0)
        self._moved: dict[int, PoolMember] = {}

    @cached_property
    def _known(self) -> Catalogue:
        return self._given or catalogue()

    @classmethod
    def look(cls, now: datetime, known: Catalogue | None = None) -> Turns:
        return cls(now, known=known)

    @classmethod
    def hold(cls, now: datetime) -> Turns:
        # The lock comes first: what is read before it may be gone by the time one has it.
        return cls(now, TurnBook.objects.select_for_update().get(pk=1))

    def deal(self, leads: Sequence[OfLead]) -> dict[int, Turn]:
        """A turn for each of these leads, in their order. One query for each rule that asks for facts."""
        matches = [self._matching(rule, [lead.lead_id for lead in leads]) for rule in self.rules]
        return {lead.lead_id: self._turn(lead, matches) for lead in leads}

    def try_out(self, lead: OfLead) -> tuple[Turn, list[Step]]:
        """Whose turn this lead would be, and what each rule said of it up to the one that decided."""
        steps: list[Step] = []
        passed: list[str] = []
        for rule in self.rules:
            if lead.lead_id not in self._matching(rule, [lead.lead_id]):
                steps.append(Step(rule, _("It does not speak of this lead.")))
                continue
            before = len(passed)
            if turn := self._by(rule, lead, passed):
                return turn, [*steps, Step(rule, turn.words, True)]
            why = passed[before:] or [_("nobody owns the account")]
            steps.append(Step(rule, why[0][:1].upper() + why[0][1:] + "."))
        return self._shared(passed), steps

    def record(self, handoffs: Iterable[Handoff], turns: dict[int, Turn]) -> None:
        """Write down what was dealt for these handoffs, by lead. Four statements at most."""
        assert self._book is not None, "Only turns that were dealt under the lock are recorded."
        rows = [(handoff, turns[handoff.lead_id]) for handoff in handoffs]
        DealtTurn.objects.bulk_create(
            DealtTurn(
                handoff=handoff,
                person_id=turn.owner_id,
                pool_id=turn.pool_id,
                dealt_at=self.now,
                is_credit=turn.is_credit,
            )
            for handoff, turn in rows
            if turn.owner_id
        )
        PoolMember.objects.bulk_update(self._moved.values(), ["last_turn", "credits"])
        TurnBook.objects.filter(pk=1).update(dealt=self._dealt)

    # -- one lead --------------------------------------------------------------------------------------------

    def _matching(self, rule: TurnRule, lead_ids: list[int]) -> set[int]:
        if rule.kind == TurnRule.Kind.OWNER or not rule.rule:
            return set(lead_ids)
        try:
            return {
                found
                for batch in bulk.batches(lead_ids)
                for found in hits(rule.rule, Scope.ids(batch), self.now, self._known)
            }
        except DocumentError as error:
            # A field that the rule asks for was taken away. The next rules decide; the page says so.
            log.warning("turn_rule_cannot_be_read", rule=rule.pk, error=str(error))
            return set()

    def _turn(self, lead: OfLead, matches: list[set[int]]) -> Turn:
        passed: list[str] = []  # why a rule that spoke of this lead named nobody
        for rule, matching in zip(self.rules, matches, strict=True):
            if lead.lead_id in matching and (turn := self._by(rule, lead, passed)):
                return turn
        return self._shared(passed)

    def _by(self, rule: TurnRule, lead: OfLead, passed: list[str]) -> Turn | None:
        if rule.pool is not None:
            return self._by_pool(rule, rule.pool, passed)
        if rule.person_id:
            return self._by_rep(rule.person_id, rule.name, passed)
        return self._by_owner(lead, passed)

    def _shared(self, passed: list[str]) -> Turn:
        return Turn(None, _("Shared queue: %(why)s.") % {"why": "; ".join(passed) or self._nothing_said()})

    def _nothing_said(self) -> str:
        if any(rule.kind == TurnRule.Kind.OWNER for rule in self.rules):
            return _("nobody owns the account")
        return _("no rule speaks of this lead")

    def _by_owner(self, lead: OfLead, passed: list[str]) -> Turn | None:
        owner_id = lead.account_owner_id
        if owner_id is None:
            return None
        if owner_id not in self.sellers:
            passed.append(_("the account's owner is not in sales any more"))
            return None
        return self._by_rep(
            owner_id, _("%(name)s owns the account") % {"name": self.sellers[owner_id]}, passed
        )

    def _by_rep(self, person_id: int, why: str, passed: list[str]) -> Turn | None:
        if obstacle := self._obstacle(person_id):
            passed.append(obstacle)
            return None
        return self._take(person_id, [why])

    def _by_pool(self, rule: TurnRule, pool: Pool, passed: list[str]) -> Turn | None:
        here = [one for one in self.members.get(pool.pk, ()) if not self._obstacle(one.person_id)]
        if not here:
            passed.append(_("nobody of %(pool)s is here and has room") % {"pool": pool})
            return None
        member = min(here, key=lambda one: (not one.credits, one.last_turn, one.pk))
        is_credit = member.credits > 0
        if is_credit:
            member.credits -= 1  # A turn that was kept: their place in the round stays where it is.
        else:
            self._dealt += 1
            member.last_turn = self._dealt
        self._moved[member.pk] = member
        said = [rule.name, _("round robin"), *([_("a turn kept after a return")] if is_credit else [])]
        turn = self._take(member.person_id, said)
        return turn._replace(pool_id=pool.pk, is_credit=is_credit)

    def _take(self, person_id: int, said: list[str]) -> Turn:
        capacity = self.sellers[person_id].weekly_capacity
        self.taken[person_id] = taken = self.taken.get(person_id, 0) + 1
        if capacity is not None:
            said = [*said, _("%(n)d of %(of)d this week") % {"n": taken, "of": capacity}]
        return Turn(person_id, ", ".join(said) + ".")

    def _obstacle(self, person_id: int) -> str:
        """Why this rep gets nothing now, in words; empty when nothing is in the way."""
        person = self.sellers.get(person_id)
        if person is None:
            return _("the rep of the rule is not in sales any more")
        if until := self.away.get(person_id):
            return _("%(name)s is away until %(day)s") % {"name": person, "day": until.isoformat()}
        if person.weekly_capacity is not None and self.taken.get(person_id, 0) >= person.weekly_capacity:
            return _("%(name)s has had %(n)d this week and takes no more") % {
                "name": person,
                "n": self.taken.get(person_id, 0),
            }
        return ""

    def obstacle(self, person: User) -> str:
        return self._obstacle(person.pk)

    def _all_members(self) -> Iterable[PoolMember]:
        return (member for members in self.members.values() for member in members)


def of_leads(leads: Iterable[Lead]) -> list[OfLead]:
    """`account` of each lead should be loaded."""
    return [OfLead(lead.pk, lead.account.owner_id if lead.account else None) for lead in leads]


def week_began(person: User, now: datetime) -> datetime:
    """Monday, where the person lives."""
    day = day_of(person, now)
    return datetime.combine(day - timedelta(days=day.weekday()), time.min, ZoneInfo(person.time_zone))


def taken_this_week(people: Iterable[User], now: datetime) -> dict[int, int]:
    """Offers that each of these people has had in their week so far. One query."""
    began: dict[datetime, list[int]] = {}
    for person in people:
        began.setdefault(week_began(person, now), []).append(person.pk)
    if not began:
        return {}
    weeks = (Q(dealt_at__gte=start, person__in=pks) for start, pks in began.items())
    rows = DealtTurn.objects.filter(reduce(or_, weeks), is_given_back=False)
    return dict(rows.order_by().values_list("person_id").annotate(n=Count("pk")))


def _away(people: dict[int, User], now: datetime) -> dict[int, date]:
    """Until when each of these people who is away today stays so."""
    today = {pk: day_of(person, now) for pk, person in people.items()}
    found: dict[int, date] = {}
    if not today:
        return found
    for row in Absence.objects.filter(person__in=today, last_on__gte=min(today.values())):
        if row.first_on <= today[row.person_id] <= row.last_on:
            found[row.person_id] = max(row.last_on, found.get(row.person_id, row.last_on))
    return found


def day_of(person: User, now: datetime) -> date:
    """The day that it is where the person lives."""
    return now.astimezone(ZoneInfo(person.time_zone)).date()
