"""The promises both ways: sales decides in time, marketing brings what sales can work."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.ledger.entries import Entry, Span, rows_of
from leads.ledger.numbers import hours_of
from leads.selectors.funnel import Period, weeks_of
from leads.selectors.funnel.cohorts import week_counts
from leads.selectors.funnel.speed import hours_to_decide
from portal.common.calendars import calendar_of
from portal.common.models import Team
from portal.common.selectors import weekly_capacity_of
from reviews.evidence.cards import (
    Json,
    Number,
    Proposal,
    card,
    cell,
    count_value,
    number,
    row,
    share_cell,
    share_words,
    table,
    watch_address,
)
from reviews.evidence.under_review import UnderReview
from reviews.models import Action, ItemKind
from reviews.words import day_words, rounded, week_words


def sla(numbers: dict[str, Any], under: UnderReview) -> Proposal | None:
    """In time, late, how long it took, and what came; None where nothing was offered in the period."""
    totals = numbers["totals"]
    if not totals["offered_in_all"]:
        return None
    period = under.period
    owed = totals["in_time"] + totals["late"]
    a_week = totals["offered_in_all"] / under.weeks_so_far
    counted: list[Number] = [
        number(
            _("Sales: decided in time"),
            share_words(totals["in_time"], owed),
            _("%(n)d of %(whole)d that were due") % {"n": totals["in_time"], "whole": owed},
            watch_address(period, status="in_time"),
        ),
        number(
            _("Sales: late or expired"),
            totals["late"],
            _("of %(n)d that were due") % {"n": owed},
            watch_address(period, status="late"),
        ),
        number(
            _("Sales: median time to decide"),
            _hours(hours_to_decide(under.handoffs(), calendar_of(Team.SALES))),
            _("of %(n)d decided") % {"n": totals["decided"]},
            watch_address(period, status="decided"),
        ),
        number(
            _("Marketing: leads a week"),
            rounded(a_week),
            _("%(n)d offered in the period") % {"n": totals["offered_in_all"]},
            watch_address(period),
        ),
    ]
    sentence = _("What each side promised the other, and what came of it.")
    evidence = card(sentence, counted, under.as_of, tables=[_ledger(under)])
    return Proposal("sla", ItemKind.SLA, _("Promises both ways"), evidence)


def _hours(hours: float | None) -> str:
    return _("none yet") if hours is None else _("%(n)s working hours") % {"n": rounded(hours)}


def _ledger(under: UnderReview) -> Json | None:
    """The entries of the two-column ledger, of the period, except the volume: that is no share."""
    span = Span(*under.period.bounds(under.zone))
    days = f"?from={under.period.first}&to={under.period.last}"
    lines = []
    for entry in Entry:
        if entry == Entry.VOLUME:
            continue
        rows = rows_of(entry, span, under.as_of)
        counts = rows.order_by().aggregate(n=Count("pk"), kept_in_all=Sum("kept"))
        if not counts["n"]:
            continue
        hours = _hours(hours_of(rows, calendar_of(entry.team))) if entry.has_clock else "\u2013"
        url = reverse("leads:ledger_list", args=[entry.value]) + days
        lines.append(
            row(
                entry.label,
                cell(entry.team.label),
                share_cell(counts["kept_in_all"], counts["n"], url),
                cell(hours),
            )
        )
    columns = [_("Promise"), _("Whose"), _("Share for which it was so"), _("Median time")]
    return table(_("Each promise of the ledger"), columns, lines)


def capacity(numbers: dict[str, Any], under: UnderReview) -> Proposal | None:
    """Leads a week against those that sales can work; None while sales has declared no number."""
    declared = weekly_capacity_of(Team.SALES)
    if not declared:
        return None
    a_week = numbers["totals"]["offered_in_all"] / under.weeks_so_far
    weeks = weeks_of(under.period)
    by_version = week_counts(under.handoffs(), weeks, under.zone).values()
    came = [
        (week, sum(counts[place] for counts in by_version))
        for place, week in enumerate(weeks)
        if under.is_whole(week)
    ]
    counted = [
        number(
            _("Offered a week"),
            rounded(a_week),
            _("of %(n)d that sales can work") % {"n": declared},
            watch_address(under.period),
        ),
        number(
            _("Weeks with more than that"),
            sum(n > declared for _week, n in came),
            _("of %(n)d whole weeks") % {"n": len(came)},
            watch_address(under.period),
        ),
        number(
            _("Still waiting"),
            numbers["totals"]["offered"],
            _("of %(n)d offered") % {"n": numbers["totals"]["offered_in_all"]},
            watch_address(under.period, status="offered"),
        ),
    ]
    sentence = (
        _("More leads come than sales says it can work.")
        if a_week > declared
        else _("Sales can work what comes.")
    )
    evidence = card(sentence, counted, under.as_of, charts=[_by_week(came, declared)])
    return Proposal("capacity", ItemKind.CAPACITY, _("Volume against capacity"), evidence)


def _by_week(came: list[tuple[Period, int]], declared: int) -> Json | None:
    if len(came) < 2:
        return None
    values = [count_value(n, watch_address(week)) for week, n in came]
    return {
        "kind": "columns",
        "key": "capacity-weeks",
        "title": _("Offered each week, beside what sales can work"),
        "desc": _("Leads offered in each whole week of the period, under whichever version."),
        "axis": _("Week from"),
        "labels": [week_words(week.first) for week, _n in came],
        "series": [{"name": _("Offered"), "values": values, "look": "marketing"}],
        "mark": {"name": _("Sales can work %(n)d") % {"n": declared}, "value": declared},
    }


def open_actions(actions: list[Action], today: date, as_of: datetime) -> Proposal | None:
    """Who owes what by when; None where nothing is open."""
    if not actions:
        return None
    late = sum(1 for action in actions if action.due_on < today)
    sentence = ngettext(
        "%(n)d action is open, %(late)d of these overdue.",
        "%(n)d actions are open, %(late)d of these overdue.",
        len(actions),
    ) % {"n": len(actions), "late": late}
    counted = [
        number(
            action.text,
            action.owner.name,
            _("due %(day)s") % {"day": day_words(action.due_on)},
            reverse("reviews:meeting_page", args=[action.meeting_id]) + "#actions",
        )
        for action in actions
    ]
    return Proposal("actions", ItemKind.ACTIONS, _("Open actions"), card(sentence, counted, as_of))
