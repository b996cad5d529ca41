"""A cadence, days and hours, measures, outcomes and the pulse in words."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews import ical
from reviews.models import Cadence, ItemOutcome, Meeting, Series


def nth_choices() -> list[tuple[int, str]]:
    return [(1, _("first")), (2, _("second")), (3, _("third")), (4, _("fourth")), (-1, _("last"))]


def weekday_choices() -> list[tuple[int, str]]:
    """Monday is 0, as in the calendar of the standard library."""
    return [(number, str(name)) for number, name in WEEKDAYS.items()]


def cadence_words(series: Series) -> str:
    """“The second Tuesday of every 3 months at 10:00 (Europe/Berlin), 90 minutes”."""
    if series.cadence == Cadence.EVERY_DAYS:
        rhythm = ngettext("Every day", "Every %(n)d days", series.every_days) % {"n": series.every_days}
    else:
        rhythm = ngettext(
            "The %(nth)s %(weekday)s of every month",
            "The %(nth)s %(weekday)s of every %(n)d months",
            series.every_months,
        ) % {
            "nth": dict(nth_choices())[series.nth],
            "weekday": dict(weekday_choices())[series.weekday],
            "n": series.every_months,
        }
    return _("%(rhythm)s at %(time)s (%(zone)s), %(minutes)d minutes") % {
        "rhythm": rhythm,
        "time": f"{series.local_time:%H:%M}",
        "zone": series.time_zone,
        "minutes": series.duration_minutes,
    }


def pulse_question() -> str:
    return _("How well does what we agreed on serve you in your work?")


def pulse_words() -> dict[int, str]:
    """What each answer means."""
    return {1: _("badly"), 2: _("rather badly"), 3: _("so so"), 4: _("well"), 5: _("very well")}


def day_words(day: date) -> str:
    """“13 Jan 2026”."""
    return date_format(day, "j M Y")


def month_words(day: date) -> str:
    """“Jan 2026”."""
    return date_format(day, "M Y")


def week_words(monday: date) -> str:
    """“13 Jan”, for the labels of a chart; the year is that of the period."""
    return date_format(monday, "j M")


def rounded(value: float, digits: int = 1) -> str:
    """A measure for reading; `number_format` alone would cut it off."""
    return number_format(round(value, digits), digits, force_grouping=True)


def hour_words(instant: datetime, zone: str) -> str:
    """“Tuesday 13 January 2026, 10:00 (Europe/Berlin)”: the same for every reader, for mail and minutes."""
    return f"{date_format(localtime(instant, ical.zone_of(zone)), 'l j F Y, H:i')} ({zone})"


def outcome_sentences(outcome: ItemOutcome) -> list[str]:
    """The verdict, then why, who owns it and when it is looked at again, as far as these were said."""
    parts = [f"{outcome.get_verdict_display()}.", outcome.reason]
    if outcome.owner:
        parts.append(_("Owner: %(name)s.") % {"name": outcome.owner})
    if outcome.review_on:
        parts.append(_("To be looked at again by %(day)s.") % {"day": day_words(outcome.review_on)})
    return [part for part in parts if part]


def outcome_words(outcome: ItemOutcome) -> str:
    """“Keep. Works. Owner: Rita Novak. To be looked at again by 1 Sep 2026.”"""
    return " ".join(outcome_sentences(outcome))


def why_extra(meeting: Meeting) -> str:
    """“Product launch: the new price list”; empty for a meeting that the cadence gave."""
    kind = meeting.get_trigger_kind_display() if meeting.trigger_kind else ""
    return ": ".join(part for part in (kind, meeting.trigger) if part)


def extra_words(meeting: Meeting) -> str:
    """What those who are invited to a meeting out of the cadence are told."""
    values = {
        "series": meeting.series,
        "when": hour_words(meeting.starts_at, meeting.series.time_zone),
        "why": why_extra(meeting),
    }
    if not values["why"]:
        return _("“%(series)s” meets out of its cadence on %(when)s.") % values
    return _("“%(series)s” meets out of its cadence on %(when)s. %(why)s") % values
