"""From a definition to the scores of any set of leads as of an instant.

One statement serves the full rescore, touched leads, one lead, previews and back-tests. Whole numbers
only; SQLite and PostgreSQL give equal results. Scores are always computed from the facts. Leads that
were merged into others have no fit row and no score.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from definitions import selectors as definitions
from definitions.criteria.catalogue import Catalogue
from definitions.criteria.document import parse, parse_rule
from definitions.criteria.nodes import Document, Node
from definitions.models import Version
from leads.models import LeadFit, Score
from leads.scoring.compiler_rules import RuleCompiler
from leads.scoring.compiler_statement import Compiled
from leads.scoring.lines import CriterionHit
from leads.scoring.scope import Scope
from leads.scoring.sql import Sql, sql, with_tables
from portal.common.fields import to_microseconds

Json = dict[str, Any]


class ScoreRow(NamedTuple):
    """One lead's score; the same values as a row of `leads.Score`."""

    lead_id: int
    points: int
    fit: int
    behaviour: int
    grade: int
    qualification: int
    is_qualified: bool


def compile_version(document: Json | Document, catalogue: Catalogue, vendor: str) -> Compiled:
    """A document ready to be asked. Raises `DocumentError` where it cannot be read."""
    parsed = document if isinstance(document, Document) else parse(document, catalogue)
    return Compiled(parsed, catalogue, vendor)


def compiled(document: Json | Document) -> Compiled:
    """The same, for this workspace's catalogue and database."""
    return compile_version(document, definitions.catalogue(), connection.vendor)


def score_rows(document: Json | Document | Compiled, scope: Scope, as_of: datetime) -> list[ScoreRow]:
    """The scores of the leads in scope, by lead id."""
    if scope.is_empty:
        return []
    ready = document if isinstance(document, Compiled) else compiled(document)
    return [ScoreRow._make((*row[:-1], bool(row[-1]))) for row in _fetch(ready.scores(scope, as_of))]


def score_into(version: Version, scope: Scope, as_of: datetime) -> int:
    """Write the scores of the leads in scope under a frozen version; returns how many rows were written.

    Rows that would not change are left alone. Where the score of one lead can depend on the people
    beside it, leads named by id take everybody of their accounts along. Runs in the caller's
    transaction, which holds a lock of `locks`: nobody else writes these scores meanwhile.
    """
    if scope.is_empty:
        return 0
    assert version.document is not None, "A draft is frozen before it is scored into rows."
    ready = compiled(version.document)
    if scope.lead_ids is not None and ready.document.reads_account_mates:
        scope = scope.with_mates()
    # Leads named one by one have as a rule been scored before; a run fills an empty table, chunk by chunk.
    has_rows = scope.lead_ids is not None or bool(_fetch(_any_score(version.pk, scope)))
    if has_rows:
        _forget_merged(version.pk, scope)
    return _execute(ready.writing(version.pk, scope, as_of, has_rows=has_rows))


def qualified_ids(document: Json | Document, scope: Scope, as_of: datetime) -> list[int]:
    """The ids of the leads in scope that qualify, ascending."""
    return qualified_of(compiled(document), scope, as_of)


def qualified_of(ready: Compiled, scope: Scope, as_of: datetime) -> list[int]:
    """The same for a document that is asked several times."""
    if scope.is_empty:
        return []
    return [row[0] for row in _fetch(ready.qualified(scope, as_of))]


def reaching(ready: Compiled, scope: Scope, as_of: datetime, points: int) -> dict[int, int | None]:
    """The points of all who would qualify with `points` for a threshold; None: one clause qualifies alone."""
    return dict(_fetch(ready.reaching(scope, as_of, points)))


def criterion_columns(
    document: Json | Document | Compiled, scope: Scope, as_of: datetime
) -> dict[int, tuple[CriterionHit, ...]]:
    """For each lead in scope what each criterion of the document says, in the document's order."""
    if scope.is_empty:
        return {}
    ready = document if isinstance(document, Compiled) else compiled(document)
    return {
        row[0]: tuple(
            CriterionHit(bool(met), int(points)) for met, points in zip(row[1::2], row[2::2], strict=True)
        )
        for row in _fetch(ready.columns(scope, as_of))
    }


def hits(rule: Json | Node, scope: Scope, as_of: datetime, catalogue: Catalogue | None = None) -> set[int]:
    """The ids of the leads in scope that meet one rule. Raises `DocumentError` where it cannot be read.

    Whoever asks several rules fetches the catalogue once and hands it in.
    """
    if scope.is_empty:
        return set()
    catalogue = catalogue or definitions.catalogue()
    node = parse_rule(rule, catalogue) if isinstance(rule, dict) else rule
    rules = RuleCompiler(catalogue, connection.vendor, to_microseconds(as_of), scope)
    statement = sql(
        "SELECT f.lead_id FROM leads_leadfit f WHERE {} AND {}", scope.holds("f"), rules.condition(node)
    )
    return {row[0] for row in _fetch(with_tables(scope.tables(needs_mates=True), statement))}


def _any_score(version_id: int, scope: Scope) -> Sql:
    """One row where a lead in scope has a score."""
    statement = sql(
        "SELECT 1 FROM leads_score e WHERE e.version_id = {} AND {} LIMIT 1", version_id, scope.holds("e")
    )
    return with_tables(scope.tables(needs_mates=False), statement)


def _forget_merged(version_id: int, scope: Scope) -> None:
    """Take away the scores of leads that have been merged into others since."""
    if scope.lead_ids is None:
        _execute(_without_fit(version_id, scope))
        return
    known = LeadFit.objects.filter(lead__in=scope.lead_ids).values_list("lead_id", flat=True)
    if gone := set(scope.lead_ids).difference(known):
        Score.objects.filter(version=version_id, lead__in=gone).delete()


def _without_fit(version_id: int, scope: Scope) -> Sql:
    """DELETE of the scores in a span of leads that have no fit row."""
    return sql(
        "DELETE FROM leads_score WHERE version_id = {} AND {} AND NOT EXISTS "
        "(SELECT 1 FROM leads_leadfit f WHERE f.lead_id = leads_score.lead_id AND {})",
        version_id,
        scope.holds("leads_score"),
        scope.holds("f"),
    )


def _fetch(statement: Sql) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.params)
        return cursor.fetchall()


def _execute(statement: Sql) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.params)
        return cursor.rowcount
