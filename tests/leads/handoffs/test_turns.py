"""Whose turn an offer is: rules in order, round robin with credit, a week's capacity, days away."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from definitions.models import Version
from definitions.services.drafts import StaleEdit
from leads import invariants
from leads.handoffs import services, turn_rules
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import DealtTurn, Handoff, Lead, Pool, PoolMember, TurnRule
from leads.selectors.turns import rep_rows, try_out
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry, User
from tests.builders import NOW, ada, an_account, maya, mona, olga, rita, sam, sofia
from tests.leads.handoffs.stories import a_pool, a_qualified_lead, a_rule, reason, rescore

NORTH = {"attribute": "lead.country", "is": "one_of", "values": ["Norway", "Sweden"]}


def offers(version: Version, count: int, **fields: Any) -> list[Handoff]:
    """So many leads offered in one batch, in the order in which they were dealt."""
    leads = [a_qualified_lead(**fields) for _ in range(count)]
    rescore(version)
    handoffs_reconcile()
    return list(Handoff.objects.filter(lead__in=leads).select_related("owner").order_by("lead_id"))


def names(handoffs: list[Handoff]) -> list[str]:
    return [str(row.owner).split()[0] if row.owner else "-" for row in handoffs]


def returned(handoff: Handoff, key: str = "wrong-role") -> None:
    says = {"missing_field": "phone"} if key == "no-way-to-reach" else {"challenged_key": "c-software"}
    services.handoff_return(
        handoff=handoff, actor=handoff.owner, reason=reason(key), **({} if key == "wrong-territory" else says)
    )


# -- dealing ---------------------------------------------------------------------------------------------


def test_a_pool_takes_turns_across_batches(version: Version) -> None:
    a_rule(pool=a_pool(sam(), sofia(), rita()))
    assert names(offers(version, 4)) == ["Sam", "Sofia", "Rita", "Sam"]
    made = offers(version, 3)
    assert names(made) == ["Sofia", "Rita", "Sam"]
    assert made[0].assignment == "North, round robin."
    assert invariants.breaches() == []


def test_the_rules_are_asked_in_order(version: Version) -> None:
    """The owner of the account comes first, then the north; everything else is for everyone."""
    a_rule(rule=NORTH, pool=a_pool(sam()))
    (owned,) = offers(version, 1, country="Norway", seller=sofia())
    (north,) = offers(version, 1, country="sweden")
    (else_,) = offers(version, 1, country="France")
    assert names([owned, north, else_]) == ["Sofia", "Sam", "-"]
    assert else_.assignment == "Shared queue: nobody owns the account."
    turn_rules.turn_rule_move(
        turn_rule=TurnRule.objects.get(name="North"), is_up=True, seen_position=2, actor=rita()
    )
    (moved,) = offers(version, 1, country="Norway", seller=sofia())
    assert names([moved]) == ["Sam"]


def test_a_territory_may_stand_in_the_account(version: Version) -> None:
    a_rule(rule=NORTH, person=sam())
    (handoff,) = offers(version, 1, account=an_account(industry="Software", country="Norway"))
    assert (handoff.owner, handoff.assignment) == (sam(), "North.")


@pytest.mark.parametrize("key", ["wrong-role", "no-way-to-reach"])
def test_a_dud_keeps_the_turn(version: Version, key: str) -> None:
    a_rule(pool=a_pool(sam(), sofia()))
    first, _second = offers(version, 2)
    returned(first, key)
    kept, after = offers(version, 2)
    assert names([kept, after]) == ["Sam", "Sam"], "the turn that was kept, then the turn in the round"
    assert kept.assignment == "North, round robin, a turn kept after a return."
    assert names(offers(version, 2)) == ["Sofia", "Sam"]
    assert not PoolMember.objects.filter(credits__gt=0).exists()


def test_what_belonged_to_another_rep_is_no_dud(version: Version) -> None:
    a_rule(pool=a_pool(sam(), sofia()))
    first, _second = offers(version, 2)
    returned(first, "wrong-territory")
    assert names(offers(version, 2)) == ["Sam", "Sofia"]
    assert not DealtTurn.objects.filter(is_given_back=True).exists()


def test_a_week_has_room_for_so_many(version: Version, clock: time_machine.Traveller) -> None:
    a_rule(pool=a_pool(sam(), sofia()))
    for person, weekly in ((sam(), 2), (sofia(), 1)):
        turn_rules.capacity_set(person=person, weekly=weekly, actor=rita())
    made = offers(version, 4)
    assert names(made) == ["Sam", "Sofia", "Sam", "-"]
    assert made[2].assignment == "North, round robin, 2 of 2 this week."
    assert made[3].assignment == "Shared queue: nobody of North is here and has room."
    clock.move_to(NOW + timedelta(days=6, hours=13, minutes=59))
    assert names(offers(version, 1)) == ["-"], "Sunday, a minute before midnight"
    clock.move_to(NOW + timedelta(days=6, hours=14))
    assert names(offers(version, 1)) == ["Sofia"], "Monday; who waited longest"


def test_the_week_begins_where_the_rep_lives(version: Version, clock: time_machine.Traveller) -> None:
    User.objects.filter(pk=sam().pk).update(time_zone="Pacific/Auckland", weekly_capacity=1)
    a_rule(person=sam())
    assert names(offers(version, 2)) == ["Sam", "-"]
    clock.move_to(NOW + timedelta(days=6, hours=1, minutes=59))
    assert names(offers(version, 1)) == ["-"]
    clock.move_to(NOW + timedelta(days=6, hours=2))
    assert names(offers(version, 1)) == ["Sam"], "Monday in Auckland"


def test_a_dud_leaves_room_in_the_week(version: Version) -> None:
    turn_rules.capacity_set(person=sam(), weekly=1, actor=rita())
    a_rule(person=sam())
    (first,) = offers(version, 1)
    returned(first)
    (again,) = offers(version, 1)
    assert again.assignment == "North, 1 of 1 this week."


def test_an_owner_who_is_full_is_passed_over(version: Version) -> None:
    turn_rules.capacity_set(person=sofia(), weekly=1, actor=rita())
    made = offers(version, 2, account=an_account(industry="Software", owner=sofia()))
    assert names(made) == ["Sofia", "-"]
    assert made[0].assignment == "Sofia Petrova owns the account, 1 of 1 this week."
    assert made[1].assignment == "Shared queue: Sofia Petrova has had 1 this week and takes no more."


def test_who_is_away_gets_nothing(version: Version, clock: time_machine.Traveller) -> None:
    a_rule(pool=a_pool(sam(), sofia()))
    days = {"first_on": date(2026, 5, 5), "last_on": date(2026, 5, 6)}
    turn_rules.absence_add(person=sam(), actor=sam(), **days)
    assert names(offers(version, 2)) == ["Sam", "Sofia"], "not away yet"
    clock.move_to(NOW + timedelta(days=1))
    assert names(offers(version, 2)) == ["Sofia", "Sofia"]
    clock.move_to(NOW + timedelta(days=3))
    assert names(offers(version, 2)) == ["Sam", "Sofia"], "back, and first: but once"


def test_who_left_sales_is_skipped(version: Version) -> None:
    a_rule(pool=a_pool(sam(), sofia()))
    User.objects.filter(pk=sam().pk).update(is_active=False)
    assert names(offers(version, 2)) == ["Sofia", "Sofia"]
    lone = a_rule(name="One", person=rita())
    TurnRule.objects.exclude(pk=lone.pk).delete()
    User.objects.filter(pk=rita().pk).update(team="marketing")
    (handoff,) = offers(version, 1)
    assert handoff.assignment == "Shared queue: the rep of the rule is not in sales any more."


def test_without_rules_everything_is_for_everyone(version: Version) -> None:
    TurnRule.objects.all().delete()
    (handoff,) = offers(version, 1, seller=sofia())
    assert (handoff.owner, handoff.assignment) == (None, "Shared queue: no rule speaks of this lead.")


def test_a_rule_that_cannot_be_read_speaks_of_nobody(version: Version) -> None:
    rule = a_rule(rule=NORTH, person=sam())
    TurnRule.objects.filter(pk=rule.pk).update(
        rule={"attribute": "custom.gone", "is": "one_of", "values": ["x"]}
    )
    assert names(offers(version, 1, country="Norway")) == ["-"]


def test_trying_a_lead_out_says_why_and_deals_nothing(version: Version) -> None:
    a_rule(rule=NORTH, pool=a_pool(sam(), sofia()))
    lead = Lead.objects.select_related("account").get(pk=a_qualified_lead(country="Norway").pk)
    for _ in range(2):
        turn, steps, person = try_out(lead, NOW)
        assert (turn.words, person) == ("North, round robin.", sam())
        assert [(step.words, step.is_decided) for step in steps] == [
            ("Nobody owns the account.", False),
            ("North, round robin.", True),
        ]
    assert (DealtTurn.objects.count(), Pool.objects.get().members.filter(last_turn=0).count()) == (0, 2)


def test_how_the_offers_were_spread(version: Version) -> None:
    a_rule(rule=NORTH, pool=a_pool(sam(), sofia()))
    made = offers(version, 4, country="Norway")
    offers(version, 1)
    services.handoff_accept(handoff=made[0], actor=sam())
    returned(made[1])
    rows, shared = rep_rows(NOW)
    found = {str(row.person): (row.dealt, row.accepted, row.given_back, row.open, row.taken) for row in rows}
    assert found == {
        "Rita Novak": (0, 0, 0, 0, 0),
        "Sam Okafor": (2, 1, 0, 2, 2),
        "Sofia Petrova": (2, 0, 1, 1, 1),
    }
    assert shared == 1


# -- setting it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [sam, maya, mona, olga], ids=lambda each: each.__name__)
def test_only_sales_managers_and_administrators_set_the_turns(db: None, who: Any) -> None:
    rule, pool = a_rule(person=sam()), a_pool(sam())
    before = AuditEntry.objects.count()
    for act in (
        lambda: turn_rules.turn_rule_add(
            name="x", kind="owner", rule={}, pool=None, person=None, actor=who()
        ),
        lambda: turn_rules.turn_rule_remove(turn_rule=rule, actor=who()),
        lambda: turn_rules.turn_rule_move(turn_rule=rule, is_up=True, seen_position=2, actor=who()),
        lambda: turn_rules.pool_edit(pool=pool, edit_number=0, name="y", people=[sam()], actor=who()),
        lambda: turn_rules.pool_remove(pool=pool, actor=who()),
        lambda: turn_rules.capacity_set(person=sofia(), weekly=1, actor=who()),
        lambda: turn_rules.absence_add(
            person=sofia(), first_on=date(2026, 5, 5), last_on=date(2026, 5, 6), actor=who()
        ),
    ):
        with pytest.raises(Refused, match="Only a sales manager"):
            act()
    assert AuditEntry.objects.count() == before
    assert turn_rules.pool_add(name="z", people=[sam()], actor=ada()).name == "z"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": " "}, "Give the rule a name"),
        ({}, "Choose a pool or one rep."),
        ({"person": "maya"}, "Maya Lindqvist is not in sales."),
        ({"rule": {"activity": "page_viewed", "at_least": 1}}, "facts about the lead"),
        ({"rule": {"attribute": "lead.shoe_size", "is": "known"}}, "shoe_size"),
        ({"rule": {"attribute": "lead.country", "is": "one_of", "values": ["a\0b"]}}, "cannot be stored"),
        ({"rule": ["nonsense"]}, "."),
    ],
    ids=["no name", "nobody", "not in sales", "what a lead did", "no such field", "unfit text", "no rule"],
)
def test_a_rule_that_makes_no_sense_is_refused(db: None, values: dict[str, Any], sentence: str) -> None:
    people = {"maya": maya, "sam": sam}
    named = people[values.get("person", "sam")]() if values else None
    with pytest.raises(Invalid, match=sentence):
        a_rule(**{**values, "person": named})
    assert [row.name for row in TurnRule.objects.all()] == ["Owner of the account"]


def test_a_stale_save_of_a_rule_shows_theirs(db: None) -> None:
    rule = a_rule(person=sam())
    values = {"kind": "facts", "rule": {}, "pool": None}
    turn_rules.turn_rule_edit(
        turn_rule=rule, edit_number=0, name="Mine", person=sofia(), actor=rita(), **values
    )
    with pytest.raises(StaleEdit) as error:
        turn_rules.turn_rule_edit(
            turn_rule=rule, edit_number=0, name="Yours", person=sam(), actor=ada(), **values
        )
    assert (error.value.current.name, error.value.current.person) == ("Mine", sofia())
    rule.refresh_from_db()
    assert (rule.name, rule.edit_number) == ("Mine", 1)


def test_a_stale_save_of_a_pool_or_an_order_is_refused(db: None) -> None:
    pool, rule = a_pool(sam()), a_rule(person=sam())
    turn_rules.pool_edit(pool=pool, edit_number=0, name="N", people=[sam(), sofia()], actor=rita())
    with pytest.raises(StaleEdit):
        turn_rules.pool_edit(pool=pool, edit_number=0, name="M", people=[sam()], actor=ada())
    turn_rules.turn_rule_move(turn_rule=rule, is_up=True, seen_position=2, actor=rita())
    with pytest.raises(Conflict, match="changed the order"):
        turn_rules.turn_rule_move(turn_rule=rule, is_up=True, seen_position=2, actor=ada())
    assert [row.name for row in TurnRule.objects.all()] == ["North", "Owner of the account"]


def test_a_pool_that_a_rule_names_stays(db: None) -> None:
    pool = a_pool(sam())
    rule = a_rule(pool=pool)
    with pytest.raises(Conflict, match="“North” deals to this pool"):
        turn_rules.pool_remove(pool=pool, actor=rita())
    turn_rules.turn_rule_remove(turn_rule=rule, actor=rita())
    turn_rules.pool_remove(pool=pool, actor=rita())
    assert not Pool.objects.exists()


def test_who_stays_in_a_pool_keeps_place_and_credit(version: Version) -> None:
    pool = a_pool(sam(), sofia())
    a_rule(pool=pool)
    first, _second = offers(version, 2)
    returned(first)
    turn_rules.pool_edit(pool=pool, edit_number=0, name="North", people=[sam(), rita()], actor=rita())
    assert names(offers(version, 3)) == ["Sam", "Rita", "Sam"]


def test_days_away_are_refused_where_they_make_no_sense(db: None) -> None:
    days = {"first_on": date(2026, 5, 5), "last_on": date(2026, 5, 8)}
    turn_rules.absence_add(person=sam(), actor=sam(), **days)
    with pytest.raises(Invalid, match="is away already"):
        turn_rules.absence_add(person=sam(), actor=rita(), **days)
    with pytest.raises(Invalid, match="comes before the first"):
        turn_rules.absence_add(
            person=sofia(), first_on=date(2026, 5, 8), last_on=date(2026, 5, 5), actor=rita()
        )
    with pytest.raises(Invalid, match="is not in sales"):
        turn_rules.absence_add(person=maya(), actor=rita(), **days)
