"""What a column asks of the database, and the name under which the answer is kept.

The name is the hash of the question itself: the statement and its values. Whatever can change the answer
is in there, with custom attributes, kinds and personas resolved to what they mean; points are not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from definitions.criteria.catalogue import Field
from definitions.criteria.nodes import (
    ActivityTest,
    AttributeTest,
    Clause,
    Effect,
    Node,
    nodes_of,
)
from leads.scoring.compiler_behaviour import period
from leads.scoring.compiler_rules import DAY, RuleCompiler
from leads.scoring.sql import Sql, name, sql

# How far back the leads of a week are looked at, to tell how many a week would qualify.
WEEKS = 12


@dataclass(frozen=True)
class Question:
    """Asks for `lead_id`; where occurrences count, for rows of it with `age` in days and `number` of them."""

    statement: Sql
    has_occurrences: bool

    @property
    def key(self) -> str:
        """64 hexadecimal digits."""
        return hashlib.sha256(repr((self.statement.text, self.statement.params)).encode()).hexdigest()


def question_of(clause: Clause, rules: RuleCompiler) -> Question:
    """What has to be known of all leads, as of the instant of `rules`, to score one criterion."""
    if clause.effect.is_counted:
        return Question(_occurrences(clause, rules), True)
    return question_of_rule(clause.rule, rules)


def question_of_rule(rule: Node, rules: RuleCompiler) -> Question:
    if isinstance(rule, ActivityTest) and _comes_once(rule):
        # Each lead comes once already: to join all leads would take half a second a million.
        return Question(rules.activity_set(rule), False)
    met = rules.condition(rule)
    return Question(sql("SELECT f.lead_id FROM leads_leadfit f WHERE {}", met), False)


def _comes_once(test: ActivityTest) -> bool:
    """Whether the set of the leads that meet it holds each of them once."""
    return test.measure != "within_any_hours" and (test.measure, test.number) != ("at_least", 1)


def fields_of(clauses: Iterable[Clause]) -> dict[str, Field]:
    """The attributes whose values clauses ask for, by key; not those of which they ask if they are known."""
    return {
        node.field.key: node.field
        for clause in clauses
        for node in nodes_of(clause.rule)
        if isinstance(node, AttributeTest) and node.operator not in ("known", "unknown")
    }


def question_of_field(field: Field, rules: RuleCompiler) -> Question:
    """The leads of which an attribute is known."""
    return question_of_rule(AttributeTest(field, "known"), rules)


def question_of_capture(rules: RuleCompiler) -> Question:
    """The leads captured in the last twelve weeks; their `age` is in weeks, 0 for the one that ends now."""
    span = 7 * DAY
    age = sql("(({} - f.captured_at) / {})", rules.as_of, span)
    recent = sql("f.captured_at >= {} AND f.captured_at < {}", rules.as_of - WEEKS * span, rules.as_of)
    # The oldest instant lies exactly at the end of the last week.
    statement = sql(
        "SELECT f.lead_id, CASE WHEN {} < {} THEN {} ELSE {} END AS age, 1 AS number "
        "FROM leads_leadfit f WHERE {}",
        age,
        WEEKS,
        age,
        WEEKS - 1,
        recent,
    )
    return Question(statement, True)


def _occurrences(clause: Clause, rules: RuleCompiler) -> Sql:
    """The occurrences of all leads that meet the rule; what gives no points is there with 0 or full age."""
    test, effect = clause.rule, clause.effect
    assert isinstance(test, ActivityTest)
    activities = rules.activities(test)
    enough = sql(" HAVING COUNT(*) >= {}", test.number) if test.number > 1 else sql("")
    if effect.count == "once":
        # The newest one gives the points.
        age = _age(effect, rules, sql("MAX(a.occurred_at)"))
        return sql(
            "SELECT a.lead_id, {} AS age, 1 AS number {} GROUP BY a.lead_id{}", age, activities, enough
        )
    if effect.fade_days is not None:
        return _by_age(test, effect, rules)
    if effect.times is None:
        return sql(
            "SELECT a.lead_id, 0 AS age, COUNT(*) AS number {} GROUP BY a.lead_id{}", activities, enough
        )
    # Without fading it does not matter which ones of a period count.
    return sql(
        "SELECT p.lead_id, 0 AS age, SUM(CASE WHEN p.number > {} THEN {} ELSE p.number END) AS number "
        "FROM (SELECT a.lead_id, CAST(COUNT(*) AS integer) AS number {} GROUP BY {}) p "
        "GROUP BY p.lead_id HAVING SUM(p.number) >= {}",
        effect.times,
        effect.times,
        activities,
        period(effect),
        test.number,
    )


def _by_age(test: ActivityTest, effect: Effect, rules: RuleCompiler) -> Sql:
    """One row for each lead and age."""
    activities, number = rules.activities(test), sql("1")
    if effect.times is not None:
        # The newest of each period come first; equal instants are equally old, so their order is all one.
        activities = sql(
            "FROM (SELECT a.lead_id, a.occurred_at, ROW_NUMBER() OVER "
            "(PARTITION BY {} ORDER BY a.occurred_at DESC) AS place {}) a WHERE 1 = 1",
            period(effect),
            activities,
        )
        number = sql("CASE WHEN a.place <= {} THEN 1 ELSE 0 END", effect.times)
    enough = sql(" AND {}", rules.condition(test, "a")) if test.number > 1 else sql("")
    return sql(
        "SELECT d.lead_id, d.age, SUM(d.number) AS number FROM "
        "(SELECT a.lead_id, {} AS age, {} AS number {}{}) d GROUP BY d.lead_id, d.age",
        _age(effect, rules, name("a", "occurred_at")),
        number,
        activities,
        enough,
    )


def _age(effect: Effect, rules: RuleCompiler, occurred_at: Sql) -> Sql:
    """Whole days; from where on nothing is left, all are alike."""
    age, days = sql("(({} - {}) / {})", rules.as_of, occurred_at, DAY), effect.fade_days
    return sql("CASE WHEN {} < {} THEN {} ELSE {} END", age, days, age, days)
