"""The numbers of a period by when the leads were offered: by version and month, and step by step."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet

from leads.models import Handoff, HandoffStatus
from leads.selectors.funnel.conditions import step_number
from leads.selectors.funnel.numbers import TOTALS, Numbers, total_counts, totals_in
from leads.selectors.funnel.periods import Period
from leads.selectors.reasons import present_reasons


def cohort_numbers(rows: QuerySet[Handoff], months: list[Period], zone: ZoneInfo) -> list[Numbers]:
    """For each version and month in which it offered any: {"version", "label", "step", the totals}.

    `step` is the number of the month. The newest version first, its months in order. One query.
    """
    found: Any = (
        rows.order_by("-version__number")
        .annotate(step=step_number(months, zone))
        .values("version", "version__number", "version__definition__stage", "step")
        .annotate(**total_counts())
        .order_by("-version__number", "version", "step")
    )
    return [
        {
            "version": row["version"],
            "label": f"{row['version__definition__stage'].upper()} v{row['version__number']}",
            "step": row["step"],
            **totals_in(row),
        }
        for row in found
    ]


def step_totals(rows: QuerySet[Handoff], steps: list[Period], zone: ZoneInfo) -> list[Numbers]:
    """The totals of each step. One query."""
    counted: Any = rows.order_by().annotate(step=step_number(steps, zone)).values("step")
    found = {row["step"]: totals_in(row) for row in counted.annotate(**total_counts())}
    return [found.get(step, dict.fromkeys(TOTALS, 0)) for step in range(len(steps))]


def step_numbers(rows: QuerySet[Handoff], steps: list[Period], zone: ZoneInfo) -> list[Numbers]:
    """For each step: its totals, and `families` and `reasons` of what came back. Three queries.

    {…the totals, "families": {family: n}, "reasons": {id of the reason's present row: n}}.
    """
    totals = step_totals(rows, steps, zone)
    families: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    reasons: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    returned: Any = (
        rows.filter(status=HandoffStatus.RETURNED)
        .order_by()
        .annotate(step=step_number(steps, zone))
        .values_list("step", "reason__key", "reason__family")
        .annotate(n=Count("pk"))
    )
    present = present_reasons()
    for step, key, family, count in returned:
        families[step][family] += count
        reasons[step][present[key, family].pk] += count
    return [
        {**totals[step], "families": dict(families[step]), "reasons": dict(reasons[step])}
        for step in range(len(steps))
    ]


def week_counts(rows: QuerySet[Handoff], weeks: list[Period], zone: ZoneInfo) -> dict[int, list[int]]:
    """How many were offered in each week, by version. One query."""
    found: Any = (
        rows.order_by()
        .annotate(step=step_number(weeks, zone))
        .values_list("version", "step")
        .annotate(n=Count("pk"))
    )
    counts: dict[int, list[int]] = defaultdict(lambda: [0] * len(weeks))
    for version, step, count in found:
        counts[version][step] = count
    return dict(counts)
