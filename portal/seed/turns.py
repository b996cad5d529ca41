"""Whose turn the offers were, a territory with its pool, and what marketing did about the returns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from leads.handoffs.clocks import clocks_start, promise_from, promised_hours
from leads.handoffs.turns import DUDS
from leads.models import (
    Absence,
    Clock,
    ClockKind,
    DealtTurn,
    Handoff,
    HandoffStatus,
    PickUp,
    Pool,
    PoolMember,
    TurnRule,
)
from portal.common.calendars import calendar_of
from portal.common.models import Team, User
from portal.common.selectors import the_workspace
from portal.seed.database import create
from portal.seed.trail import Desk, Trail

NORDICS = ["Norway", "Sweden", "Denmark", "Finland"]
# What came back in the last days still waits; what is older was settled some working hours later.
STILL_WAITING = timedelta(days=6)
SETTLED_AFTER_HOURS = 5


def turns_lay(
    *, dealt: Iterable[tuple[Handoff, User | None]], people: dict[str, User], desk: Desk, trail: Trail
) -> None:
    """`dealt` are the handoffs with whom each was offered to first (None: to everyone)."""
    rows = list(dealt)
    create(DealtTurn, [_turn(handoff, person) for handoff, person in rows if person])
    carers = [person for person in people.values() if person.team == Team.MARKETING]
    before = desk.now - STILL_WAITING
    old = [row for row, _person in rows if _is_dud(row) and row.ended_at and row.ended_at < before]
    settled = [_pick_up(row, carers[number % len(carers)], desk) for number, row in enumerate(old)]
    create(PickUp, settled)
    _pick_up_clocks_lay([row for row, _person in rows if _is_dud(row)], settled)
    for row in settled:
        trail.record(
            "return.settled",
            at=row.settled_at or desk.now,
            subject=row.handoff,
            label=f"Handoff {row.handoff_id}",
            actor=row.settled_by,
            after={"outcome": row.outcome},
        )
    _territory_lay(people, desk)


def _is_dud(row: Handoff) -> bool:
    is_returned = row.status == HandoffStatus.RETURNED and row.ended_at is not None
    return is_returned and row.reason is not None and row.reason.family in DUDS


def _turn(row: Handoff, person: User) -> DealtTurn:
    return DealtTurn(handoff=row, person=person, dealt_at=row.offered_at, is_given_back=_is_dud(row))


def _pick_up(row: Handoff, person: User, desk: Desk) -> PickUp:
    assert row.ended_at is not None
    return PickUp(
        handoff=row,
        picked_by=person,
        picked_at=desk.after(row.ended_at, 1),
        outcome=PickUp.Outcome.RESTING,
        settled_by=person,
        settled_at=desk.after(row.ended_at, SETTLED_AFTER_HOURS),
    )


def _pick_up_clocks_lay(returned: list[Handoff], settled: list[PickUp]) -> None:
    """Each return started marketing's clock, and whoever picked it up stopped it."""
    workspace, picked = the_workspace(), {row.handoff_id: row.picked_at for row in settled}
    calendar = calendar_of(ClockKind.PICK_UP.team, workspace)
    hours = promised_hours(ClockKind.PICK_UP, workspace)
    clocks_start(
        ClockKind.PICK_UP,
        [(row.pk, promise_from(row.ended_at, hours, calendar)) for row in returned if row.ended_at],
    )
    rows = list(Clock.objects.filter(kind=ClockKind.PICK_UP, handoff__in=picked))
    for row in rows:
        row.stopped_at, row.next_at = picked[row.handoff_id], None
    Clock.objects.bulk_update(rows, ["stopped_at", "next_at"], batch_size=500)


def _territory_lay(people: dict[str, User], desk: Desk) -> None:
    """Behind the owner of the account: the north, which two reps share; and one rep who is away."""
    pool = Pool.objects.create(name="Nordics")
    PoolMember.objects.bulk_create(PoolMember(pool=pool, person=people[name]) for name in ("astrid", "liam"))
    rule = {"attribute": "lead.country", "is": "one_of", "values": NORDICS}
    TurnRule.objects.create(name="Nordics", kind=TurnRule.Kind.FACTS, rule=rule, pool=pool, position=2)
    today = desk.now.date()
    Absence.objects.create(
        person=people["tom"], first_on=today - timedelta(days=1), last_on=today + timedelta(days=6)
    )
