"""The whole definition as one statement: criteria, caps, halves, outcome and grade, layer upon layer.

hits      per lead: is each criterion met, and the points of those that count or fade
halves    the points of each half, groups capped
totals    the halves, capped
outcomes  points, halves and qualification
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from definitions.criteria.catalogue import Catalogue
from definitions.criteria.nodes import Clause, Document
from leads.models import Qualification
from leads.scoring.compiler_behaviour import Behaviour
from leads.scoring.compiler_rules import RuleCompiler
from leads.scoring.scope import Scope
from leads.scoring.sql import Sql, joined, name, sql, with_tables
from portal.common.fields import to_microseconds

Tables = list[tuple[str, Sql]]

_IS_QUALIFIED = sql(
    "o.qualification IN ({}, {})",
    Sql(str(Qualification.ALONE.value)),
    Sql(str(Qualification.QUALIFIED.value)),
)


@dataclass(frozen=True)
class Compiled:
    """A definition ready to be asked. Each method gives a statement that `compiler` runs."""

    document: Document
    catalogue: Catalogue
    vendor: str

    def scores(self, scope: Scope, as_of: datetime) -> Sql:
        """Rows of lead id, points, fit, behaviour, grade, qualification, is qualified; by lead id."""
        return sql("{} ORDER BY o.lead_id", self._judged(scope, as_of, self._selected_scores()))

    def writing(self, version_id: int, scope: Scope, as_of: datetime, *, has_rows: bool) -> Sql:
        """INSERT of the scores of a version; where it `has_rows` in scope, those that say the same stay.

        For leads named one by one, whose facts have changed, `as_of` alone is a difference: a score
        can be repeated from its instant and the facts as they now are.
        """
        columns = ["points", "fit", "behaviour", "grade", "qualification", "is_qualified"]
        scores = self._selected_scores()
        if has_rows:
            differs = columns[:-1] + ([] if scope.lead_ids is None else ["as_of"])
            scores = self._changed(scores, version_id, scope, as_of, differs)
        insert = sql(
            "INSERT INTO leads_score (version_id, lead_id, {}, as_of) SELECT {}, s.*, {} FROM ({}) s "
            "ORDER BY s.lead_id",
            joined(", ", map(name, columns)),
            version_id,
            to_microseconds(as_of),
            # The common tables stand inside: Python's sqlite3 counts rows of what begins with INSERT only.
            self._judged(scope, as_of, scores),
        )
        if not has_rows:
            return insert
        return sql(
            "{} ON CONFLICT (version_id, lead_id) DO UPDATE SET {}",
            insert,
            joined(", ", (sql("{} = {}", name(one), name("excluded", one)) for one in (*columns, "as_of"))),
        )

    def _changed(
        self, scores: Sql, version_id: int, scope: Scope, as_of: datetime, differs: list[str]
    ) -> Sql:
        """Those of the scores that are new or say something else than the row that is there.

        Rows that stay are kept from the INSERT: it would lock each of them, which is a write. The rows
        that are there are looked for among the leads in scope, where planners would read all.
        """
        now = to_microseconds(as_of)
        return sql(
            "SELECT c.* FROM ({}) c LEFT JOIN leads_score e ON e.version_id = {} AND e.lead_id = c.lead_id "
            "AND {} WHERE e.lead_id IS NULL OR {}",
            scores,
            version_id,
            scope.holds("e"),
            joined(
                " OR ",
                (
                    sql("{} <> {}", name("e", column), now if column == "as_of" else name("c", column))
                    for column in differs
                ),
            ),
        )

    def qualified(self, scope: Scope, as_of: datetime) -> Sql:
        """Rows of one lead id, ascending."""
        statement = sql("SELECT o.lead_id FROM outcomes o WHERE {} ORDER BY o.lead_id", _IS_QUALIFIED)
        return self._judged(scope, as_of, statement)

    def reaching(self, scope: Scope, as_of: datetime, points: int) -> Sql:
        """Rows of lead id and points of all who would qualify if that were the threshold; NULL points
        where one clause qualifies alone."""
        statement = sql(
            "SELECT o.lead_id, CASE WHEN o.qualification <> {} THEN o.points END FROM outcomes o "
            "WHERE o.qualification = {} OR (o.qualification IN ({}, {}) AND o.points >= {})",
            Qualification.ALONE.value,
            Qualification.ALONE.value,
            Qualification.BELOW_THRESHOLD.value,
            Qualification.QUALIFIED.value,
            points,
        )
        return self._judged(scope, as_of, statement)

    def columns(self, scope: Scope, as_of: datetime) -> Sql:
        """Rows of the lead's id, then of each criterion in turn whether it is met and its points."""
        columns = [sql("h.lead_id")]
        for number, clause in enumerate(self.document.criteria):
            columns += [name("h", f"is_met_{number}"), _points(number, clause)]
        statement = sql("SELECT {} FROM hits h ORDER BY h.lead_id", joined(", ", columns))
        return with_tables(self._hit_tables(scope, as_of), statement)

    # -- the layers ----------------------------------------------------------------------------------------

    def _judged(self, scope: Scope, as_of: datetime, statement: Sql) -> Sql:
        """The statement behind all layers."""
        layers = {"halves": self._halves(), "totals": self._totals(), "outcomes": self._outcomes()}
        # SQLite folds what it does not keep.
        streamed = layers if self.vendor == "postgresql" else ()
        tables = [*self._hit_tables(scope, as_of), *layers.items()]
        return with_tables(tables, statement, streamed=streamed)

    def _hit_tables(self, scope: Scope, as_of: datetime) -> Tables:
        rules = RuleCompiler(self.catalogue, self.vendor, to_microseconds(as_of), scope)
        return [*scope.tables(needs_mates=self.document.reads_account_mates), ("hits", self._hits(rules))]

    def _hits(self, rules: RuleCompiler) -> Sql:
        behaviour = Behaviour(self.document, rules)
        columns = [sql("f.lead_id")]
        for number, clause in enumerate(self.document.criteria):
            met = name(f"is_met_{number}")
            if clause.effect.is_counted:
                is_met, points = behaviour.points[number]
                columns.append(sql("{} AS {}", is_met, met))
                columns.append(sql("{} AS {}", points, name(f"points_{number}")))
            else:
                columns.append(sql("{} AS {}", behaviour.rules.condition(clause.rule), met))
        return sql(
            "SELECT {} FROM leads_leadfit f{} WHERE {}",
            joined(", ", columns),
            joined("", behaviour.joins),
            rules.scope.holds("f"),
        )

    def _halves(self) -> Sql:
        document = self.document
        capped = {group.key for group, _ in document.capped_groups()}
        terms: dict[str, list[Sql]] = {"fit": [], "behaviour": []}
        for group, members in document.capped_groups():
            total = _sum(_points(_place(document, clause), clause) for clause in members)
            terms[members[0].half].append(_capped(total, group.cap))
        for number, clause in enumerate(document.criteria):
            if clause.effect.is_points and clause.group not in capped:
                terms[clause.half].append(_points(number, clause))
        return sql(
            "SELECT h.lead_id, {} AS fit, {} AS behaviour, {} AS is_disqualified, {} AS is_alone, "
            "{} AS has_required FROM hits h",
            _sum(terms["fit"]),
            _sum(terms["behaviour"]),
            self._any("disqualifies"),
            self._any("alone"),
            self._all("required"),
        )

    def _totals(self) -> Sql:
        halves = (_capped(name("h", half), self.document.caps[half]) for half in ("fit", "behaviour"))
        return sql(
            "SELECT h.lead_id, {} AS fit, {} AS behaviour, h.is_disqualified, h.is_alone, h.has_required "
            "FROM halves h",
            *halves,
        )

    def _outcomes(self) -> Sql:
        below = [
            sql("{} < {}", name("t", half), minimum)
            for half, minimum in self.document.minimums.items()
            if minimum is not None
        ]
        return sql(
            "SELECT t.lead_id, t.fit + t.behaviour AS points, t.fit, t.behaviour, CASE "
            "WHEN t.is_disqualified THEN {} WHEN t.is_alone THEN {} WHEN NOT t.has_required THEN {} {} "
            "WHEN t.fit + t.behaviour < {} THEN {} ELSE {} END AS qualification FROM totals t",
            Qualification.DISQUALIFIED.value,
            Qualification.ALONE.value,
            Qualification.REQUIRED_MISSING.value,
            sql("WHEN {} THEN {}", joined(" OR ", below), Qualification.BELOW_MINIMUM.value)
            if below
            else sql(""),
            self.document.threshold,
            Qualification.BELOW_THRESHOLD.value,
            Qualification.QUALIFIED.value,
        )

    def _selected_scores(self) -> Sql:
        return sql(
            "SELECT o.lead_id, o.points, o.fit, o.behaviour, {} AS grade, o.qualification, "
            "{} AS is_qualified FROM outcomes o",
            self._grade(),
            _IS_QUALIFIED,
        )

    def _grade(self) -> Sql:
        bounds = list(enumerate(self.document.grades, start=2))
        steps = joined(
            " ", (sql("WHEN o.points >= {} THEN {}", low, grade) for grade, low in reversed(bounds))
        )
        return sql(
            "CASE WHEN o.qualification = {} THEN 1 {} ELSE 1 END", Qualification.DISQUALIFIED.value, steps
        )

    def _flags(self, kind: str) -> list[Sql]:
        return [
            name("h", f"is_met_{number}")
            for number, clause in enumerate(self.document.criteria)
            if clause.effect.kind == kind
        ]

    def _any(self, kind: str) -> Sql:
        flags = self._flags(kind)
        return sql("({})", joined(" OR ", flags)) if flags else sql("FALSE")

    def _all(self, kind: str) -> Sql:
        flags = self._flags(kind)
        return sql("({})", joined(" AND ", flags)) if flags else sql("TRUE")


def _place(document: Document, clause: Clause) -> int:
    return document.criteria.index(clause)


def _points(number: int, clause: Clause) -> Sql:
    """The points of a criterion, from the columns of its hit."""
    if not clause.effect.is_points:
        return sql("0")
    if clause.effect.is_counted:
        return name("h", f"points_{number}")
    return sql("CASE WHEN {} THEN {} ELSE 0 END", name("h", f"is_met_{number}"), clause.effect.points)


def _sum(terms: Iterable[Sql]) -> Sql:
    terms = list(terms)
    return sql("({})", joined(" + ", terms)) if terms else sql("0")


def _capped(total: Sql, cap: int | None) -> Sql:
    return total if cap is None else sql("CASE WHEN {} > {} THEN {} ELSE {} END", total, cap, cap, total)
