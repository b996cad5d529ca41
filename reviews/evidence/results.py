"""How the definition did: results of the version in force, by cohort, channel, persona and version."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from definitions import selectors as definitions
from definitions.models import Version
from leads.evidence import words
from leads.selectors.fitting import fitting
from leads.selectors.funnel import Period, months_of, totals_of
from leads.selectors.funnel.cohorts import step_totals
from leads.selectors.funnel.numbers import total_counts, totals_in
from reviews.evidence.cards import (
    Json,
    Number,
    Proposal,
    card,
    cell,
    number,
    of_decisions,
    row,
    share_cell,
    share_value,
    share_words,
    table,
    watch_address,
)
from reviews.evidence.under_review import UnderReview
from reviews.models import ItemKind
from reviews.words import day_words, month_words

CHANNELS_SHOWN = 8


def headline_numbers(totals: dict[str, int], period: Period, **narrowing: Any) -> list[Number]:
    """The row of numbers that every review starts with."""
    offered = totals["offered_in_all"]
    of_offered = _("of %(n)d offered") % {"n": offered}
    by_whom = (
        _("in the period, by this version") if "version" in narrowing else _("in the period, by all versions")
    )

    def counted(label: str, name: str) -> Number:
        return number(label, totals[name], of_offered, watch_address(period, status=name, **narrowing))

    return [
        number(_("Offered"), offered, by_whom, watch_address(period, **narrowing)),
        counted(_("Accepted"), "ever_accepted"),
        counted(_("Returned"), "returned"),
        counted(_("Sales-qualified"), "sales_qualified"),
        counted(_("Disqualified"), "disqualified"),
        counted(_("Won"), "won"),
        number(
            _("Acceptance rate"),
            share_words(totals["ever_accepted"], totals["decided"]),
            of_decisions(totals["decided"]),
            watch_address(period, status="decided", **narrowing),
        ),
    ]


def results(version: Version | None, numbers: dict[str, Any], under: UnderReview) -> Proposal | None:
    """Results of the version in force; nothing while none is."""
    if version is None:
        return None
    title = _("Results of %(version)s") % {"version": version}
    mine = next((row for row in numbers["by_version"] if row["version"] == version.pk), None)
    if mine is None:
        sentence = _("No lead has been offered under %(version)s in this period.") % {"version": version}
        evidence = card(sentence, [], under.as_of, tables=[_versions(numbers, under)])
        return Proposal("results", ItemKind.RESULTS, title, evidence, version=version)
    sentence = ngettext(
        "Under %(version)s, %(n)d lead was offered from %(first)s to %(last)s.",
        "Under %(version)s, %(n)d leads were offered from %(first)s to %(last)s.",
        mine["offered_in_all"],
    ) % {
        "version": version,
        "n": mine["offered_in_all"],
        "first": day_words(under.period.first),
        "last": day_words(under.period.last),
    }
    cohorts = _by_cohort(version, under)
    evidence = card(
        sentence,
        headline_numbers(mine, under.period, version=version.pk),
        under.as_of,
        tables=[
            table(_("By the month of the offer"), _columns(_("Month")), [each for each, _value in cohorts]),
            _channels(version, under),
            _personas(version, under),
            _versions(numbers, under),
        ],
        charts=[_acceptance(version, cohorts)],
    )
    return Proposal("results", ItemKind.RESULTS, title, evidence, minutes=10, version=version)


def _columns(first: str) -> list[str]:
    return [
        first,
        _("Offered"),
        _("Accepted, of those decided"),
        _("Sales-qualified, of those accepted"),
        _("Won, of those offered"),
    ]


def _row(label: str, counts: Json, period: Period, under: UnderReview, **narrowing: Any) -> Json:
    """One line of a table of results, each number with its handoffs."""

    def address(status: str = "") -> str:
        return watch_address(period, status=status, **narrowing)

    offered, accepted = counts["offered_in_all"], counts["ever_accepted"]
    return row(
        label,
        cell(offered, "", address()),
        share_cell(accepted, counts["decided"], address("ever_accepted")),
        share_cell(counts["sales_qualified"], accepted, address("sales_qualified")),
        _won(counts["won"], offered, period, under, address("won")),
    )


def _won(won: int, offered: int, period: Period, under: UnderReview, url: str) -> Number:
    """The share of those that were won; not before the sales cycle of the last of them is over."""
    is_over = period.last + timedelta(days=under.cycle_days) <= under.today
    said = share_words(won, offered) if is_over else words.too_early()
    return cell(said, _("%(n)d of %(whole)d") % {"n": won, "whole": offered}, url)


def _by_cohort(version: Version, under: UnderReview) -> list[tuple[Json, Json]]:
    """For each month in which it offered any its line of the table, and its acceptance for the chart."""
    months = months_of(under.period)
    found = []
    totals = step_totals(under.handoffs(version=version.pk), months, under.zone)
    for month, counts in zip(months, totals, strict=True):
        if not counts["offered_in_all"]:
            continue
        decided = watch_address(month, status="decided", version=version.pk)
        accepted = share_value(counts["ever_accepted"], counts["decided"], decided)
        found.append((_row(month_words(month.first), counts, month, under, version=version.pk), accepted))
    return found


def _acceptance(version: Version, cohorts: list[tuple[Json, Json]]) -> Json | None:
    if len(cohorts) < 2:
        return None
    return {
        "kind": "lines",
        "key": "results-cohorts",
        "title": _("Accepted of those decided, by the month of the offer"),
        "desc": _("Handoffs of %(version)s. The bar of each point is its 95 %% interval.")
        % {"version": version},
        "axis": _("Month"),
        "labels": [line["label"] for line, _value in cohorts],
        "series": [{"name": _("Accepted"), "values": [value for _line, value in cohorts], "look": "sales"}],
        "most": 100,
        "unit": "%",
    }


def _channels(version: Version, under: UnderReview) -> Json | None:
    rows = under.handoffs(version=version.pk).order_by()
    counted: Any = rows.values("lead__channel").annotate(**total_counts())
    most_first = counted.order_by("-n_offered_in_all", "lead__channel")[:CHANNELS_SHOWN]
    lines = [
        _row(
            each["lead__channel"] or _("Not known"),
            totals_in(each),
            under.period,
            under,
            version=version.pk,
            channel=each["lead__channel"],
        )
        for each in most_first
    ]
    return table(_("By channel"), _columns(_("Channel")), lines)


def _personas(version: Version, under: UnderReview) -> Json | None:
    """By what is known of the leads now; a lead may fit several."""
    rows = under.handoffs(version=version.pk)
    found = [(persona, totals_of(fitting(rows, persona))) for persona in definitions.personas()]
    lines = [
        _row(persona.name, counts, under.period, under, version=version.pk, persona=persona.key)
        for persona, counts in found
        if counts["offered_in_all"]
    ]
    title = _("By persona, as far as is known of the leads now; one may fit several")
    return table(title, _columns(_("Persona")), lines)


def _versions(numbers: Json, under: UnderReview) -> Json | None:
    """All versions under which leads were offered in the period, if there are several."""
    rows = [
        _row(each["label"], each, under.period, under, version=each["version"])
        for each in numbers["by_version"]
    ]
    return table(_("By version"), _columns(_("Version")), rows) if len(rows) > 1 else None
