"""Turns under load: several workers deal from one pool, and a rep leaves while accepting.

`ACCORD_RACE_ROUNDS=50 python -m pytest tests/leads/handoffs/test_turns_race.py` repeats it so often.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest
import time_machine

from leads import invariants
from leads.handoffs import assignment, services, turn_rules
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import DealtTurn, Handoff, PoolMember, TurnBook
from portal.accounts.services import person_edit
from portal.common.errors import PortalError
from portal.common.models import User
from tests.builders import NOW, ada, rita, sam, sofia
from tests.leads.handoffs.stories import a_qualified_lead, an_offer, in_force, open_handoff, rescore
from tests.races import at_once, faults

WORKERS, LEADS = 3, 31
ROUNDS = int(os.environ.get("ACCORD_RACE_ROUNDS", "2"))


def deal_a_round(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Three workers offer the same leads in batches of their own; how many each rep got in this round."""
    monkeypatch.setattr("leads.handoffs.reconcile.BATCH", 7)
    version = in_force_once()
    for _ in range(LEADS):
        a_qualified_lead()
    rescore(version)
    before = Counter(DealtTurn.objects.values_list("person", flat=True))
    assert faults(at_once(*[handoffs_reconcile] * WORKERS)) == []
    after = Counter(DealtTurn.objects.values_list("person", flat=True))
    return sorted((after - before).values())


def in_force_once() -> Any:
    found = Handoff.objects.select_related("version").first()
    return found.version if found else in_force()


@pytest.mark.django_db(transaction=True)
def test_a_pool_goes_round_exactly_whoever_deals(monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel(NOW, tick=False):
        people = [rita(), sam(), sofia()]
        pool = turn_rules.pool_add(name="All", people=people, actor=rita())
        turn_rules.turn_rule_add(name="All", kind="facts", rule={}, pool=pool, person=None, actor=rita())
        for number in range(1, ROUNDS + 1):
            deal_a_round(monkeypatch)
            dealt = Counter(DealtTurn.objects.values_list("person", flat=True))
            assert sum(dealt.values()) == LEADS * number
            assert max(dealt.values()) - min(dealt.values()) <= 1
            assert TurnBook.objects.get().dealt == LEADS * number
        assert len(set(PoolMember.objects.values_list("last_turn", flat=True))) == len(people)
        assert invariants.breaches() == []


@pytest.mark.django_db(transaction=True)
def test_a_week_never_holds_more_than_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel(NOW, tick=False):
        turn_rules.turn_rule_add(name="Sam", kind="facts", rule={}, pool=None, person=sam(), actor=rita())
        turn_rules.capacity_set(person=sam(), weekly=10, actor=rita())
        assert deal_a_round(monkeypatch) == [10]


@pytest.mark.django_db(transaction=True)
def test_without_the_book_a_pool_goes_round_wrongly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: what a worker deals by is read before another one has dealt."""
    with time_machine.travel(NOW, tick=False):
        rule = {"name": "All", "kind": "facts", "rule": {}, "person": None}
        pool = turn_rules.pool_add(name="All", people=[sam(), sofia()], actor=rita())
        turn_rules.turn_rule_add(pool=pool, actor=rita(), **rule)
        lead = assignment.OfLead(1, None)
        first, second = (assignment.Turns.look(NOW).deal([lead])[1] for _ in range(2))
        assert first.owner_id == second.owner_id == sam().pk


def _leave(person: User) -> None:
    person_edit(
        person=person,
        name=person.name,
        team=person.team,
        role=person.role,
        weekly_capacity=None,
        is_active=False,
        actor=ada(),
    )


@pytest.mark.django_db(transaction=True)
def test_a_rep_who_accepts_while_leaving_keeps_no_lead() -> None:
    """Whoever comes first, in the end the lead is with everyone, and every handoff is accounted for."""
    with time_machine.travel(NOW, tick=False):
        version = in_force()
        ada()
        for _ in range(ROUNDS * 3):
            person = sam()
            User.objects.filter(pk=person.pk).update(is_active=True)
            handoff = an_offer(version, seller=person)
            assert handoff.owner == person
            found = at_once(
                lambda handoff=handoff, person=person: services.handoff_accept(handoff=handoff, actor=person),
                lambda person=person: _leave(person),
                handoffs_reconcile,
            )
            assert all(isinstance(fault, PortalError) for fault in faults(found)), found
            handoffs_reconcile()
            again = open_handoff(handoff.lead)
            assert (again.status, again.owner) == ("offered", None)
            assert again.pk != handoff.pk
        assert invariants.breaches() == []
