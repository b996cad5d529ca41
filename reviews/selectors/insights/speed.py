"""Speed: what the system took and what people took, apart."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from leads.models import Handoff
from leads.selectors.funnel import Numbers, Period, narrowed, steps_of
from leads.selectors.funnel.cohorts import step_totals
from leads.selectors.funnel.numbers import TOTALS
from leads.selectors.funnel.speed import speed_numbers
from portal.common.calendars import calendar_of
from portal.common.models import Team
from portal.common.selectors import the_workspace
from reviews.evidence.cards import watch_address
from reviews.selectors.insights.tables import (
    Cell,
    Report,
    Row,
    Table,
    counted,
    lasted,
    shared,
    step_words,
    values_of,
)


def speed_report(period: Period) -> Report:
    """Eight queries, however many leads."""
    steps, rows = steps_of(period), narrowed(Handoff.objects.all(), period=period)
    workspace = the_workspace()
    zone = ZoneInfo(workspace.time_zone)
    found = speed_numbers(rows, steps, zone, calendar_of(Team.SALES, workspace))
    counts = step_totals(rows, steps, zone)
    in_all = {name: sum(each[name] for each in counts) for name in TOTALS}
    places = [(step, step_words(step), step.first.isoformat()) for step in steps]
    places.append((period, _("The period"), "period"))
    system = Table(
        "system",
        _("The system's time"),
        _(
            "From when a lead could first be known to qualify (its capture, its last act or its version "
            "coming into force) to the offer, by the clock. Of leads offered by the definition alone, "
            "the first time."
        ),
        _("Offered from"),
        (("straight", _("Leads")), ("median", _("Median")), ("most", _("Nine of ten within"))),
        tuple(
            Row(label, _system(each, of), key)
            for (of, label, key), each in zip(places, found["system"], strict=True)
        ),
    )
    human = Table(
        "human",
        _("People's time"),
        _("From the offer to sales' decision, in sales' working hours. Of the leads decided on."),
        _("Offered from"),
        (
            ("decided", _("Decided")),
            ("median", _("Median")),
            ("most", _("Nine of ten within")),
            ("in_time", _("In time")),
            ("in_time_of_due", _("In time of those due")),
        ),
        tuple(
            Row(label, _human(each, totals, of), key)
            for (of, label, key), each, totals in zip(places, found["human"], [*counts, in_all], strict=True)
        ),
    )
    return Report((system, human), (_chart(system, "speed-system"), _chart(human, "speed-human")))


def _system(numbers: Numbers, of: Period) -> tuple[Cell, ...]:
    url = watch_address(of, status="straight")
    return counted(numbers["counted"], url), lasted(numbers["median"], url), lasted(numbers["most"], url)


def _human(numbers: Numbers, totals: Numbers, of: Period) -> tuple[Cell, ...]:
    url = watch_address(of, status="decided")
    return (
        counted(numbers["counted"], url),
        lasted(numbers["median"], url),
        lasted(numbers["most"], url),
        counted(totals["in_time"], watch_address(of, status="in_time")),
        # Due were those decided in time, those decided late and those that expired.
        shared(totals["in_time"], totals["in_time"] + totals["late"], watch_address(of, status="in_time")),
    )


def _chart(table: Table, key: str) -> dict[str, Any]:
    return {
        "kind": "lines",
        "key": key,
        "title": _("%(what)s, in hours") % {"what": table.title},
        "desc": table.population,
        "axis": table.first,
        "labels": [row.label for row in table.rows[:-1]],
        "series": [
            {"name": _("Median"), "values": values_of(table.column("median")[:-1])},
            {"name": _("Nine of ten within"), "values": values_of(table.column("most")[:-1])},
        ],
    }
