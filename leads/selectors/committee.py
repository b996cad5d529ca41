"""The buying committee of an account: which kinds of buyers are among its people, and which are missing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from definitions import selectors as definitions
from definitions.criteria.catalogue import Catalogue
from definitions.criteria.document import DocumentError, parse_rule
from definitions.criteria.nodes import Node
from definitions.models import Persona
from leads.models import Account, Lead
from leads.scoring.compiler_rules import RuleCompiler
from leads.scoring.scope import Scope
from leads.scoring.sql import joined, sql
from portal.common.fields import to_microseconds

NAMED = 3


@dataclass(frozen=True)
class Seat:
    """One persona in use: how many people of the account fit it, and the first few, by id.

    `is_readable` is false where the persona's rule can no longer be read, so that nobody can say.
    """

    persona: Persona
    count: int
    people: list[Lead]
    lead_ids: frozenset[int]
    is_readable: bool = True

    @property
    def is_covered(self) -> bool:
        return self.count > 0


@dataclass(frozen=True)
class Committee:
    """The seats of an account, by the names of the personas."""

    seats: list[Seat]

    @property
    def covered(self) -> list[Seat]:
        return [seat for seat in self.seats if seat.is_covered]

    @property
    def missing(self) -> list[Seat]:
        return [seat for seat in self.seats if seat.is_readable and not seat.is_covered]

    def fitted_by(self, lead: Lead) -> list[Persona]:
        """The personas that this lead fits."""
        return [seat.persona for seat in self.seats if lead.pk in seat.lead_ids]


def committee_of(account: Account) -> Committee:
    """Who sits in it, by what is known of its people now. As many queries for ten personas as for one."""
    personas, known = list(definitions.personas()), definitions.catalogue()
    rules = {persona.pk: _rule_of(persona, known) for persona in personas}
    readable = [(key, rule) for key, rule in rules.items() if rule is not None]
    fitting = _fitting(readable, known, account.pk)
    named = Lead.objects.in_bulk({lead_id for ids in fitting.values() for lead_id in sorted(ids)[:NAMED]})
    return Committee(
        [
            Seat(
                persona,
                len(fitting[persona.pk]),
                [named[lead_id] for lead_id in sorted(fitting[persona.pk])[:NAMED]],
                frozenset(fitting[persona.pk]),
                is_readable=rules[persona.pk] is not None,
            )
            for persona in personas
        ]
    )


def _rule_of(persona: Persona, known: Catalogue) -> Node | None:
    try:
        return parse_rule(persona.rule, known)
    except DocumentError:
        return None


def _fitting(rules: list[tuple[int, Node]], known: Catalogue, account_id: int) -> dict[int, set[int]]:
    """For each persona by its key the people of the account that fit its rule. One statement."""
    found: dict[int, set[int]] = defaultdict(set)
    if not rules:
        return found
    # Personas speak of facts alone, so the instant and the scope change nothing.
    compiler = RuleCompiler(known, connection.vendor, to_microseconds(timezone.now()), Scope.all())
    columns = (sql("CASE WHEN {} THEN 1 ELSE 0 END", compiler.condition(rule)) for _key, rule in rules)
    statement = sql(
        "SELECT f.lead_id, {} FROM leads_leadfit f WHERE f.account_id = {}",
        joined(", ", columns),
        account_id,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.params)
        for lead_id, *fits in cursor.fetchall():
            for (key, _rule), is_fit in zip(rules, fits, strict=True):
                if is_fit:
                    found[key].add(lead_id)
    return found
