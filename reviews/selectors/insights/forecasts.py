"""Forecast against actual: what the ballot's frozen slip said would come, and what came."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.models import Handoff
from leads.selectors.funnel import Numbers, Period, narrowed
from leads.selectors.funnel.forecasts import ENOUGH_WEEKS, forecast_numbers
from reviews.evidence.cards import watch_address
from reviews.selectors.insights.tables import (
    Cell,
    Report,
    Row,
    Table,
    counted,
    values_of,
)
from reviews.words import rounded, week_words

# Each has a chart of its own.
VERSIONS_DRAWN = 3


def forecast_report(period: Period) -> Report:
    """Five queries, however many leads and versions."""
    found = forecast_numbers(narrowed(Handoff.objects.all(), period=period), period, timezone.now())
    by_version = Table(
        "version",
        _("Forecast and what came"),
        _(
            "Leads a week. The forecast is frozen in the ballot's impact slip; what came is the mean of the "
            "whole weeks of the period in which the version was in force."
        ),
        _("Version"),
        (
            ("forecast", _("Forecast")),
            ("came", _("Came")),
            ("of_forecast", _("Of the forecast")),
            ("weeks", _("Whole weeks")),
            ("offered", _("Offered in them")),
        ),
        tuple(Row(each["label"], _cells(each), each["label"]) for each in found),
    )
    weeks = Table(
        "week",
        _("Week by week"),
        _("Leads that the version offered in each whole week, from Monday on."),
        _("Week"),
        (("offered", _("Offered")),),
        tuple(
            Row(
                _("%(version)s, %(day)s") % {"version": each["label"], "day": week_words(week["first"])},
                (_week(each, week),),
                f"{each['label']} {week['first'].isoformat()}",
            )
            for each in found
            for week in each["weeks"]
        ),
    )
    charts = tuple(_chart(each) for each in found[:VERSIONS_DRAWN] if each["weeks"])
    predictions = [
        {"label": each["label"], "url": each["url"], "said": each["predictions"]}
        for each in found
        if each["predictions"]
    ]
    notes: tuple[str, ...] = (
        _("What came is too early to say before %(n)d whole weeks.") % {"n": ENOUGH_WEEKS},
        _("Who qualified all at once when the version came into force is in no whole week."),
    )
    new_alone = [each["label"] for each in found if each["is_of_new_leads"]]
    if new_alone:
        notes += (
            _(
                "Of newly captured leads alone: %(versions)s. Leads that were known for longer and begin to "
                "qualify come on top. A test on the past before the vote counts them too."
            )
            % {"versions": ", ".join(new_alone)},
        )
    return Report((by_version, weeks), charts, notes, {"predictions": predictions})


def _forecast_words(numbers: Numbers) -> str:
    if numbers["forecast"] is None:
        return _("no slip")
    said = rounded(numbers["forecast"])
    return _("%(n)s, new leads alone") % {"n": said} if numbers["is_of_new_leads"] else said


def _cells(numbers: Numbers) -> tuple[Cell, ...]:
    forecast, came, weeks = numbers["forecast"], numbers["came"], numbers["weeks"]
    offered = sum(week["offered"] for week in weeks)
    url = ""
    if weeks:
        url = watch_address(Period(weeks[0]["first"], weeks[-1]["last"]), version=numbers["version"])
    is_comparable = came is not None and forecast and not numbers["is_of_new_leads"]
    of_forecast = came / forecast if is_comparable else None
    return (
        Cell(forecast, _forecast_words(numbers), numbers["url"]),
        Cell(came, _("too early to say") if came is None else rounded(came), url),
        Cell(
            of_forecast,
            "\u2013" if of_forecast is None else f"{round(100 * of_forecast)}\u00a0%",
            url,
        ),
        counted(len(weeks)),
        counted(offered, url),
    )


def _week(numbers: Numbers, week: Numbers) -> Cell:
    return counted(
        week["offered"], watch_address(Period(week["first"], week["last"]), version=numbers["version"])
    )


def _chart(numbers: Numbers) -> dict[str, Any]:
    weeks, forecast = numbers["weeks"], numbers["forecast"]
    chart: dict[str, Any] = {
        "kind": "columns",
        "key": f"forecast-{numbers['version']}",
        "title": _("%(version)s, week by week") % {"version": numbers["label"]},
        "desc": ngettext(
            "Leads offered in %(n)d whole week in force.",
            "Leads offered in each of %(n)d whole weeks in force.",
            len(weeks),
        )
        % {"n": len(weeks)},
        "axis": _("Week of"),
        "labels": [week_words(week["first"]) for week in weeks],
        "series": [{"name": _("Offered"), "values": values_of([_week(numbers, week) for week in weeks])}],
    }
    if forecast is not None:
        name = _("Forecast: %(n)s a week") % {"n": rounded(forecast)}
        chart["mark"] = {"name": name, "value": forecast}
    return chart
