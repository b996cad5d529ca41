"""Whose turn it is, and leads that are handed on."""

from __future__ import annotations

from datetime import date
from typing import Any

from leads.handoffs import services, turn_rules
from leads.models import Pool, TurnRule
from tests.builders import rita, sam, sofia
from tests.doors import Door, Sent
from tests.leads.handoffs.stories import a_pool, a_rule, an_offer, in_force
from tests.leads.test_turns_views import A_RULE

SET_TURNS = frozenset({"rita", "ada"})
OWN = SET_TURNS | {"sam"}
DAYS = {"first_on": "2026-05-06", "last_on": "2026-05-09"}


def _rule() -> TurnRule:
    return a_rule(person=sam())


def _pool() -> Pool:
    return a_pool(sam())


def _change_of_rule() -> Sent:
    return Sent((_rule().pk,), {**A_RULE, "goes_to": f"person:{sofia().pk}", "edit_number": 0})


def _with_sam() -> Any:
    return services.handoff_accept(handoff=an_offer(in_force()), actor=sam())


def _all_of_sam() -> Sent:
    _with_sam()
    return Sent((sam().pk,), {"to": sofia().pk, "reason": "Sam is ill."})


def _away() -> Sent:
    days = {"first_on": date(2026, 5, 6), "last_on": date(2026, 5, 9)}
    return Sent((turn_rules.absence_add(person=sam(), actor=rita(), **days).pk,))


DOORS = [
    Door(
        "leads:turn_rule_new",
        "turn_rule.added",
        SET_TURNS,
        lambda: Sent((), {**A_RULE, "goes_to": f"person:{sam().pk}"}),
    ),
    Door("leads:turn_rule", "turn_rule.edited", SET_TURNS, _change_of_rule),
    Door(
        "leads:turn_rule_move",
        "turn_rule.moved",
        SET_TURNS,
        lambda: Sent((_rule().pk,), {"do": "up", "position": 2}),
    ),
    Door("leads:turn_rule_remove", "turn_rule.removed", SET_TURNS, lambda: Sent((_rule().pk,))),
    Door(
        "leads:turn_pool_new",
        "pool.added",
        SET_TURNS,
        lambda: Sent((), {"name": "South", "people": [sam().pk]}),
    ),
    Door(
        "leads:turn_pool",
        "pool.edited",
        SET_TURNS,
        lambda: Sent((_pool().pk,), {"name": "South", "people": [sofia().pk], "edit_number": 0}),
    ),
    Door("leads:turn_pool_remove", "pool.removed", SET_TURNS, lambda: Sent((_pool().pk,))),
    Door("leads:turn_capacity", "person.changed", SET_TURNS, lambda: Sent((sam().pk,), {"weekly": 7})),
    Door("leads:absence_add", "absence.added", OWN, lambda: Sent((sam().pk,), DAYS)),
    Door("leads:absence_remove", "absence.removed", OWN, _away),
    Door("leads:leads_hand_on", "handoffs.reassigned", SET_TURNS, _all_of_sam),
    Door(
        "leads:handoff_reassign",
        "handoff.reassigned",
        OWN,
        lambda: Sent((_with_sam().pk,), {"to": sofia().pk, "reason": "Hers."}),
    ),
]
