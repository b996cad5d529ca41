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
from definitions.criteria.nodes import ActivityTest, Clause, Document
from leads.models import Qualification
from leads.scoring.compiler_rules import DAY, RuleCompiler
from leads.scoring.scope import Scope
from leads.scoring.sql import Sql, joined, name, sql, with_tables
from portal.common.fields import to_microseconds

Tables = list[tuple[str, Sql]]

_IS_QUALIFIED = sql(
    "o.qualification IN ({}, {})",
    Sql(str(Qualification.ALONE.value)),
    Sql(str(Qualification.QUALIFIED.value)),
)
# More than any instant in microseconds: keeps a division from rounding towards 1970 from both sides.
_BEYOND = 10**17


@dataclass(frozen=True)
class Compiled:
    """A definition ready to be asked. Each method gives a statement that `compiler` runs."""

    document: Document
    catalogue: Catalogue
    vendor: str

    def scores(self, scope: Scope, as_of: datetime) -> Sql:
        """Rows of lead id, points, fit, behaviour, grade, qualification, is qualified; by lead id.

        In that order two workers that write the same leads cannot lock each other out.
        """
        return with_tables(self._tables(scope, as_of), self._selected_scores())

    def writing(self, version_id: int, scope: Scope, as_of: datetime) -> Sql:
        """INSERT … ON CONFLICT DO UPDATE into the scores of a version; rows that say the same stay.

        For leads named one by one, whose facts have changed, `as_of` alone is a difference: a score
        can be repeated from its instant and the facts as they now are.
        """
        differs = ["points", "fit", "behaviour", "grade", "qualification"]
        if scope.lead_ids is not None:
            differs.append("as_of")
        # The common tables stand inside: Python's sqlite3 counts rows of what begins with INSERT only.
        return sql(
            "INSERT INTO leads_score (version_id, lead_id, points, fit, behaviour, grade, qualification, "
            "is_qualified, as_of) SELECT {}, s.*, {} FROM ({}) s WHERE TRUE "
            "ON CONFLICT (version_id, lead_id) DO UPDATE SET points = excluded.points, fit = excluded.fit, "
            "behaviour = excluded.behaviour, grade = excluded.grade, qualification = excluded.qualification, "
            "is_qualified = excluded.is_qualified, as_of = excluded.as_of WHERE {}",
            version_id,
            to_microseconds(as_of),
            with_tables(self._tables(scope, as_of), self._selected_scores()),
            joined(
                " OR ",
                (
                    sql("{} <> {}", name("leads_score", column), name("excluded", column))
                    for column in differs
                ),
            ),
        )

    def qualified(self, scope: Scope, as_of: datetime) -> Sql:
        """Rows of one lead id, ascending."""
        statement = sql("SELECT o.lead_id FROM outcomes o WHERE {} ORDER BY o.lead_id", _IS_QUALIFIED)
        return with_tables(self._tables(scope, as_of), statement)

    def columns(self, scope: Scope, as_of: datetime) -> Sql:
        """Rows of the lead's id, then of each criterion in turn whether it is met and its points."""
        columns = [sql("h.lead_id")]
        for number, clause in enumerate(self.document.criteria):
            columns += [name("h", f"is_met_{number}"), _points(number, clause)]
        statement = sql("SELECT {} FROM hits h ORDER BY h.lead_id", joined(", ", columns))
        return with_tables(self._hit_tables(scope, as_of), statement)

    def counts(self, scope: Scope, as_of: datetime) -> Sql:
        """One row: leads, qualified ones, those of grades 1 to 5, those that meet each criterion."""
        counted = [sql("COUNT(*)"), _count(_IS_QUALIFIED)]
        counted += [_count(sql("{} = {}", self._grade(), grade)) for grade in range(1, 6)]
        counted += [_count(name("h", f"is_met_{number}")) for number in range(len(self.document.criteria))]
        statement = sql(
            "SELECT {} FROM outcomes o JOIN hits h ON h.lead_id = o.lead_id", joined(", ", counted)
        )
        return with_tables(self._tables(scope, as_of), statement)

    # -- the layers ----------------------------------------------------------------------------------------

    def _tables(self, scope: Scope, as_of: datetime) -> Tables:
        return [
            *self._hit_tables(scope, as_of),
            ("halves", self._halves()),
            ("totals", self._totals()),
            ("outcomes", self._outcomes()),
        ]

    def _hit_tables(self, scope: Scope, as_of: datetime) -> Tables:
        rules = RuleCompiler(self.catalogue, self.vendor, to_microseconds(as_of), scope)
        return [*scope.tables(needs_mates=self.document.reads_account_mates), ("hits", self._hits(rules))]

    def _hits(self, rules: RuleCompiler) -> Sql:
        columns, joins = [sql("f.lead_id")], []
        for number, clause in enumerate(self.document.criteria):
            met = name(f"is_met_{number}")
            if clause.effect.is_counted:
                counted = name(f"c{number}")
                columns.append(sql("{}.lead_id IS NOT NULL AS {}", counted, met))
                columns.append(sql("COALESCE({}.points, 0) AS {}", counted, name(f"points_{number}")))
                joins.append(
                    sql(
                        " LEFT JOIN ({}) {} ON {}.lead_id = f.lead_id",
                        _counted_points(clause, rules),
                        counted,
                        counted,
                    )
                )
            else:
                columns.append(sql("{} AS {}", rules.condition(clause.rule), met))
        return sql(
            "SELECT {} FROM leads_leadfit f{} WHERE {}",
            joined(", ", columns),
            joined("", joins),
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
            "{} AS is_qualified FROM outcomes o ORDER BY o.lead_id",
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


def _count(condition: Sql) -> Sql:
    return sql("COUNT(CASE WHEN {} THEN 1 END)", condition)


# -- points of occurrences ---------------------------------------------------------------------------------


def _counted_points(clause: Clause, rules: RuleCompiler) -> Sql:
    """Rows of lead id and points, for the leads that meet a criterion whose occurrences count or fade."""
    test, effect = clause.rule, clause.effect
    assert isinstance(test, ActivityTest)
    activities = rules.activities(test)
    enough = sql(" HAVING COUNT(*) >= {}", test.number) if test.number > 1 else sql("")
    if effect.count == "once":
        newest = _faded(clause, rules.as_of, sql("MAX(a.occurred_at)"))
        return sql("SELECT a.lead_id, {} AS points {} GROUP BY a.lead_id{}", newest, activities, enough)
    if effect.times is None:
        points = _faded(clause, rules.as_of, sql("a.occurred_at"))
        return sql(
            "SELECT a.lead_id, CAST(SUM({}) AS bigint) AS points {} GROUP BY a.lead_id{}",
            points,
            activities,
            enough,
        )
    # The newest of each period come first; equal instants are equally old, so their order is all one.
    per_period = sql("a.lead_id")
    if effect.per_days is not None:
        period = effect.per_days * DAY
        shift = (_BEYOND // period + 1) * period
        per_period = sql("a.lead_id, (a.occurred_at + {}) / {}", shift, period)
    numbered = sql(
        "SELECT a.lead_id, a.occurred_at, ROW_NUMBER() OVER (PARTITION BY {} ORDER BY a.occurred_at DESC) "
        "AS place {}",
        per_period,
        activities,
    )
    return sql(
        "SELECT n.lead_id, CAST(SUM(CASE WHEN n.place <= {} THEN {} ELSE 0 END) AS bigint) AS points "
        "FROM ({}) n GROUP BY n.lead_id{}",
        effect.times,
        _faded(clause, rules.as_of, sql("n.occurred_at")),
        numbered,
        enough,
    )


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
