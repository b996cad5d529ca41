"""The insight pages: each a report on a period. A module says what one of them counts and how it is told."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from leads.selectors.funnel import Period
from reviews.selectors.insights.causes import channels_report
from reviews.selectors.insights.clauses import clauses_report
from reviews.selectors.insights.cohorts import funnel_report
from reviews.selectors.insights.forecasts import forecast_report
from reviews.selectors.insights.pulse import pulse_report
from reviews.selectors.insights.returned import returns_report
from reviews.selectors.insights.speed import speed_report
from reviews.selectors.insights.tables import Report

REPORTS: dict[str, Callable[[Period], Report]] = {
    "funnel": funnel_report,
    "returns": returns_report,
    "clauses": clauses_report,
    "channels": channels_report,
    "speed": speed_report,
    "forecast": forecast_report,
    "pulse": pulse_report,
}


def report_names() -> dict[str, str]:
    """What each page is called, in the order of its tabs."""
    return {
        "funnel": _("Funnel"),
        "returns": _("Accepted and returned"),
        "clauses": _("Clauses"),
        "channels": _("Channels and campaigns"),
        "speed": _("Speed"),
        "forecast": _("Forecast"),
        "pulse": _("Pulse"),
    }
