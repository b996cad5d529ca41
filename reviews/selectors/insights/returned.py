"""Acceptance, and why leads came back, over time."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from leads.models import Handoff
from leads.selectors.funnel import Numbers, Period, narrowed, steps_of
from leads.selectors.funnel.cohorts import step_numbers
from leads.selectors.funnel.conditions import RETURN_FAMILIES
from leads.selectors.reasons import present_reasons
from portal.common.selectors import workspace_zone
from reviews.evidence.cards import watch_address
from reviews.selectors.insights.tables import (
    Cell,
    Report,
    Row,
    Table,
    counted,
    shared,
    step_words,
    values_of,
)


def family_names() -> dict[str, str]:
    """What each family of reasons blames, in a word."""
    return dict(
        zip(
            (str(family) for family in RETURN_FAMILIES),
            (_("The definition"), _("A fact"), _("The wrong rep")),
            strict=True,
        )
    )


def returns_report(period: Period) -> Report:
    """Six queries, however many leads."""
    steps = steps_of(period)
    found = step_numbers(narrowed(Handoff.objects.all(), period=period), steps, workspace_zone())
    over_time, reasons = _over_time(found, steps), _reasons(found, steps, period)
    return Report((over_time, reasons), (_acceptance(over_time), _families(over_time)))


def _over_time(found: list[Numbers], steps: list[Period]) -> Table:
    return Table(
        "step",
        _("Over time"),
        _("Leads by when they were offered; accepted and returned of those that sales decided on."),
        _("Offered from"),
        (
            ("offered_in_all", _("Offered")),
            ("decided", _("Decided")),
            ("ever_accepted", _("Accepted")),
            ("accepted_of_decided", _("Accepted of decided")),
            ("returned", _("Returned")),
            *family_names().items(),
        ),
        tuple(
            Row(step_words(step), _cells(each, step), step.first.isoformat())
            for each, step in zip(found, steps, strict=True)
        ),
    )


def _cells(numbers: Numbers, step: Period) -> tuple[Cell, ...]:
    def url(status: str = "") -> str:
        return watch_address(step, status=status)

    return (
        counted(numbers["offered_in_all"], url()),
        counted(numbers["decided"], url("decided")),
        counted(numbers["ever_accepted"], url("ever_accepted")),
        shared(numbers["ever_accepted"], numbers["decided"], url("decided")),
        counted(numbers["returned"], url("returned")),
        *(counted(numbers["families"].get(family, 0), url(family)) for family in map(str, RETURN_FAMILIES)),
    )


def _reasons(found: list[Numbers], steps: list[Period], period: Period) -> Table:
    """Each reason step by step, the most frequent first."""
    labels = {reason.pk: reason.label for reason in present_reasons().values()}
    totals: dict[int, int] = {}
    for each in found:
        for pk, count in each["reasons"].items():
            totals[pk] = totals.get(pk, 0) + count
    returned = sum(totals.values())

    def cells(pk: int) -> tuple[Cell, ...]:
        narrowing: dict[str, Any] = {"status": "returned", "reason": pk}
        return (
            counted(totals[pk], watch_address(period, **narrowing)),
            shared(totals[pk], returned, watch_address(period, status="returned")),
            *(
                counted(each["reasons"].get(pk, 0), watch_address(step, **narrowing))
                for each, step in zip(found, steps, strict=True)
            ),
        )

    return Table(
        "reason",
        _("Why leads came back"),
        _("Of %(n)d leads returned, by the reason that sales gave, under its present name.")
        % {"n": returned},
        _("Reason"),
        (
            ("returned", _("Returned")),
            ("of_returned", _("Of all returned")),
            *((step.first.isoformat(), step_words(step)) for step in steps),
        ),
        tuple(
            Row(labels[pk], cells(pk)) for pk in sorted(totals, key=lambda pk: (-totals[pk], labels[pk], pk))
        ),
    )


def _acceptance(table: Table) -> dict[str, Any]:
    return {
        "kind": "lines",
        "key": "returns-acceptance",
        "title": _("Accepted"),
        "desc": _("Of the leads decided on, by when they were offered, with 95 % intervals."),
        "axis": table.first,
        "labels": [row.label for row in table.rows],
        "series": [{"name": _("Accepted"), "values": values_of(table.column("accepted_of_decided"), 100)}],
        "most": 100,
        "unit": "%",
    }


def _families(table: Table) -> dict[str, Any]:
    return {
        "kind": "columns",
        "key": "returns-families",
        "title": _("What the returns blame"),
        "desc": _("Leads returned, by when they were offered and by the family of the reason."),
        "axis": table.first,
        "labels": [row.label for row in table.rows],
        "series": [
            {"name": name, "values": values_of(table.column(family))}
            for family, name in family_names().items()
        ],
    }
