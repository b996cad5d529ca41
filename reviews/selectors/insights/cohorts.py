"""The funnel: from MQL to won, by version and by the month in which the leads were offered."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from leads.evidence.cycle import sales_cycle
from leads.models import Handoff
from leads.selectors.funnel import Numbers, Period, months_of, narrowed
from leads.selectors.funnel.cohorts import cohort_numbers
from leads.selectors.funnel.numbers import TOTALS
from portal.common.selectors import workspace_zone
from reviews.charts import MOST_SERIES
from reviews.evidence.cards import watch_address
from reviews.selectors.insights.tables import (
    Cell,
    Report,
    Row,
    Table,
    counted,
    shared,
    values_of,
)
from reviews.words import month_words

STEPS = ("offered_in_all", "ever_accepted", "sales_qualified", "won")


def step_names() -> dict[str, str]:
    return {
        "offered_in_all": _("Offered"),
        "ever_accepted": _("Accepted"),
        "sales_qualified": _("Sales-qualified"),
        "won": _("Won"),
    }


def funnel_report(period: Period) -> Report:
    """Five queries, however many leads and versions."""
    now = timezone.now()
    rows, months = narrowed(Handoff.objects.all(), period=period), months_of(period)
    zone = workspace_zone()
    cohorts = cohort_numbers(rows, months, zone)
    cycle, today = sales_cycle(now), now.astimezone(zone).date()

    def is_early(of: Period) -> bool:
        return (today - of.last).days <= cycle.days

    by_version = _summed(cohorts)
    versions = Table(
        "version",
        _("By version"),
        _("Leads offered in the period, by the version that qualified them."),
        _("Version"),
        _columns(),
        tuple(
            Row(each["label"], _cells(each, period, is_early(period), version=each["version"]))
            for each in by_version
        ),
    )
    by_month = Table(
        "cohort",
        _("By version and cohort"),
        _("A cohort is what one version offered in one month, whenever it was decided on or won."),
        _("Cohort"),
        _columns(),
        tuple(
            Row(
                f"{each['label']}, {month_words(months[each['step']].first)}",
                _cells(each, months[each["step"]], is_early(months[each["step"]]), version=each["version"]),
                f"{each['label']} {months[each['step']].first:%Y-%m}",
            )
            for each in cohorts
        ),
    )
    return Report(
        (versions, by_month),
        (_funnel_chart(by_version, period), _cohort_chart(cohorts, by_month, months)),
        (
            _(
                "The share won is said once three quarters of the wins to be expected have had their time: "
                "here %(days)d days after the last offer."
            )
            % {"days": cycle.days},
        ),
    )


def _columns() -> tuple[tuple[str, str], ...]:
    return (
        ("offered_in_all", _("Offered")),
        ("decided", _("Decided")),
        ("ever_accepted", _("Accepted")),
        ("accepted_of_decided", _("Accepted of decided")),
        ("sales_qualified", _("Sales-qualified")),
        ("sales_qualified_of_accepted", _("Sales-qualified of accepted")),
        ("won", _("Won")),
        ("won_of_accepted", _("Won of accepted")),
    )


def _cells(numbers: Numbers, period: Period, is_early: bool, **narrowing: Any) -> tuple[Cell, ...]:
    def url(status: str = "") -> str:
        return watch_address(period, status=status, **narrowing)

    accepted = numbers["ever_accepted"]
    return (
        counted(numbers["offered_in_all"], url()),
        counted(numbers["decided"], url("decided")),
        counted(accepted, url("ever_accepted")),
        shared(accepted, numbers["decided"], url("decided")),
        counted(numbers["sales_qualified"], url("sales_qualified")),
        shared(numbers["sales_qualified"], accepted, url("ever_accepted")),
        counted(numbers["won"], url("won")),
        shared(numbers["won"], accepted, url("ever_accepted"), is_early=is_early),
    )


def _summed(cohorts: list[Numbers]) -> list[Numbers]:
    """The cohorts of each version added up; each handoff is in one of them."""
    found: dict[int, Numbers] = defaultdict(lambda: dict.fromkeys(TOTALS, 0))
    for each in cohorts:
        mine = found[each["version"]]
        mine |= {name: mine[name] + each[name] for name in TOTALS}
        mine |= {"version": each["version"], "label": each["label"]}
    return list(found.values())


def _funnel_chart(by_version: list[Numbers], period: Period) -> dict[str, Any]:
    totals = {name: sum(each[name] for each in by_version) for name in STEPS}
    offered = totals["offered_in_all"]
    return {
        "kind": "bars",
        "key": "funnel-steps",
        "title": _("From MQL to won"),
        "desc": _("Of %(n)d leads offered in the period, under all versions.") % {"n": offered},
        "axis": _("Step"),
        "labels": list(step_names().values()),
        "series": [
            {
                "name": _("Leads"),
                "values": values_of(
                    [
                        counted(totals[name], watch_address(period, status="" if name == STEPS[0] else name))
                        for name in STEPS
                    ]
                ),
            }
        ],
    }


def _cohort_chart(cohorts: list[Numbers], table: Table, months: list[Period]) -> dict[str, Any]:
    """The acceptance of each version by month, of the newest versions."""
    shares = dict(
        zip(
            ((each["label"], each["step"]) for each in cohorts),
            table.column("accepted_of_decided"),
            strict=True,
        )
    )
    nothing = Cell(None, "\u2013")
    labels = list(dict.fromkeys(each["label"] for each in cohorts))[:MOST_SERIES]
    return {
        "kind": "lines",
        "key": "funnel-cohorts",
        "title": _("Accepted, by cohort"),
        "desc": _("Of the leads decided on, by the month of the offer, with 95 % intervals."),
        "axis": _("Offered in"),
        "labels": [month_words(month.first) for month in months],
        "series": [
            {
                "name": label,
                "values": values_of([shares.get((label, step), nothing) for step in range(len(months))], 100),
            }
            for label in labels
        ],
        "most": 100,
        "unit": "%",
    }
