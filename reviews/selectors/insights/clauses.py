"""The clause report: how often each clause carried a lead to sales, and what sales made of it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from leads.evidence.cycle import sales_cycle
from leads.models import Handoff
from leads.selectors.funnel import ENOUGH, Numbers, Period, narrowed, totals_of
from leads.selectors.funnel.clauses import clause_numbers
from portal.common.selectors import workspace_zone
from reviews.evidence.cards import watch_address
from reviews.selectors.insights.tables import (
    MOST_BARS,
    Cell,
    Report,
    Row,
    Table,
    counted,
    shared,
    values_of,
)


def clauses_report(period: Period) -> Report:
    """Nine queries, however many leads."""
    now = timezone.now()
    rows = narrowed(Handoff.objects.all(), period=period)
    totals, cycle = totals_of(rows), sales_cycle(now)
    is_early = (now.astimezone(workspace_zone()).date() - period.last).days <= cycle.days
    table = Table(
        "clause",
        _("Clause by clause"),
        _("Of %(n)d leads offered in the period. A clause carried a lead if the receipt says it was met.")
        % {"n": totals["offered_in_all"]},
        _("Clause"),
        (
            ("carried", _("Carried")),
            ("decided", _("Decided")),
            ("ever_accepted", _("Accepted")),
            ("accepted_of_decided", _("Accepted of decided")),
            ("accepted_when_not_met", _("Accepted of decided, not met")),
            ("challenged", _("Challenged")),
            ("challenged_of_carried", _("Challenged of carried")),
            ("sales_qualified", _("Sales-qualified")),
            ("won", _("Won")),
            ("won_of_carried", _("Won of carried")),
        ),
        tuple(
            Row(each["label"], _cells(each, totals, period, is_early), each["key"])
            for each in clause_numbers(rows)
        ),
    )
    notes = (
        _("A share is too early to say with fewer than %(n)d leads behind it.") % {"n": ENOUGH},
        _("The share won is said %(days)d days after the period, when most wins have had their time.")
        % {"days": cycle.days},
        _("A clause that most leads meet says little by itself: compare it with those that did not meet it."),
    )
    return Report((table,), (_chart(table),), notes)


def _cells(numbers: Numbers, totals: Numbers, period: Period, is_early: bool) -> tuple[Cell, ...]:
    key, carried = numbers["key"], numbers["carried"]

    def url(status: str = "", **narrowing: Any) -> str:
        return watch_address(period, status=status, **(narrowing or {"carried": key}))

    others = totals["ever_accepted"] - numbers["ever_accepted"], totals["decided"] - numbers["decided"]
    return (
        counted(carried, url()),
        counted(numbers["decided"], url("decided")),
        counted(numbers["ever_accepted"], url("ever_accepted")),
        shared(numbers["ever_accepted"], numbers["decided"], url("decided")),
        shared(*others, url("decided", uncarried=key)),
        counted(numbers["challenged"], url("challenged", criterion=key)),
        shared(numbers["challenged_carried"], carried, url("challenged", criterion=key, carried=key)),
        counted(numbers["sales_qualified"], url("sales_qualified")),
        counted(numbers["won"], url("won")),
        shared(numbers["won"], carried, url(), is_early=is_early),
    )


def _chart(table: Table) -> dict[str, Any]:
    return {
        "kind": "bars",
        "key": "clauses-accepted",
        "title": _("Accepted when the clause was met"),
        "desc": _("Of the leads that met it and that sales decided on, with 95 % intervals."),
        "axis": _("Clause"),
        "labels": [row.label for row in table.rows[:MOST_BARS]],
        "series": [
            {"name": _("Accepted"), "values": values_of(table.column("accepted_of_decided")[:MOST_BARS], 100)}
        ],
        "most": 100,
        "unit": "%",
    }
