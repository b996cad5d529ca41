"""Leads that nearly qualify, and the clause that each of them lacks.

A lead is one clause short when there is a clause that it does not meet and with which it would qualify.
The stored scores say who is near enough to be asked; what each clause says of these is asked as of now, in
one compiled statement, and the rest is the arithmetic of a receipt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from definitions.criteria.nodes import Clause, Document
from definitions.models import Version
from leads.handoffs.states import OFFERABLE
from leads.models import OPEN, Handoff, LeadStage, Override, Qualification, Score
from leads.scoring.compiler import compiled, criterion_columns
from leads.scoring.lines import CriterionHit, judge
from leads.scoring.scope import Scope

# Within so many points of the threshold a lead is worth a human eye, whatever a clause may give.
NEAR_POINTS = 10
# No more are asked while a page waits: the best of those near enough. The page says of how many.
MOST_ASKED = 500


@dataclass(frozen=True)
class NearMiss:
    """`short` is how many points it lacks (0: only a required clause); `missing` are keys of clauses, each
    of which would do, the one that gives most first. Empty: only several together would."""

    lead_id: int
    points: int
    short: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class NearMisses:
    """Nearest first. `near` is how many leads are near enough, `asked` how many of them were looked at."""

    rows: tuple[NearMiss, ...]
    near: int
    asked: int
    wordings: dict[str, str]

    @property
    def by_clause(self) -> list[tuple[str, str, int]]:
        """(key, wording, how many lack it), the most frequent first."""
        counts = Counter(key for row in self.rows for key in row.missing)
        return [(key, self.wordings[key], count) for key, count in counts.most_common()]


def near_scores(version: Version, document: Document) -> QuerySet[Score]:
    """Scores so near that one clause, or ten points, would do; nobody in sales has these leads."""
    is_open = Handoff.objects.filter(lead=OuterRef("lead_id"), status__in=OPEN)
    is_decided = Override.objects.filter(lead=OuterRef("lead_id"), ended_at=None)
    given = max((clause.effect.points for clause in document.criteria if clause.effect.is_points), default=0)
    is_short = Q(
        qualification=Qualification.BELOW_THRESHOLD,
        points__gte=document.threshold - max(NEAR_POINTS, given),
    )
    # A required clause carries no points: whoever lacks nothing else has them already.
    is_required = Q(qualification=Qualification.REQUIRED_MISSING, points__gte=document.threshold)
    return Score.objects.filter(
        is_short | is_required,
        ~Exists(is_open),
        ~Exists(is_decided),
        version=version,
        is_qualified=False,
        lead__merged_into=None,
        lead__stage__in=(*OFFERABLE, LeadStage.NURTURE),
    )


def near_misses(version: Version, as_of: datetime) -> NearMisses:
    """Who is one clause short of a version in force, or within ten points of its threshold. Four queries."""
    assert version.document is not None, "Only a frozen version has scores."
    ready = compiled(version.document)
    document = ready.document
    scores = near_scores(version, document)
    near = scores.count()
    ids = list(scores.order_by("-points", "lead_id").values_list("lead_id", flat=True)[:MOST_ASKED])
    columns = criterion_columns(ready, Scope.ids(ids), as_of)
    found = (_near_miss(document, lead_id, hits) for lead_id, hits in columns.items())
    rows = sorted((row for row in found if row), key=lambda row: (row.short, -row.points, row.lead_id))
    wordings = {clause.key: clause.wording for clause in document.criteria}
    return NearMisses(tuple(rows), near, len(ids), wordings)


def _near_miss(document: Document, lead_id: int, hits: Sequence[CriterionHit]) -> NearMiss | None:
    now = judge(document, hits)
    if now.is_qualified or now.qualification == Qualification.DISQUALIFIED:
        return None
    short = max(0, document.threshold - now.points)
    lacking = [
        (clause.effect.points, clause.key)
        for place, clause in enumerate(document.criteria)
        if _may_help(clause, hits[place], short)
        and judge(document, _with(document, hits, place)).is_qualified
    ]
    if not lacking and not (now.qualification == Qualification.BELOW_THRESHOLD and short <= NEAR_POINTS):
        return None
    return NearMiss(lead_id, now.points, short, tuple(key for _points, key in sorted(lacking, reverse=True)))


def _may_help(clause: Clause, hit: CriterionHit, short: int) -> bool:
    """Cheap, and true of every clause that would do: what gives too little is not judged at all."""
    if hit.is_met:
        return False
    effect = clause.effect
    return effect.kind == "required" or (effect.is_points and effect.points >= max(short, 1))


def _with(document: Document, hits: Sequence[CriterionHit], place: int) -> list[CriterionHit]:
    """The hits as if one clause more were met, once."""
    met = CriterionHit(True, document.criteria[place].effect.points)
    return [*hits[:place], met, *hits[place + 1 :]]
