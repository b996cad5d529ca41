"""Reads for the page of whose turn it is: rules, pools, reps with their week, and how offers were spread."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from definitions.reading import rule_in_words
from definitions.selectors import catalogue
from leads.handoffs.assignment import OfLead, Step, Turn, Turns, day_of, taken_this_week
from leads.handoffs.passing_on import HAS_LEFT
from leads.models import OPEN, Absence, DealtTurn, Handoff, HandoffStatus, Lead, Pool, PoolMember, TurnRule
from portal.common.models import Team, User
from portal.common.selectors import people_of

SPREAD_DAYS = 30


@dataclass
class RuleRow:
    """`words` say which leads it speaks of; empty where its facts can no longer be read."""

    rule: TurnRule
    words: str


def turn_rules() -> QuerySet[TurnRule]:
    return TurnRule.objects.select_related("pool", "person")


def rule_rows() -> list[RuleRow]:
    known = catalogue()
    return [RuleRow(rule, rule_in_words(rule.rule, known) if rule.rule else "") for rule in turn_rules()]


def pools() -> QuerySet[Pool]:
    """With their members in the order of the round: credits first, then who has waited longest."""
    members = PoolMember.objects.select_related("person").order_by("-credits", "last_turn", "pk")
    return Pool.objects.prefetch_related(Prefetch("members", queryset=members))


def sellers() -> QuerySet[User]:
    return people_of(Team.SALES)


@dataclass
class RepRow:
    """One rep: this week's offers, days away from today on, open leads, and the last 30 days."""

    person: User
    taken: int = 0
    absences: list[Absence] = field(default_factory=list)
    is_away: bool = False
    open: int = 0
    dealt: int = 0
    given_back: int = 0
    accepted: int = 0

    @property
    def is_full(self) -> bool:
        return self.person.weekly_capacity is not None and self.taken >= self.person.weekly_capacity


def rep_rows(now: datetime) -> tuple[list[RepRow], int]:
    """Everybody in sales, and how many of the last 30 days' offers went to the shared queue. Six queries."""
    rows = {person.pk: RepRow(person) for person in sellers()}
    for pk, taken in taken_this_week([row.person for row in rows.values()], now).items():
        rows[pk].taken = taken
    for absence in Absence.objects.filter(person__in=rows, last_on__gte=now - timedelta(days=1)):
        row, today = rows[absence.person_id], day_of(rows[absence.person_id].person, now)
        if absence.last_on >= today:
            row.absences.append(absence)
            row.is_away |= absence.first_on <= today
    held = Handoff.objects.filter(owner__in=rows, status__in=OPEN).order_by()
    for pk, count in held.values_list("owner").annotate(n=Count("pk")):
        rows[pk].open = count
    since = now - timedelta(days=SPREAD_DAYS)
    dealt: Any = DealtTurn.objects.filter(dealt_at__gte=since, person__in=rows).order_by().values("person")
    for found in dealt.annotate(
        n=Count("pk"),
        back=Count("pk", filter=Q(is_given_back=True)),
        taken=Count("pk", filter=Q(handoff__accepted_at__isnull=False, is_given_back=False)),
    ):
        row = rows[found["person"]]
        row.dealt, row.given_back, row.accepted = found["n"], found["back"], found["taken"]
    shared = Handoff.objects.filter(offered_at__gte=since, turns=None, is_pulled=False).count()
    return list(rows.values()), shared


def try_out(lead: Lead, now: datetime) -> tuple[Turn, list[Step], User | None]:
    """Whose turn this lead would be now, why, and who that is. Nothing is dealt."""
    turns = Turns.look(now)
    owner_id = lead.account.owner_id if lead.account else None
    turn, steps = turns.try_out(OfLead(lead.pk, owner_id))
    return turn, steps, turns.sellers.get(turn.owner_id or 0)


def absences_visible_to(user: User) -> QuerySet[Absence]:
    return Absence.objects.select_related("person") if user.is_active else Absence.objects.none()


def absences_of(person: User, now: datetime) -> list[Absence]:
    """Those that are not over."""
    return list(Absence.objects.filter(person=person, last_on__gte=day_of(person, now)))


def open_leads_of(person: User) -> dict[str, int]:
    """`offered` and `accepted` handoffs that stand in this person's name."""
    return Handoff.objects.filter(owner=person, status__in=OPEN).aggregate(
        offered=Count("pk", filter=Q(status=HandoffStatus.OFFERED)),
        accepted=Count("pk", filter=Q(status=HandoffStatus.ACCEPTED)),
    )


def left_with_leads() -> QuerySet[User]:
    """People who are not in sales any more and in whose name a lead still stands."""
    return User.objects.filter(pk__in=Handoff.objects.filter(HAS_LEFT, status__in=OPEN).values("owner"))
