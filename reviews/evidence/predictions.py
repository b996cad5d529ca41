"""What was expected of a version when it was voted on, beside what came."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from definitions.models import Version, Vote
from definitions.selectors.ballot_outcome import expected_of, predictions_on
from leads.evidence import words
from leads.selectors.funnel import Period
from leads.selectors.funnel.forecasts import forecast_numbers
from portal.common.models import Team
from reviews.evidence.cards import (
    Json,
    Number,
    Proposal,
    card,
    cell,
    count_value,
    number,
    row,
    table,
    watch_address,
)
from reviews.evidence.results import headline_numbers
from reviews.evidence.under_review import UnderReview
from reviews.models import ItemKind
from reviews.words import day_words, rounded, week_words


def predictions(version: Version | None, numbers: dict[str, Any], under: UnderReview) -> Proposal | None:
    """The volume that the voters were told to expect, and what they foretold in their own words.

    Nothing where nobody expected anything of the version.
    """
    if version is None:
        return None
    expected, votes = expected_of(version), list(predictions_on(version))
    if expected is None and not votes:
        return None
    forecasts = forecast_numbers(under.handoffs(), under.period, under.as_of)
    mine: Json = next((each for each in forecasts if each["version"] == version.pk), {})
    weeks, came = mine.get("weeks", []), mine.get("came")
    evidence = card(
        _sentence(expected, came),
        [*_volume(expected, weeks, came, version, under), *_outcomes(version, numbers, under)],
        under.as_of,
        tables=[_foretold(votes)],
        charts=[_by_week(expected, weeks, version)] if came is not None else (),
    )
    title = _("What was expected of %(version)s, and what came") % {"version": version}
    return Proposal(f"predictions:{version.pk}", ItemKind.PREDICTIONS, title, evidence, version=version)


def _sentence(expected: Json | None, came: float | None) -> str:
    """`came` is leads a week; None while too few weeks are over."""
    if expected is None:
        return _("No volume was foretold; what voters expected in their own words stands below.")
    if came is None:
        return _("About %(n)s leads a week were expected. It is too early to say whether they come.") % {
            "n": rounded(expected["value"])
        }
    values = {"n": rounded(expected["value"]), "came": rounded(came)}
    if "low" not in expected:  # a slip from before the range was kept beside the mean
        return _("About %(n)s leads a week were expected; %(came)s came.") % values
    values |= {"low": expected["low"], "high": expected["high"]}
    if expected["is_of_new_leads"]:
        return (
            _(
                "From %(low)d to %(high)d newly captured leads a week were foretold; %(came)s a week came, "
                "those known for longer among them."
            )
            % values
        )
    if came < expected["low"]:
        return _("Fewer leads came than foretold: %(came)s a week, of %(low)d to %(high)d.") % values
    if came > expected["high"]:
        return _("More leads came than foretold: %(came)s a week, of %(low)d to %(high)d.") % values
    return (
        _("As many leads came as was foretold: %(came)s a week, of %(low)d to %(high)d and about %(n)s.")
        % values
    )


def _volume(
    expected: Json | None, weeks: list[Json], came: float | None, version: Version, under: UnderReview
) -> list[Number]:
    of_weeks = ngettext("in %(n)d whole week", "in %(n)d whole weeks", len(weeks)) % {"n": len(weeks)}
    url = watch_address(under.period, version=version.pk)
    said = number(_("Came a week"), words.too_early() if came is None else rounded(came), of_weeks, url)
    if expected is None:
        return [said]
    told = _("when it was voted on")
    if expected["as_of"]:
        day = expected["as_of"].astimezone(under.zone).date()
        told = _("when it was voted on, %(day)s") % {"day": day_words(day)}
    found = [
        number(expected["label"], rounded(expected["value"]), told, version.get_absolute_url()),
        said,
    ]
    # Those known for longer come on top of newly captured ones: the weeks cannot be held against these.
    if "low" in expected and not expected["is_of_new_leads"]:
        values = {"low": expected["low"], "high": expected["high"]}
        within = sum(expected["low"] <= week["offered"] <= expected["high"] for week in weeks)
        of_these = _("of %(n)d; %(low)d to %(high)d were foretold") % {"n": len(weeks), **values}
        found.append(number(_("Weeks as foretold"), within, of_these, url))
    return found


def _outcomes(version: Version, numbers: Json, under: UnderReview) -> list[Number]:
    """What a prediction in words may have been about."""
    mine = next((each for each in numbers["by_version"] if each["version"] == version.pk), None)
    return headline_numbers(mine, under.period, version=version.pk) if mine else []


def _foretold(votes: list[Vote]) -> Json | None:
    """Each prediction in the voter's own words."""
    rows = [
        row(
            vote.person,
            cell(Team(vote.house).label, vote.get_choice_display()),
            cell(vote.prediction, "", vote.ballot.get_absolute_url()),
        )
        for vote in votes
    ]
    return table(_("What voters foretold"), [_("Who"), _("House"), _("What")], rows)


def _by_week(expected: Json | None, weeks: list[Json], version: Version) -> Json | None:
    if expected is None:
        return None
    foretold = rounded(expected["value"])
    values = [
        count_value(week["offered"], watch_address(Period(week["first"], week["last"]), version=version.pk))
        for week in weeks
    ]
    return {
        "kind": "columns",
        "key": "predictions-weeks",
        "title": _("Offered each week, beside what was expected"),
        "desc": _("Leads offered under %(version)s in each whole week of the period.") % {"version": version},
        "axis": _("Week from"),
        "labels": [week_words(week["first"]) for week in weeks],
        "series": [{"name": _("Offered"), "values": values, "look": "marketing"}],
        "mark": {"name": _("Expected: %(n)s") % {"n": foretold}, "value": expected["value"]},
    }
