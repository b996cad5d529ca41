"""The overview: the numbers of a period in all, and by version, reason, clause and channel."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from leads.intake.rejections import harmless
from leads.models import ReasonFamily
from leads.selectors.funnel import Numbers, Period, funnel, quarter_of
from portal.common.selectors import workspace_zone
from reviews.evidence.cards import share_words, watch_address
from reviews.evidence.results import headline_numbers

COLUMNS = ("offered_in_all", "ever_accepted", "returned", "sales_qualified", "disqualified", "won")


def column_names() -> list[str]:
    return [_("Offered"), _("Accepted"), _("Returned"), _("Sales-qualified"), _("Disqualified"), _("Won")]


def insights(period: Period) -> dict[str, Any]:
    """Totals, then by version, reason, criterion and channel."""
    numbers = funnel(period)
    families = dict(ReasonFamily.choices)
    return {
        "period": period,
        "numbers": numbers,
        "returned": numbers["totals"]["returned"],
        "headline": headline_numbers(numbers["totals"], period),
        "columns": column_names(),
        "versions": [
            _row(row, row["label"], period, version=row["version"]) for row in numbers["by_version"]
        ],
        "channels": [
            _row(row, row["channel"] or _("Not known"), period, channel=row["channel"])
            for row in numbers["by_channel"]
        ],
        "reasons": [
            {
                **row,
                "family": families[row["family"]],
                "url": watch_address(period, status="returned", reason=row["reason"]),
            }
            for row in numbers["by_reason"]
        ],
        "criteria": [
            {**row, "url": watch_address(period, status="challenged", criterion=row["key"])}
            for row in numbers["by_criterion"]
        ],
    }


def _row(row: Numbers, label: str, period: Period, **narrowing: Any) -> dict[str, Any]:
    """One line of a table: a cell for each column, each with its rows; and the acceptance rate."""
    cells = []
    for name, words in zip(COLUMNS, column_names(), strict=True):
        status = {} if name == "offered_in_all" else {"status": name}
        cells.append(
            {"value": row[name], "label": words, "url": watch_address(period, **status, **narrowing)}
        )
    return {"label": label, "cells": cells, "rate": share_words(row["ever_accepted"], row["decided"])}


def table_of(numbers: Numbers) -> list[list[str | int]]:
    """The same numbers as lines for a spreadsheet: what they are by, which one, what is counted, how many."""
    lines: list[list[str | int]] = [["by", "of", "number", "value"]]
    lines += [
        ["period", f"{numbers['from']} to {numbers['to']}", name, n] for name, n in numbers["totals"].items()
    ]
    for by, label in (("version", "label"), ("channel", "channel")):
        for row in numbers[f"by_{by}"]:
            lines += [[by, row[label], name, row[name]] for name in numbers["totals"]]
    lines += [["reason", row["label"], "returned", row["returned"]] for row in numbers["by_reason"]]
    for row in numbers["by_criterion"]:
        lines += [["criterion", row["label"], name, row[name]] for name in ("returned", "carried")]
    return [[harmless(cell) if isinstance(cell, str) else cell for cell in line] for line in lines]


def periods_to_choose() -> list[tuple[str, Period]]:
    """The periods that people ask for most."""
    today = timezone.now().astimezone(workspace_zone()).date()
    this = quarter_of(today)
    return [
        (_("This quarter"), this),
        (_("Last quarter"), quarter_of(this.first - timedelta(days=1))),
        (_("Last twelve months"), Period(today - timedelta(days=364), today)),
    ]
