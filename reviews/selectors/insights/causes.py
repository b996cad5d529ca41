"""Channels and campaigns: what captured the leads, and what they did last before they were offered."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from leads.models import Handoff
from leads.selectors.funnel import Numbers, Period, narrowed
from leads.selectors.funnel.causes import cause_numbers
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


def channels_report(period: Period) -> Report:
    """Three queries, however many leads."""
    found = cause_numbers(narrowed(Handoff.objects.all(), period=period))
    captured = _("Leads offered in the period, by what captured them.")
    last = _("Leads offered in the period, by what they had done last when they were offered.")
    tables = (
        _table("last_channel", _("Channel of the last act"), last, _("Channel"), found, period),
        _table("last_campaign", _("Campaign of the last act"), last, _("Campaign"), found, period),
        _table("last_content", _("Content of the last act"), last, _("Content"), found, period),
        _table("channel", _("Channel of the capture"), captured, _("Channel"), found, period),
        _table("campaign", _("Campaign of the capture"), captured, _("Campaign"), found, period),
    )
    notes = (
        _("The last act is the lead's own: calls and mails by sales do not count."),
        _("“Not known” are leads without such an act, or whose act names none."),
    )
    charts = (
        _chart(tables[0], "causes-channels", _("Accepted, by channel of the last act")),
        _chart(tables[2], "causes-contents", _("Accepted, by content of the last act")),
    )
    return Report(tables, charts, notes)


def _table(
    name: str, title: str, population: str, first: str, found: dict[str, list[Numbers]], period: Period
) -> Table:
    return Table(
        name,
        title,
        population,
        first,
        (
            ("offered_in_all", _("Offered")),
            ("decided", _("Decided")),
            ("ever_accepted", _("Accepted")),
            ("accepted_of_decided", _("Accepted of decided")),
            ("returned", _("Returned")),
            ("definitional", _("The definition's fault")),
            ("sales_qualified", _("Sales-qualified")),
            ("won", _("Won")),
        ),
        tuple(
            Row(each["label"] or _("Not known"), _cells(each, period, {name: each["cause"]}))
            for each in found[name]
        ),
    )


def _cells(numbers: Numbers, period: Period, narrowing: dict[str, Any]) -> tuple[Cell, ...]:
    def count(name: str) -> Cell:
        status = "" if name == "offered_in_all" else name
        return counted(numbers[name], watch_address(period, status=status, **narrowing))

    decided = count("decided")
    return (
        count("offered_in_all"),
        decided,
        count("ever_accepted"),
        shared(numbers["ever_accepted"], numbers["decided"], decided.url),
        count("returned"),
        count("definitional"),
        count("sales_qualified"),
        count("won"),
    )


def _chart(table: Table, key: str, title: str) -> dict[str, Any]:
    return {
        "kind": "bars",
        "key": key,
        "title": title,
        "desc": _("Of the leads that sales decided on, with 95 % intervals; the most frequent first."),
        "axis": table.first,
        "labels": [row.label for row in table.rows[:MOST_BARS]],
        "series": [
            {"name": _("Accepted"), "values": values_of(table.column("accepted_of_decided")[:MOST_BARS], 100)}
        ],
        "most": 100,
        "unit": "%",
    }
