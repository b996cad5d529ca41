"""The sixth step: whether what a text would bring in a week is what sales needs and can work."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from definitions import steps
from definitions.criteria.fingerprint import fingerprint
from definitions.models import Version
from definitions.steps import DONE, IN_PART, NOT_YET, Link, Standing, Subject
from leads.evidence.intervals import Forecast
from leads.selectors.back_tests import outlook_of, told_of


def register() -> None:
    steps.register("volume", volume_step)


@dataclass(frozen=True)
class _Week:
    """A week to come, beside what sales says; each None where nobody knows or says it."""

    forecast: Forecast
    need: int | None
    capacity: int | None


def volume_step(subject: Subject) -> Standing:
    version = subject.version
    if version is None:
        start = reverse("definitions:start", args=[subject.definition.stage])
        return Standing(
            NOT_YET, _("There is no text yet that could be tested."), Link(_("Choose a start"), start)
        )
    told = told_of(version)
    test = Link(_("Test it on the past"), reverse("leads:back_test", args=[version.pk]))
    if told is None:
        sentence = _("Nobody has tested %(version)s on past weeks yet.") % {"version": version}
        return Standing(NOT_YET, sentence, test)
    if told.fingerprint != fingerprint(subject.document):
        sentence = _("%(version)s has changed since it was tested on past weeks.") % {"version": version}
        return Standing(IN_PART, sentence, test, told.who, told.as_of)
    outlook = outlook_of(told.volumes)
    if outlook.forecast is None:
        return Standing(IN_PART, _("There are too few weeks to say."), test, told.who, told.as_of)
    week = _Week(outlook.forecast, subject.definition.weekly_need, outlook.capacity)
    state, verdict, act = _held_against(week, subject, version)
    sentence = _("%(low)d to %(high)d leads a week, %(mean)s on average.") % {
        "low": week.forecast.low,
        "high": week.forecast.high,
        "mean": number_format(week.forecast.mean, 1),
    }
    return Standing(state, f"{sentence} {verdict}", act, told.who, told.as_of, _also(subject, act))


def _held_against(week: _Week, subject: Subject, version: Version) -> tuple[str, str, Link]:
    """The average is held against both numbers; the range stands beside it for the reader to weigh."""
    dial = Link(_("Turn the dial"), reverse("leads:back_test", args=[version.pk]) + "#dial")
    promises = reverse("definitions:promises", args=[subject.definition.stage])
    if week.need is None:
        return IN_PART, _("Sales has not said how many it needs."), Link(_("Say it"), f"{promises}#need")
    if week.capacity is None:
        sentence = _("Sales needs %(need)d, and has not said how many it can work.")
        return IN_PART, sentence % {"need": week.need}, Link(_("Say it"), reverse("portal:profile"))
    values = {"need": week.need, "capacity": week.capacity}
    if week.need > week.capacity:
        sentence = _("Sales needs %(need)d and can work %(capacity)d: one of the two must give.")
        return IN_PART, sentence % values, Link(_("Look at both"), f"{promises}#need")
    if week.forecast.mean < week.need:
        return IN_PART, _("Too few: sales needs %(need)d.") % values, dial
    if week.forecast.mean > week.capacity:
        return IN_PART, _("Too many: sales can work %(capacity)d.") % values, dial
    return DONE, _("Sales needs %(need)d and can work %(capacity)d.") % values, dial


def _also(subject: Subject, act: Link) -> tuple[Link, ...]:
    promises = reverse("definitions:promises", args=[subject.definition.stage]) + "#need"
    return () if act.url == promises else (Link(_("Need and capacity"), promises),)
