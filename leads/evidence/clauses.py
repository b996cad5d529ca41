"""What history says of each clause of a version: handoffs that met it and handoffs that did not.

Every handoff is judged by what was known before the instant of its offer, whatever version made it, and
counted with what became of it afterwards. A lead that was handed over twice counts twice, as everywhere
where handoffs are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef

from definitions import selectors as definitions
from definitions.criteria.document import parse
from definitions.criteria.nodes import Clause, Document
from leads.evidence.cycle import SalesCycle, sales_cycle
from leads.evidence.intervals import Contrast
from leads.evidence.past import each_as_of, must_stay_in_place, some_as_of
from leads.evidence.rewinding import Rewinder
from leads.models import Handoff, HandoffStatus, Outcome, OutcomeKind
from leads.scoring.compiler import criterion_columns, hits
from leads.selectors.funnel import quarter_of

Json = dict[str, Any]

# The newest handoffs that are judged: the time of a page is bounded, however long the history.
MOST_HANDOFFS = 5_000
# Clauses about other people of the account are asked once for each instant, which costs more.
MOST_IN_PLACE = 300
QUARTERS = 8

SETTLED = (HandoffStatus.SALES_QUALIFIED, HandoffStatus.DISQUALIFIED, HandoffStatus.RETURNED)


@dataclass(frozen=True)
class Judged:
    """One handoff and what became of it. `won` is a win after the offer."""

    handoff_id: int
    lead_id: int
    offered_at: datetime
    status: str
    challenged_key: str
    is_won: bool


def _is_settled(found: ClauseEvidence, one: Judged) -> bool:
    return one.status in SETTLED


def _is_old(found: ClauseEvidence, one: Judged) -> bool:
    return found.cycle.is_over(one.offered_at, found.as_of)


# By its name, which handoffs an end is counted of, and which have come to it.
ENDS: dict[str, tuple[Callable[[ClauseEvidence, Judged], bool], Callable[[Judged], bool]]] = {
    "sales-qualified": (_is_settled, lambda one: one.status == HandoffStatus.SALES_QUALIFIED),
    "won": (_is_old, lambda one: one.is_won),
    "returned": (_is_settled, lambda one: one.status == HandoffStatus.RETURNED),
}
# By its name in an address, what a number counts: an end, whether the clause was met, and whether only
# the handoffs that came to that end are counted or all of which they are a part.
GROUPS = {
    f"{end}-{side}{'' if is_part else '-all'}": (end, side == "met", is_part)
    for end in ENDS
    for side in ("met", "unmet")
    for is_part in (True, False)
}
CHALLENGES = "challenges"


@dataclass(frozen=True)
class ClauseEvidence:
    """One clause on the judged handoffs; `met` are the ids of those that met it.

    `sales_qualified` and `returned` are counts of settled handoffs, those that sales has called
    sales-qualified, ruled out or returned; `won` of handoffs older than the sales cycle.
    """

    key: str
    wording: str
    judged: tuple[Judged, ...]
    met: frozenset[int]
    cycle: SalesCycle
    as_of: datetime

    def behind(self, group: str, quarter: date | None = None) -> list[Judged]:
        """The handoffs behind a number: a name of `GROUPS`, or challenges. Raises KeyError."""
        if group == CHALLENGES:
            return [one for one in self.behind("returned-met", quarter) if one.challenged_key == self.key]
        end, is_met, is_part = GROUPS[group]
        counts, has_ended = ENDS[end]
        return [
            one
            for one in self._offered_in(quarter)
            if counts(self, one)
            and (one.handoff_id in self.met) is is_met
            and (has_ended(one) or not is_part)
        ]

    def contrast(self, end: str, quarter: date | None = None) -> Contrast:
        """An end of `ENDS`, where the clause was met and where not; of the offers of one quarter if given."""
        met, unmet = (
            (len(self.behind(f"{end}-{side}-all", quarter)), len(self.behind(f"{end}-{side}", quarter)))
            for side in ("met", "unmet")
        )
        return Contrast(*met, *unmet)

    @property
    def sales_qualified(self) -> Contrast:
        return self.contrast("sales-qualified")

    @property
    def won(self) -> Contrast:
        return self.contrast("won")

    @property
    def returned(self) -> Contrast:
        return self.contrast("returned")

    @property
    def challenges(self) -> int:
        """Returned handoffs that met the clause and whose return named it."""
        return len(self.behind(CHALLENGES))

    @property
    def quarters(self) -> list[date]:
        """The first days of the last quarters with offers that are settled, the earliest first."""
        return sorted({_quarter(one) for one in self.judged if _is_settled(self, one)})[-QUARTERS:]

    def _offered_in(self, quarter: date | None) -> Iterable[Judged]:
        return self.judged if quarter is None else (one for one in self.judged if _quarter(one) == quarter)


def _quarter(one: Judged) -> date:
    """The first day of the quarter of the offer; quarters are those of the calendar in UTC."""
    return quarter_of(one.offered_at.astimezone(UTC).date()).first


def evidence_of(document: Json, as_of: datetime, key: str | None = None) -> list[ClauseEvidence]:
    """The evidence for the clauses of a document, in its order; for one alone if its `key` is given.

    Raises `DocumentError` where it cannot be read.
    """
    parsed = parse(document, definitions.catalogue())
    clauses = [clause for clause in parsed.criteria if key in (None, clause.key)]
    judged, cycle = judged_handoffs(as_of), sales_cycle(as_of)
    newest = judged[:MOST_IN_PLACE]
    movable = [clause for clause in clauses if not must_stay_in_place(clause.rule)]
    met = _met_in_one(replace(parsed, criteria=tuple(movable)), judged)
    wordings = {item["key"]: item["wording"] for item in document["criteria"]}
    return [
        ClauseEvidence(clause.key, wordings[clause.key], judged, met[clause.key], cycle, as_of)
        if clause.key in met
        else ClauseEvidence(
            clause.key, wordings[clause.key], newest, _met_in_place(clause, newest), cycle, as_of
        )
        for clause in clauses
    ]


def judged_handoffs(as_of: datetime) -> tuple[Judged, ...]:
    """The newest handoffs, those that were withdrawn or pulled aside; the newest first."""
    won = Outcome.objects.filter(
        lead=OuterRef("lead"), kind=OutcomeKind.WON, at__gte=OuterRef("offered_at"), at__lt=as_of
    )
    rows = (
        Handoff.objects.filter(offered_at__lt=as_of, lead__fit__isnull=False, is_pulled=False)
        .exclude(status=HandoffStatus.WITHDRAWN)
        .annotate(has_won=Exists(won))
        .order_by("-offered_at", "-pk")
        .values_list("pk", "lead", "offered_at", "status", "challenged_key", "has_won")
    )
    return tuple(Judged(*row) for row in rows[:MOST_HANDOFFS])


def _met_in_one(document: Document, judged: Sequence[Judged]) -> dict[str, frozenset[int]]:
    """For each clause the handoffs that met it, in one statement for the first handoffs of all leads, one
    for the second ones, and so on."""
    met: dict[str, set[int]] = {clause.key: set() for clause in document.criteria}
    if not met or not judged:
        return {key: frozenset() for key in met}
    rewinder = Rewinder((clause.rule for clause in document.criteria), judged[-1].offered_at)
    for rows in _rounds(judged):
        moments = {lead_id: one.offered_at for lead_id, one in rows.items()}
        past, as_of = each_as_of(moments, rewinder.to_each(moments))
        for lead_id, found in criterion_columns(document, past, as_of).items():
            for clause, hit in zip(document.criteria, found, strict=True):
                if hit.is_met:
                    met[clause.key].add(rows[lead_id].handoff_id)
    return {key: frozenset(ids) for key, ids in met.items()}


def _rounds(judged: Sequence[Judged]) -> list[dict[int, Judged]]:
    rounds: list[dict[int, Judged]] = []
    times: Counter[int] = Counter()
    for one in judged:
        if times[one.lead_id] == len(rounds):
            rounds.append({})
        rounds[times[one.lead_id]][one.lead_id] = one
        times[one.lead_id] += 1
    return rounds


def _met_in_place(clause: Clause, judged: Sequence[Judged]) -> frozenset[int]:
    """The same for a clause that must be asked once for each instant."""
    met: set[int] = set()
    rewinder = Rewinder([clause.rule], judged[-1].offered_at) if judged else None
    for instant, group in groupby(judged, key=lambda one: one.offered_at):
        assert rewinder is not None
        rows = {one.lead_id: one.handoff_id for one in group}
        past = some_as_of(instant, rewinder.to(instant), rows)
        met.update(rows[lead_id] for lead_id in hits(clause.rule, past, instant) if lead_id in rows)
    return frozenset(met)
