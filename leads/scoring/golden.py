"""Golden leads: those that must always, or must never, qualify. Every text is held against them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from leads.models import GoldenLead
from leads.scoring.compiler import qualified_of
from leads.scoring.compiler_statement import Compiled
from leads.scoring.scope import Scope


def golden_leads_of(stage: str) -> list[GoldenLead]:
    """Those that hold now, with their leads, by lead id."""
    golden = GoldenLead.objects.filter(definition__stage=stage, retired_at=None).select_related("lead")
    return list(golden.order_by("lead_id"))


def broken_among(golden: Iterable[GoldenLead], qualified: frozenset[int]) -> list[GoldenLead]:
    """Those that a text which qualifies these leads judges otherwise than their sentence demands."""
    return [one for one in golden if (one.lead_id in qualified) != one.must_qualify]


def broken_under(ready: Compiled, golden: Sequence[GoldenLead], as_of: datetime) -> list[GoldenLead]:
    """The same, asked of these leads alone: some milliseconds, however many leads there are."""
    asked = Scope.ids([one.lead_id for one in golden])
    return broken_among(golden, frozenset(qualified_of(ready, asked, as_of)))
