"""Setting whose turn it is: rules in order, pools, how many a week, days away.

Every change holds the book of turns, so that no batch of offers is dealt by half of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from definitions.criteria.document import DocumentError, parse_rule
from definitions.criteria.nodes import AttributeTest, Grouping, nodes_of
from definitions.criteria.settled import check_storable
from definitions.selectors import catalogue
from definitions.services.drafts import StaleEdit
from leads.handoffs.turn_policies import may_manage_turns
from leads.models import Absence, Pool, PoolMember, TurnBook, TurnRule
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import Team, User

# Each rule that asks for facts costs a batch of offers one query.
MOST_RULES = 50
MOST_A_WEEK = 1_000
STALE = gettext_lazy("Somebody saved this while you were editing it. Nothing of either text is lost.")


def _hold_the_book(actor: User) -> None:
    may_manage_turns(actor).require()
    TurnBook.objects.select_for_update().get(pk=1)


# -- rules -----------------------------------------------------------------------------------------------


@transaction.atomic
def turn_rule_add(
    *, actor: User, name: str, kind: str, rule: dict[str, Any], pool: Pool | None, person: User | None
) -> TurnRule:
    """Add a rule behind the others. A rule of facts names a pool or one rep; no facts means every lead."""
    _hold_the_book(actor)
    if TurnRule.objects.count() >= MOST_RULES:
        raise Invalid(_("There are %(n)d rules already. Join some of them.") % {"n": MOST_RULES})
    values = _rule_values(name, kind, rule, pool, person)
    last = TurnRule.objects.aggregate(last=Max("position"))["last"] or 0
    made = TurnRule.objects.create(position=last + 1, **values)
    audit.record("turn_rule.added", subject=made, actor=actor, after=_told(made))
    return made


@transaction.atomic
def turn_rule_edit(
    *,
    turn_rule: TurnRule,
    edit_number: int,
    actor: User,
    name: str,
    kind: str,
    rule: dict[str, Any],
    pool: Pool | None,
    person: User | None,
) -> TurnRule:
    """Change a rule. `edit_number` is the one that the form was opened with; `StaleEdit` when it is older."""
    _hold_the_book(actor)
    values = _rule_values(name, kind, rule, pool, person)
    before = TurnRule.objects.select_related("pool", "person").filter(pk=turn_rule.pk).first()
    if before is None:
        raise Conflict(_("Somebody took this rule away meanwhile."))
    if before.edit_number != edit_number:
        raise StaleEdit(str(STALE), before)
    TurnRule.objects.filter(pk=before.pk).update(**values, edit_number=F("edit_number") + 1)
    after = TurnRule.objects.select_related("pool", "person").get(pk=before.pk)
    audit.record("turn_rule.edited", subject=after, actor=actor, before=_told(before), after=_told(after))
    return after


@transaction.atomic
def turn_rule_move(*, turn_rule: TurnRule, is_up: bool, seen_position: int, actor: User) -> None:
    """Ask this rule one place earlier or later. `seen_position` is where the person saw it."""
    _hold_the_book(actor)
    rows = list(TurnRule.objects.all())
    place = next((n for n, row in enumerate(rows) if row.pk == turn_rule.pk), None)
    if place is None or rows[place].position != seen_position:
        raise Conflict(_("Somebody changed the order meanwhile. Look again, then move it."))
    other = place - 1 if is_up else place + 1
    if not 0 <= other < len(rows):
        return
    before = [row.name for row in rows]
    rows[place], rows[other] = rows[other], rows[place]
    for position, row in enumerate(rows, start=1):
        row.position = position
    TurnRule.objects.bulk_update(rows, ["position"])
    audit.record(
        "turn_rule.moved",
        subject=turn_rule,
        actor=actor,
        before={"order": before},
        after={"order": [row.name for row in rows]},
    )


@transaction.atomic
def turn_rule_remove(*, turn_rule: TurnRule, actor: User) -> None:
    """Take a rule away. Offers that it made keep their words."""
    _hold_the_book(actor)
    found = TurnRule.objects.select_related("pool", "person").filter(pk=turn_rule.pk).first()
    if found is None:
        raise Conflict(_("Somebody took this rule away meanwhile."))
    audit.record("turn_rule.removed", subject=found, actor=actor, before=_told(found))
    found.delete()


def _rule_values(
    name: str, kind: str, rule: dict[str, Any], pool: Pool | None, person: User | None
) -> dict[str, Any]:
    name = " ".join(name.split())
    if not name:
        raise Invalid(_("Give the rule a name: the offers that it makes say it."), field="name")
    if kind == TurnRule.Kind.OWNER:
        return {"kind": kind, "name": name, "rule": {}, "pool": None, "person": None}
    if (pool is None) == (person is None):
        raise Invalid(_("Choose a pool or one rep."), field="goes_to")
    if person is not None:
        _check_rep(person, "goes_to")
    if rule:
        check_turn_rule(rule)
    return {"kind": kind, "name": name, "rule": rule, "pool": pool, "person": person}


def check_turn_rule(rule: Any) -> None:
    """Facts of the lead and its account alone: what a lead does next must not change whose it is."""
    try:
        check_storable(rule)
        node = parse_rule(rule, catalogue())
    except DocumentError as error:
        raise Invalid(" ".join(error.sentences), field="rule") from error
    if not all(isinstance(each, AttributeTest | Grouping) for each in nodes_of(node)):
        raise Invalid(_("Such a rule speaks of facts about the lead and its account only."), field="rule")


def _check_rep(person: User, field: str) -> None:
    if not person.is_active or person.team != Team.SALES:
        raise Invalid(_("%(name)s is not in sales.") % {"name": person}, field=field)


def _told(rule: TurnRule) -> dict[str, Any]:
    goes_to = str(rule.pool or rule.person or "")
    return {"name": rule.name, "kind": rule.kind, "rule": rule.rule, "goes_to": goes_to}


# -- pools -----------------------------------------------------------------------------------------------


@transaction.atomic
def pool_add(*, name: str, people: Iterable[User], actor: User) -> Pool:
    _hold_the_book(actor)
    name = _pool_name(name, None)
    pool = Pool.objects.create(name=name)
    members = _set_members(pool, people)
    audit.record("pool.added", subject=pool, actor=actor, after={"people": members})
    return pool


@transaction.atomic
def pool_edit(*, pool: Pool, edit_number: int, name: str, people: Iterable[User], actor: User) -> Pool:
    """Rename it, and say who takes turns. Who stays keeps their place and credits; who is new is next.

    `edit_number` is the one that the form was opened with; `StaleEdit` when it is older.
    """
    _hold_the_book(actor)
    current = Pool.objects.filter(pk=pool.pk).first()
    if current is None:
        raise Conflict(_("Somebody took this pool away meanwhile."))
    before = {"name": current.name, "people": _names(current)}
    if current.edit_number != edit_number:
        raise StaleEdit(str(STALE), current)
    current.name, current.edit_number = _pool_name(name, current), edit_number + 1
    current.save(update_fields=["name", "edit_number"])
    members = _set_members(current, people)
    after = {"name": current.name, "people": members}
    audit.record("pool.edited", subject=current, actor=actor, before=before, after=after)
    return current


@transaction.atomic
def pool_remove(*, pool: Pool, actor: User) -> None:
    """Take a pool away that no rule names."""
    _hold_the_book(actor)
    rule = TurnRule.objects.filter(pool=pool).first()
    if rule is not None:
        raise Conflict(_("The rule “%(rule)s” deals to this pool. Change it first.") % {"rule": rule})
    audit.record("pool.removed", subject=pool, actor=actor, before={"people": _names(pool)})
    Pool.objects.filter(pk=pool.pk).delete()


def _pool_name(name: str, pool: Pool | None) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid(_("Give the pool a name."), field="name")
    others = Pool.objects.exclude(pk=pool.pk) if pool else Pool.objects.all()
    if others.filter(name__iexact=name).exists():
        raise Invalid(_("There is a pool of this name already."), field="name")
    return name


def _set_members(pool: Pool, people: Iterable[User]) -> list[str]:
    chosen = {person.pk: person for person in people}
    if not chosen:
        raise Invalid(_("Choose at least one rep."), field="people")
    for person in chosen.values():
        _check_rep(person, "people")
    PoolMember.objects.filter(pool=pool).exclude(person__in=chosen).delete()
    there = set(PoolMember.objects.filter(pool=pool).values_list("person_id", flat=True))
    PoolMember.objects.bulk_create(
        PoolMember(pool=pool, person=person) for pk, person in chosen.items() if pk not in there
    )
    return _names(pool)


def _names(pool: Pool) -> list[str]:
    return [str(member.person) for member in pool.members.select_related("person")]


# -- how many a week, and days away ------------------------------------------------------------------------


@transaction.atomic
def capacity_set(*, person: User, weekly: int | None, actor: User) -> None:
    """How many offers a week a rep is dealt at most; None: no limit."""
    _hold_the_book(actor)
    _check_rep(person, "weekly")
    if weekly is not None and not 0 <= weekly <= MOST_A_WEEK:
        raise Invalid(_("From 0 to %(n)d a week.") % {"n": MOST_A_WEEK}, field="weekly")
    before = User.objects.select_for_update().get(pk=person.pk).weekly_capacity
    User.objects.filter(pk=person.pk).update(weekly_capacity=weekly)
    person.weekly_capacity = weekly
    audit.record(
        "person.changed",
        subject=person,
        actor=actor,
        before={"weekly_capacity": before},
        after={"weekly_capacity": weekly},
    )


@transaction.atomic
def absence_add(*, person: User, first_on: date, last_on: date, actor: User) -> Absence:
    """A rep is away from one day to another, both included. Everybody says so of themselves."""
    if actor.pk != person.pk:
        may_manage_turns(actor).require()
    _check_rep(person, "first_on")
    if last_on < first_on:
        raise Invalid(_("The last day comes before the first."), field="last_on")
    TurnBook.objects.select_for_update().get(pk=1)
    clash = Absence.objects.filter(person=person, first_on__lte=last_on, last_on__gte=first_on).first()
    if clash is not None:
        raise Invalid(
            _("%(name)s is away already from %(first)s to %(last)s.")
            % {"name": person, "first": clash.first_on, "last": clash.last_on},
            field="first_on",
        )
    made = Absence.objects.create(person=person, first_on=first_on, last_on=last_on)
    audit.record(
        "absence.added",
        subject=person,
        actor=actor,
        after={"first_on": first_on.isoformat(), "last_on": last_on.isoformat()},
    )
    return made


@transaction.atomic
def absence_remove(*, absence: Absence, actor: User) -> None:
    if actor.pk != absence.person_id:
        may_manage_turns(actor).require()
    TurnBook.objects.select_for_update().get(pk=1)
    if not Absence.objects.filter(pk=absence.pk).delete()[0]:
        raise Conflict(_("Somebody took these days away already."))
    audit.record(
        "absence.removed",
        subject=absence.person,
        actor=actor,
        before={"first_on": absence.first_on.isoformat(), "last_on": absence.last_on.isoformat()},
    )
