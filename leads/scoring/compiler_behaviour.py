"""What a definition asks of activities, answered in one pass over each kind of them.

A definition often asks the same kind several times (pricing pages of a month, pages of a quarter, seconds
on any page). One grouped pass with a FILTER for each question costs less than half of a set for each: the
activities are read once, and where the leads are a span, in the order of the index, so that nothing is
hashed or sorted. Its rows join the fit row of their lead: a join can be as large as it likes, while a set in
an expression is hashed only where the planner believes that it fits into memory, and takes hours elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from definitions.criteria.nodes import (
    ActivityTest,
    Clause,
    Document,
    Effect,
    Grouping,
    Node,
    PersonaTest,
    SilenceTest,
)
from leads.scoring.compiler_rules import DAY, RuleCompiler, days_back, measured
from leads.scoring.sql import Sql, joined, name, sql

Test = ActivityTest | SilenceTest

# More than any instant in microseconds: keeps a division from rounding towards 1970 from both sides.
_BEYOND = 10**17


@dataclass
class _Pass:
    """The questions to one kind of activities: each a condition, and by its clause the points it gives."""

    kind: str
    tests: list[Test] = field(default_factory=list)
    points: dict[int, Clause] = field(default_factory=dict)


class Behaviour:
    """The joins that a statement over `leads_leadfit f` needs, and what they answer.

    `rules` compiles a rule with the answers at hand; `points` gives, by the number of a clause whose
    occurrences count or fade, whether it is met and its points.
    """

    def __init__(self, document: Document, rules: RuleCompiler) -> None:
        self.joins: list[Sql] = []
        self.points: dict[int, tuple[Sql, Sql]] = {}
        self._answers: dict[Node, Sql] = {}
        for number, one in enumerate(self._passes(document, rules)):
            self._join(f"b{number}", _pass(one, rules))
            self._answer(f"b{number}", one, rules)
        self.rules = replace(rules, answered=self._answers)

    def _passes(self, document: Document, rules: RuleCompiler) -> list[_Pass]:
        passes: dict[tuple[str, ...], _Pass] = {}
        for number, clause in enumerate(document.criteria):
            if clause.effect.times is not None and clause.effect.is_counted:
                self._join_limited(number, clause, rules)
                continue
            for test in _tests(clause.rule):
                if isinstance(test, ActivityTest) and test.measure == "within_any_hours":
                    self._join_spans(test, rules)
                    continue
                found = passes.setdefault(_company(test), _Pass(test.kind))
                if test not in found.tests:
                    found.tests.append(test)
                if clause.effect.is_counted:
                    found.points[number] = clause
        return list(passes.values())

    def _answer(self, alias: str, one: _Pass, rules: RuleCompiler) -> None:
        answers = self._answers
        for place, test in enumerate(one.tests):
            is_met = sql("COALESCE({}, FALSE)", name(alias, f"m{place}"))
            answers[test] = rules.silence(test, "f", is_met) if isinstance(test, SilenceTest) else is_met
        for number, clause in one.points.items():
            is_met = answers[clause.rule]
            points = sql("CASE WHEN {} THEN {} ELSE 0 END", is_met, name(alias, f"p{number}"))
            self.points[number] = (is_met, points)

    def _join_limited(self, number: int, clause: Clause, rules: RuleCompiler) -> None:
        """A clause of which only so many occurrences count in a period ranks them in a pass of its own."""
        alias = f"n{number}"
        self._join(alias, _limited_points(clause, rules))
        self.points[number] = (
            sql("{} IS NOT NULL", name(alias, "lead_id")),
            sql("COALESCE({}, 0)", name(alias, "points")),
        )

    def _join_spans(self, test: ActivityTest, rules: RuleCompiler) -> None:
        """A span of hours looks at neighbours, so it has a pass of its own."""
        if test not in self._answers:
            alias = f"s{len(self._answers)}"
            self._join(alias, sql("SELECT DISTINCT s.lead_id FROM ({}) s", rules.activity_set(test)))
            self._answers[test] = sql("({} IS NOT NULL)", name(alias, "lead_id"))

    def _join(self, alias: str, table: Sql) -> None:
        condition = sql("{} = f.lead_id", name(alias, "lead_id"))
        self.joins.append(sql(" LEFT JOIN ({}) {} ON {}", table, name(alias), condition))


def _tests(node: Node) -> Iterator[Test]:
    """The questions about what the lead itself did."""
    if isinstance(node, Grouping):
        for member in node.members:
            yield from _tests(member)
    elif isinstance(node, PersonaTest):
        yield from _tests(node.rule)
    elif isinstance(node, ActivityTest | SilenceTest):
        yield node


def _company(test: Test) -> tuple[str, ...]:
    """Questions with the same answer here share a pass.

    What the index does not hold (campaign, channel, properties) is looked up row by row: such a question
    goes alone, with only the rows it asks about.
    """
    where = test.where if isinstance(test, ActivityTest) else ()
    if all(narrowing.on == "subject" for narrowing in where):
        return (test.kind,)
    return (test.kind, repr(test))


def _pass(one: _Pass, rules: RuleCompiler) -> Sql:
    """Rows of lead id, whether each question is met (m…), and the points of clauses (p…)."""
    conditions, filters = rules.of_kind(one.kind), {}
    if len(one.tests) == 1:
        conditions += rules.narrowed(one.tests[0])
        filters[one.tests[0]] = sql("")
    else:
        days = [days_back(test) for test in one.tests]
        if None not in days:
            conditions.append(rules.since(max(filter(None, days))))
        filters = {test: _filter(rules.narrowed(test)) for test in one.tests}
    columns = [
        sql("{}{} >= {} AS {}", measured(test), filters[test], _number(test), name(f"m{place}"))
        for place, test in enumerate(one.tests)
    ]
    for number, clause in one.points.items():
        points = _occurrence_points(clause, rules, filters[clause.rule])  # type: ignore[index]
        columns.append(sql("{} AS {}", points, name(f"p{number}")))
    return sql(
        "SELECT a.lead_id, {} FROM leads_activity a WHERE {} GROUP BY a.lead_id",
        joined(", ", columns),
        joined(" AND ", conditions),
    )


def _filter(conditions: list[Sql]) -> Sql:
    return sql(" FILTER (WHERE {})", joined(" AND ", conditions)) if conditions else sql("")


def _number(test: Test) -> int:
    return test.number if isinstance(test, ActivityTest) else 1


# -- points of occurrences ---------------------------------------------------------------------------------


def _occurrence_points(clause: Clause, rules: RuleCompiler, filtered: Sql) -> Sql:
    """The points of a clause whose every occurrence counts, or whose newest one fades."""
    if clause.effect.count == "once":
        return _faded(clause, rules.as_of, sql("MAX(a.occurred_at){}", filtered))
    points = _faded(clause, rules.as_of, sql("a.occurred_at"))
    return sql("CAST(SUM({}){} AS bigint)", points, filtered)


def _limited_points(clause: Clause, rules: RuleCompiler) -> Sql:
    """Rows of lead id and points, for the leads that meet a clause with a limit to a period."""
    test, effect = clause.rule, clause.effect
    assert isinstance(test, ActivityTest)
    # The newest of each period come first; equal instants are equally old, so their order is all one.
    numbered = sql(
        "SELECT a.lead_id, a.occurred_at, ROW_NUMBER() OVER (PARTITION BY {} ORDER BY a.occurred_at DESC) "
        "AS place {}",
        period(effect),
        rules.activities(test),
    )
    return sql(
        "SELECT n.lead_id, CAST(SUM(CASE WHEN n.place <= {} THEN {} ELSE 0 END) AS bigint) AS points "
        "FROM ({}) n GROUP BY n.lead_id HAVING COUNT(*) >= {}",
        effect.times,
        _faded(clause, rules.as_of, sql("n.occurred_at")),
        numbered,
        test.number,
    )


def period(effect: Effect) -> Sql:
    """Each lead's occurrences of one period, for GROUP or PARTITION BY. Periods begin at 1970-01-01."""
    if effect.per_days is None:
        return name("a", "lead_id")
    span = effect.per_days * DAY
    shift = (_BEYOND // span + 1) * span
    return sql("a.lead_id, (a.occurred_at + {}) / {}", shift, span)


def _faded(clause: Clause, as_of: int, occurred_at: Sql) -> Sql:
    """The points of one occurrence: points * (D - d) / D of whole age d days, towards zero; 0 from D on.

    Both databases cut the quotient of whole numbers towards zero.
    """
    effect = clause.effect
    if effect.fade_days is None:
        return sql("{}", effect.points)
    age = sql("(({} - {}) / {})", as_of, occurred_at, DAY)
    days = effect.fade_days
    return sql(
        "CASE WHEN {} < {} THEN {} * ({} - {}) / {} ELSE 0 END", age, days, effect.points, days, age, days
    )
