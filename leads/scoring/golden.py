"""Golden leads: those that must always, or must never, qualify. Every text is held against them."""

from __future__ import annotations

from collections.abc import Iterable

from leads.models import GoldenLead


def golden_leads_of(stage: str) -> list[GoldenLead]:
    """With their leads, by lead id."""
    golden = GoldenLead.objects.filter(definition__stage=stage).select_related("lead")
    return list(golden.order_by("lead_id"))


def broken_among(golden: Iterable[GoldenLead], qualified: frozenset[int]) -> list[GoldenLead]:
    """Those that a text which qualifies these leads judges otherwise than their sentence demands."""
    return [one for one in golden if (one.lead_id in qualified) != one.must_qualify]
