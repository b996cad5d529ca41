"""From a rule to a condition in SQL on one row of the fit table.

Every condition is true or false, never NULL, so that `none of` means what it says. A behaviour
condition asks whether the lead is in a set that is made once per statement (`IN (SELECT …)`): of the
forms measured it grows best with the number of leads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from definitions.criteria.catalogue import Catalogue, Field
from definitions.criteria.nodes import (
    ANY_KIND,
    ActivityTest,
    AttributeTest,
    Grouping,
    Narrowing,
    Node,
    PeopleTest,
    PersonaTest,
    RolesTest,
    SilenceTest,
)
from leads.scoring.scope import Scope
from leads.scoring.sql import Sql, joined, name, sql
from portal.common.fields import to_microseconds

HOUR = 3_600_000_000  # microseconds
DAY = 24 * HOUR


@dataclass(frozen=True)
class RuleCompiler:
    """Compiles the rules of one statement: `as_of` in microseconds, leads of `scope`.

    `answered` holds conditions on the row `f` that the statement has at hand already, by their node.
    """

    catalogue: Catalogue
    vendor: str
    as_of: int
    scope: Scope
    answered: Mapping[Node, Sql] = field(default_factory=dict)

    def condition(self, node: Node, alias: str = "f") -> Sql:
        """The rule as a condition on the fit row called `alias`."""
        return self._condition(node, alias, self._holds)

    def _holds(self, alias: str) -> Sql:
        """The condition that an activity is one of a lead in scope."""
        return self.scope.holds_one_by_one(alias) if self.vendor == "sqlite" else self.scope.holds(alias)

    def activities(self, test: ActivityTest | SilenceTest, holds: Callable[[str], Sql] | None = None) -> Sql:
        """The part after SELECT of the activities (as `a`) that a condition counts."""
        conditions = [*self.of_kind(test.kind, holds), *self.narrowed(test)]
        return sql("FROM leads_activity a WHERE {}", joined(" AND ", conditions))

    def of_kind(self, kind: str, holds: Callable[[str], Sql] | None = None) -> list[Sql]:
        """What is true of every activity `a` of a kind that a lead in scope has done so far."""
        conditions = [self._kind(kind), sql("a.occurred_at < {}", self.as_of)]
        if holds is not None or not self.scope.is_all:
            conditions.append((holds or self._holds)("a"))
        return conditions

    def narrowed(self, test: ActivityTest | SilenceTest) -> list[Sql]:
        """What else must be true of an activity to be counted: its window, and what it was about."""
        conditions = []
        days = days_back(test)
        if days is not None:
            conditions.append(self.since(days))
        if isinstance(test, ActivityTest):
            conditions.extend(self._narrowing(narrowing) for narrowing in test.where)
        return conditions

    def since(self, days: int) -> Sql:
        return sql("a.occurred_at >= {}", self.as_of - days * DAY)

    # -- the tree ------------------------------------------------------------------------------------------

    def _condition(self, node: Node, alias: str, holds: Callable[[str], Sql]) -> Sql:
        if alias == "f" and node in self.answered:
            return self.answered[node]
        if isinstance(node, Grouping):
            members = (self._condition(member, alias, holds) for member in node.members)
            if node.op == "all":
                return sql("({})", joined(" AND ", members))
            either = sql("({})", joined(" OR ", members))
            return either if node.op == "any" else sql("(NOT {})", either)
        if isinstance(node, AttributeTest):
            return self._attribute(node, alias)
        if isinstance(node, PersonaTest):
            return self._condition(node.rule, alias, holds)
        if isinstance(node, ActivityTest):
            return sql("({} IN ({}))", name(alias, "lead_id"), self.activity_set(node, holds))
        if isinstance(node, SilenceTest):
            # Looked up lead by lead: the first activity found answers it, and no set of them all is made.
            about = self.activities(node, lambda _: sql("a.lead_id = {}", name(alias, "lead_id")))
            return self.silence(node, alias, sql("EXISTS (SELECT 1 {})", about))
        return self._account(node, alias)

    def silence(self, test: SilenceTest, alias: str, is_broken: Sql) -> Sql:
        """Silent: known since before the window, and nothing done in it."""
        return sql(
            "({} < {} AND NOT {})", name(alias, "captured_at"), self.as_of - test.days * DAY, is_broken
        )

    # -- attributes ----------------------------------------------------------------------------------------

    def _attribute(self, test: AttributeTest, alias: str) -> Sql:
        field = test.field
        if not field.column:
            return self._custom_attribute(test, alias)
        column = name(alias, field.column)
        if test.operator == "known":
            return sql("({} IS NOT NULL)", column)
        if test.operator == "unknown":
            return sql("({} IS NULL)", column)
        if test.operator == "yes":
            return sql("({} IS TRUE)", column)
        if test.operator == "no":
            return sql("({} IS FALSE)", column)
        if test.operator == "contains_word":
            column = name(alias, field.words_column)
        compared = _instants(test, column) if field.value_type == "date" else _compared(test, column)
        return sql("({} IS NOT NULL AND {})", column, compared)

    def _custom_attribute(self, test: AttributeTest, alias: str) -> Sql:
        """Values of custom attributes are rows; unknown is no row, or one whose value is empty."""
        field = test.field
        column = name("v", _VALUE_COLUMNS[field.value_type])
        if test.operator in ("known", "unknown"):
            condition = sql("{} IS NOT NULL", column)
        elif test.operator in ("yes", "no"):
            condition = sql("{} = {}", column, 1 if test.operator == "yes" else 0)
        elif test.operator == "contains_word":
            condition = _compared(test, sql("v.text_words"))
        elif field.value_type == "date":
            condition = _days(test, column)
        else:
            condition = _compared(test, column)
        is_in = sql("{} IN ({})", name(alias, _HOLDER_COLUMNS[field.holder]), self._values(field, condition))
        if field.holder == "account":
            is_in = sql("{} IS NOT NULL AND {}", name(alias, "account_id"), is_in)
        return sql("(NOT ({}))" if test.operator == "unknown" else "({})", is_in)

    def _values(self, field: Field, condition: Sql) -> Sql:
        if field.holder == "account":
            return sql(
                "SELECT v.account_id FROM leads_accountvalue v WHERE v.attribute_id = {} AND {}",
                field.attribute_id,
                condition,
            )
        return sql(
            "SELECT v.lead_id FROM leads_leadvalue v WHERE v.attribute_id = {} AND {}",
            field.attribute_id,
            condition,
        )

    # -- activities ----------------------------------------------------------------------------------------

    def activity_set(self, test: ActivityTest, holds: Callable[[str], Sql] | None = None) -> Sql:
        """The ids of the leads that meet it."""
        activities = self.activities(test, holds)
        if test.measure == "within_any_hours":
            # The N-th activity back from each: N of them fit into the span between the two.
            return sql(
                "SELECT w.lead_id FROM (SELECT a.lead_id, a.occurred_at - LAG(a.occurred_at, {}) OVER "
                "(PARTITION BY a.lead_id ORDER BY a.occurred_at) AS span {}) w WHERE w.span < {}",
                test.number - 1,
                activities,
                test.hours * HOUR,
            )
        if test.measure == "at_least" and test.number == 1:
            return sql("SELECT a.lead_id {}", activities)
        return sql(
            "SELECT a.lead_id {} GROUP BY a.lead_id HAVING {} >= {}", activities, measured(test), test.number
        )

    def _kind(self, kind: str) -> Sql:
        ids = self.catalogue.kind_ids
        if kind != ANY_KIND:
            return sql("a.kind_id = {}", ids[kind])
        return sql("a.kind_id IN ({})", [ids[k.key] for k in self.catalogue.kinds.values() if k.is_by_lead])

    def _narrowing(self, narrowing: Narrowing) -> Sql:
        if narrowing.on == "property":
            if self.vendor == "sqlite":
                value = sql("JSON_EXTRACT(a.properties, {})", f'$."{narrowing.property}"')
            else:
                value = sql("(a.properties ->> {})", narrowing.property)
            return sql("{} IN ({})", value, list(narrowing.values))
        column = name("a", f"{narrowing.on}_id")
        if narrowing.operator == "one_of":
            terms = sql("t.key IN ({})", list(narrowing.values))
        else:
            terms = joined(" OR ", (sql("t.words LIKE {}", f"%{words}%") for words in narrowing.values))
        return sql("{} IN (SELECT t.id FROM leads_term t WHERE {})", column, terms)

    # -- accounts ------------------------------------------------------------------------------------------

    def _account(self, test: PeopleTest | RolesTest, alias: str) -> Sql:
        if isinstance(test, PeopleTest):
            meeting = self._condition(test.meet, "p", self.scope.holds_mate)
            counted = sql("COUNT(*)")
        else:
            meeting = sql("p.role_key IN ({})", list(test.roles))
            counted = sql("COUNT(DISTINCT p.role_key)")
        column = name(alias, "account_id")
        return sql(
            "({} IS NOT NULL AND {} IN (SELECT p.account_id FROM leads_leadfit p "
            "WHERE p.account_id IS NOT NULL AND {} AND {} GROUP BY p.account_id HAVING {} >= {}))",
            column,
            column,
            self.scope.holds_mate("p"),
            meeting,
            counted,
            test.number,
        )


def days_back(test: ActivityTest | SilenceTest) -> int | None:
    """How far a condition looks back; None is ever."""
    return test.days if isinstance(test, SilenceTest) else test.within_days


def measured(test: ActivityTest | SilenceTest) -> Sql:
    """What a condition counts, over the activities `a` of one lead."""
    measure = "at_least" if isinstance(test, SilenceTest) else test.measure
    return {
        "at_least": sql("COUNT(*)"),
        "within_any_hours": sql("COUNT(*)"),
        "total_seconds": sql("SUM(a.seconds)"),
        "different_subjects": sql("COUNT(DISTINCT a.subject_id)"),
    }[measure]


_VALUE_COLUMNS = {
    "text": "text_key",
    "choice": "text_key",
    "number": "number",
    "yes_no": "number",
    "date": "day",
}
_HOLDER_COLUMNS = {"lead": "lead_id", "account": "account_id"}


def _compared(test: AttributeTest, column: Sql) -> Sql:
    values = list(test.values)
    if test.operator == "one_of":
        return sql("{} IN ({})", column, values)
    if test.operator == "none_of":
        return sql("{} NOT IN ({})", column, values)
    if test.operator == "at_least":
        return sql("{} >= {}", column, values[0])
    if test.operator == "at_most":
        return sql("{} <= {}", column, values[0])
    if test.operator == "between":
        return sql("{} BETWEEN {} AND {}", column, *values)
    # Words hold letters, digits and spaces only: nothing in them is special to LIKE.
    return sql("({})", joined(" OR ", (sql("{} LIKE {}", column, f"%{words}%") for words in values)))


def _days(test: AttributeTest, column: Sql) -> Sql:
    """A column of days."""
    values = [str(value) for value in test.values]
    if test.operator == "before":
        return sql("{} < {}", column, values[0])
    if test.operator == "after":
        return sql("{} > {}", column, values[0])
    return sql("{} BETWEEN {} AND {}", column, *values)


def _instants(test: AttributeTest, column: Sql) -> Sql:
    """A column of instants, compared by its day in UTC."""
    first, last = _start(test.values[0]), _start(test.values[-1]) + DAY
    if test.operator == "before":
        return sql("{} < {}", column, first)
    if test.operator == "after":
        return sql("{} >= {}", column, last)
    return sql("({} >= {} AND {} < {})", column, first, column, last)


def _start(day: object) -> int:
    assert isinstance(day, date)

    return to_microseconds(datetime.combine(day, time(), UTC))
