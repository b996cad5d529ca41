"""The promises both ways: sales decides in time, marketing brings what sales can work."""

from __future__ import annotations

from datetime import date, datetime
from statistics import median
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.models import Handoff
from leads.selectors.funnel import Period, decided_instants, narrowed
from portal.common.calendars import calendar_of
from portal.common.models import Team
from portal.common.selectors import weekly_capacity_of
from portal.common.working_time import working_time_between
from reviews.evidence.cards import Number, Proposal, card, number, of_decisions, share_words, watch_address
from reviews.models import Action, ItemKind
from reviews.words import day_words


def weeks_of(period: Period, today: date) -> float:
    """Weeks of the period that have passed, at least one."""
    last = min(period.last, today)
    return max(((last - period.first).days + 1) / 7, 1.0)


def hours_to_decide(period: Period) -> float | None:
    """The median of sales' working hours from the offer to the decision; None when nothing was decided."""
    calendar = calendar_of(Team.SALES)
    pairs = decided_instants(narrowed(Handoff.objects.all(), period=period))
    if not pairs:
        return None
    hours = [
        working_time_between(offered, decided, calendar).total_seconds() / 3600 for offered, decided in pairs
    ]
    return median(hours)


def sla(numbers: dict[str, Any], period: Period, today: date, as_of: datetime) -> Proposal | None:
    totals = numbers["totals"]
    if not totals["offered_in_all"]:
        return None
    owed = totals["in_time"] + totals["late"]
    hours = hours_to_decide(period)
    a_week = totals["offered_in_all"] / weeks_of(period, today)
    counted: list[Number] = [
        number(
            _("Sales: decided in time"),
            share_words(totals["in_time"], owed),
            of_decisions(owed),
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
            _("none decided") if hours is None else _("%(n).1f working hours") % {"n": hours},
            _("of %(n)d decided") % {"n": totals["decided"]},
            watch_address(period, status="decided"),
        ),
        number(
            _("Marketing: leads a week"),
            f"{a_week:.1f}",
            _("%(n)d offered in the period") % {"n": totals["offered_in_all"]},
            watch_address(period),
        ),
    ]
    sentence = _("What each side promised the other, and what came of it.")
    return Proposal("sla", ItemKind.SLA, _("Promises both ways"), card(sentence, counted, as_of))


def capacity(numbers: dict[str, Any], period: Period, today: date, as_of: datetime) -> Proposal | None:
    declared = weekly_capacity_of(Team.SALES)
    if not declared:
        return None
    a_week = numbers["totals"]["offered_in_all"] / weeks_of(period, today)
    waiting = numbers["totals"]["offered"]
    counted = [
        number(
            _("Offered a week"),
            f"{a_week:.1f}",
            _("of %(n)d that sales can work") % {"n": declared},
            watch_address(period),
        ),
        number(
            _("Still waiting"),
            waiting,
            _("of %(n)d offered") % {"n": numbers["totals"]["offered_in_all"]},
            watch_address(period, status="offered"),
        ),
    ]
    sentence = (
        _("More leads come than sales says it can work.")
        if a_week > declared
        else _("Sales can work what comes.")
    )
    return Proposal(
        "capacity", ItemKind.CAPACITY, _("Volume against capacity"), card(sentence, counted, as_of)
    )


def open_actions(actions: list[Action], today: date, as_of: datetime) -> Proposal | None:
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
