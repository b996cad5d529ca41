"""Reads of back-tests: the latest of a version, and what its page says."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from definitions.criteria.fingerprint import fingerprint
from definitions.documents import document_of
from definitions.models import Version
from leads.evidence.intervals import Contrast, Forecast, forecast, trend
from leads.evidence.weeks import FATES, dial_leads
from leads.evidence.working import past_of, reached_of
from leads.models import BackTest
from portal.common.models import Team, User
from portal.common.selectors import weekly_capacity_of

Json = dict[str, Any]
# Lists of leads that a result names outside its weeks.
IN_ALL = ("already", "caught", "missed")
QUALIFIED, GOOD = "qualified", "good"
SIDES = ("version", "against")
# For so long the past weeks of a test speak for the weeks to come.
SPEAKS_FOR = timedelta(days=30)


class Standing(NamedTuple):
    """What there is for a version: the one under way or given up, and the latest result."""

    latest: BackTest | None
    told: BackTest | None
    is_of_this_text: bool


def back_tests_visible_to(user: User) -> QuerySet[BackTest]:
    """Everyone reads them, as everyone reads the versions."""
    if not user.is_active:
        return BackTest.objects.none()
    return BackTest.objects.select_related("version__definition", "against__definition", "requested_by")


def standing_of(user: User, version: Version) -> Standing:
    rows = back_tests_visible_to(user).filter(version=version).exclude(status=BackTest.Status.SUPERSEDED)
    told = rows.filter(status=BackTest.Status.DONE).first()
    is_same = told is not None and told.fingerprint == fingerprint(document_of(version))
    return Standing(rows.defer("result").first(), told, is_same)


class Told(NamedTuple):
    """Of the latest result: the text it is about, by fingerprint, leads per week, who asked, as of when."""

    fingerprint: str
    volumes: list[int]
    who: str
    as_of: datetime


def told_of(version: Version) -> Told | None:
    """The latest result of a version without its lists of leads, of which it can hold a great many."""
    done = BackTest.objects.filter(version=version, status=BackTest.Status.DONE)
    row = done.values("fingerprint", "result__version__volumes", "requested_by__name", "as_of").first()
    if row is None:
        return None
    volumes = row["result__version__volumes"]
    return Told(row["fingerprint"], volumes, row["requested_by__name"] or "", row["as_of"])


def latest_of_text(stage: str, text: str, as_of: datetime) -> BackTest | None:
    """The latest test of a text, by its fingerprint, that still spoke for the weeks to come at an instant."""
    tests = BackTest.objects.filter(version__definition__stage=stage, fingerprint=text)
    recent = tests.filter(as_of__lte=as_of, as_of__gt=as_of - SPEAKS_FOR, status=BackTest.Status.DONE)
    return recent.order_by("-as_of", "-pk").first()


def leads_behind(result: Json, side: str, group: str, week: int | None = None) -> list[int]:
    """The leads of one number: a fate, `qualified` or `good`, of one week or of all; or a list of
    `IN_ALL`. `group` "…-settled" leaves weeks out that are too early to say. Raises KeyError."""
    told = result[side]
    if group in IN_ALL:
        return list(told[group])
    group, _dash, settled = group.partition("-")
    if settled not in ("", "settled"):
        raise KeyError(settled)
    names = FATES if group == QUALIFIED else (group,)
    return [
        lead_id
        for number, each in enumerate(told["weeks"], start=1)
        if week in (None, number) and not (settled and each["is_early"])
        for name in names
        for lead_id in each[name]
    ]


def leads_at_threshold(told: BackTest, threshold: int, group: str) -> list[int]:
    """The leads of one number of the dial, by a name of `DIAL_GROUPS`. Raises KeyError."""
    assert told.result is not None
    past = past_of(told, told.result["cycle"]["days"])
    return dial_leads(reached_of(told), threshold, past)[group]


class Outlook(NamedTuple):
    """A week to come: its forecast (None with too few weeks), the trend of the past, and sales' capacity."""

    forecast: Forecast | None
    trend: int
    capacity: int | None

    @property
    def doubt(self) -> str:
        """What speaks against the forecast; empty where nothing does."""
        if self.trend > 0:
            return _(
                "The later weeks brought clearly more than the earlier ones: expect the upper part of the "
                "range, or more."
            )
        if self.trend < 0:
            return _(
                "The later weeks brought clearly fewer than the earlier ones: expect the lower part of the "
                "range, or fewer."
            )
        return ""


def outlook_of(volumes: list[int]) -> Outlook:
    return Outlook(forecast(volumes), trend(volumes), weekly_capacity_of(Team.SALES))


def contrast_of(told: Json) -> Contrast | None:
    """Won leads among those that qualified and among the others known then."""
    return Contrast(*told["base"]) if told["base"] else None
