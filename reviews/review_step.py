"""The seventh step: whether a review of the definition is ahead, and the last one was held."""

from __future__ import annotations

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from definitions import steps
from definitions.steps import DONE, IN_PART, NOT_YET, Link, Standing, Subject
from reviews.selectors.overdue import Missed, is_to_come, meetings_unheld, missed_of
from reviews.selectors.series import series_about


def register() -> None:
    steps.register("review", review_step)


def review_step(subject: Subject) -> Standing:
    now, rows = timezone.now(), list(meetings_unheld().filter(series__definition=subject.definition))
    for missed in missed_of(rows, now):
        return _missed(missed)
    meeting = next((row for row in rows if is_to_come(row, now)), None)
    if meeting is not None:
        values = {
            "series": meeting.series,
            "day": formats.date_format(timezone.localtime(meeting.starts_at), "j F Y"),
        }
        sentence = _("“%(series)s” meets next on %(day)s.") % values
        who, at = str(meeting.series.created_by), meeting.series.created_at
        return Standing(DONE, sentence, Link(_("Open the agenda"), meeting.get_absolute_url()), who, at)
    series = series_about(subject.definition)
    if series is not None:
        sentence = _("“%(series)s” has no meeting ahead.") % {"series": series}
        act = Link(_("Look at the series"), series.get_absolute_url())
        return Standing(IN_PART, sentence, act, str(series.created_by), series.created_at)
    sentence = _("No review is scheduled. A definition that nobody reviews goes stale.")
    return Standing(NOT_YET, sentence, Link(_("Schedule one"), reverse("reviews:series_new")))


def _missed(missed: Missed) -> Standing:
    meeting, series = missed.still_open, missed.series
    act = Link(_("Look at the series"), series.get_absolute_url())
    if meeting is not None:
        act = Link(_("Hold it now, or move it"), meeting.get_absolute_url())
    state = NOT_YET if missed.is_lapsed else IN_PART
    return Standing(state, missed.sentence, act, str(series.created_by), series.created_at, is_overdue=True)
