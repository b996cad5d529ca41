"""The leads that a question speaks of: when each was judged, and whether it had the outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import BigIntegerField, ExpressionWrapper, F, Min

from leads.models import Handoff, LeadFit, Outcome, OutcomeKind
from leads.suggest.deeds import DAY
from leads.suggest.history import Bools, Ints
from leads.suggest.question import REACHED, SETTLED, Question
from portal.common.fields import to_microseconds

# More leads than this are not needed to find ten rules, and would take longer than a page may.
MOST_LEADS = 10_000
_PLAIN = BigIntegerField()


@dataclass(frozen=True)
class Population:
    """Arrays with one entry per lead, the earliest judged first; instants in microseconds.

    `found` is how many leads the question speaks of: where there are more than `MOST_LEADS`, these are
    every n-th of them in time. `ended_before` were left out since they had ended before the judging.
    """

    lead_ids: Ints
    judged_at: Ints
    outcome: Bools
    found: int
    ended_before: int = 0
    is_of_handoffs: bool = False

    @property
    def is_sample(self) -> bool:
        return len(self.lead_ids) < self.found


def population_of(question: Question, now: datetime) -> Population:
    rows, ended_before = (_handed_over(question), 0) if question.is_of_handoffs else _captured(question, now)
    rows.sort(key=lambda row: (row[1], row[0]))
    found = len(rows)
    if found > MOST_LEADS:
        rows = [rows[place] for place in np.linspace(0, found - 1, MOST_LEADS).astype(int)]
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return Population(
        table[:, 0], table[:, 1], table[:, 2] == 1, found, ended_before, question.is_of_handoffs
    )


Row = tuple[int, int, bool]  # lead, judged at, whether it had the outcome


def _captured(question: Question, now: datetime) -> tuple[list[Row], int]:
    """All leads whose time is over, and how many had ended before they could be judged."""
    until = now - question.judged_after - question.within
    leads = LeadFit.objects.filter(captured_at__lt=until)
    if question.since:
        leads = leads.filter(captured_at__gte=question.since)
    captured = leads.annotate(at=ExpressionWrapper(F("captured_at"), output_field=_PLAIN))
    won, ended = _ends((OutcomeKind.WON,)), _ends((OutcomeKind.WON, OutcomeKind.LOST))
    after = question.judged_after_days * DAY
    within = question.within_days * DAY
    rows: list[Row] = []
    ended_before = 0
    for lead_id, at in captured.values_list("lead_id", "at"):
        judged = at + after
        if ended.get(lead_id, judged) < judged:
            ended_before += 1
            continue
        rows.append((lead_id, judged, won.get(lead_id, judged + within) < judged + within))
    return rows, ended_before


def _ends(kinds: Iterable[str]) -> dict[int, int]:
    """When each lead first ended in one of these ways."""
    rows = Outcome.objects.filter(kind__in=kinds).order_by().values_list("lead").annotate(first=Min("at"))
    return {lead_id: to_microseconds(first) for lead_id, first in rows}


def _handed_over(question: Question) -> list[Row]:
    """The first settled handoff of each lead."""
    settled = Handoff.objects.filter(SETTLED[question.outcome], lead__fit__isnull=False)
    if question.since:
        settled = settled.filter(offered_at__gte=question.since)
    reached = frozenset(settled.filter(REACHED[question.outcome]).order_by().values_list("pk", flat=True))
    rows: dict[int, Row] = {}
    for pk, lead_id, at in settled.order_by("offered_at", "pk").values_list("pk", "lead_id", "offered_at"):
        rows.setdefault(lead_id, (lead_id, to_microseconds(at), pk in reached))
    return list(rows.values())
