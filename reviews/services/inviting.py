"""What people are sent about meetings: mails with an iCalendar part, owed in the act's own transaction.

All mails of one series to one person share a sequence key, so that a cancellation never overtakes the
invitation it cancels.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext as _

from portal.common.mail import owe_mail
from portal.common.models import Topic, User
from portal.common.notify import owe_notification
from reviews import ical
from reviews.models import Attendee, Meeting, Series
from reviews.selectors.meetings import participations_of
from reviews.selectors.series import attendees_of, guest_of, occasion_of, plan_of
from reviews.words import cadence_words, hour_words


def _owe(
    person: User,
    *,
    series: Series,
    key: str,
    subject: str,
    template: str,
    calendar: str,
    method: str,
    url: str,
    **context: object,
) -> None:
    owe_mail(
        key=f"{key}:{person.pk}",
        to_user=person,
        subject=subject,
        template=template,
        context={"series": series, "link": f"{settings.SITE_URL}{url}", **context},
        calendar=calendar,
        calendar_method=method,
        sequence_key=f"{series.uid}:{person.pk}"[:120],
    )


def invite(series: Series, people: Iterable[Attendee], *, is_update: bool = False) -> None:
    """REQUEST for the whole series to these attendees."""
    plan = plan_of(series, attendees_of(series), series.meetings.prefetch_related("participations__person"))
    calendar = ical.request(plan)
    subject = (_("Changed: %(series)s") if is_update else _("Invitation: %(series)s")) % {"series": series}
    for attendee in people:
        _owe(
            attendee.person,
            series=series,
            key=f"review-invite:{series.pk}:{series.sequence}",
            subject=subject,
            template="emails/review_invitation",
            calendar=calendar,
            method="REQUEST",
            url=series.get_absolute_url(),
            is_update=is_update,
            cadence=cadence_words(series),
            first_words=hour_words(plan.first_at, series.time_zone),
        )


def uninvite(series: Series, people: Iterable[Attendee], *, sentence: str) -> None:
    """CANCEL of the whole series for these attendees."""
    people = list(people)
    calendar = ical.cancel(plan_of(series, people, ()), [guest_of(each) for each in people])
    for attendee in people:
        _owe(
            attendee.person,
            series=series,
            key=f"review-cancel:{series.pk}:{series.sequence}",
            subject=_("Cancelled: %(series)s") % {"series": series},
            template="emails/review_change",
            calendar=calendar,
            method="CANCEL",
            url=series.get_absolute_url(),
            sentence=sentence,
        )


def tell_of_move(meeting: Meeting, *, sentence: str) -> None:
    """REQUEST with the RECURRENCE-ID of one meeting, to everyone who is invited to it."""
    series = meeting.series
    calendar = ical.request_one(plan_of(series, attendees_of(series), ()), occasion_of(meeting))
    _tell_of(meeting, calendar, "REQUEST", _("Moved: %(series)s") % {"series": series}, sentence)


def tell_of_cancellation(meeting: Meeting, *, sentence: str) -> None:
    """CANCEL with the RECURRENCE-ID of one meeting."""
    series = meeting.series
    calendar = ical.cancel_one(plan_of(series, attendees_of(series), ()), occasion_of(meeting))
    _tell_of(meeting, calendar, "CANCEL", _("Skipped: %(series)s") % {"series": series}, sentence)


def _tell_of(meeting: Meeting, calendar: str, method: str, subject: str, sentence: str) -> None:
    series = meeting.series
    for participation in participations_of(meeting):
        if not participation.person.is_active:
            continue
        key = f"review-{method.lower()}:{meeting.pk}:{series.sequence}.{meeting.sequence}"
        url = meeting.get_absolute_url()
        _owe(
            participation.person,
            series=series,
            key=key,
            subject=subject,
            template="emails/review_change",
            calendar=calendar,
            method=method,
            url=url,
            sentence=sentence,
        )
        # Not by mail a second time: that with the change for the calendar is on its way.
        owe_notification(
            person=participation.person,
            key=key,
            sentence=sentence,
            url=url,
            topic=Topic.REVIEWS,
            by_mail=False,
        )


def send_minutes(meeting: Meeting) -> None:
    """The minutes to everyone who was invited."""
    series, url = meeting.series, meeting.get_absolute_url()
    for participation in participations_of(meeting):
        if participation.person.is_active:
            _owe(
                participation.person,
                series=series,
                key=f"review-minutes:{meeting.pk}",
                subject=_("Minutes: %(series)s") % {"series": series},
                template="emails/review_minutes",
                calendar="",
                method="",
                url=url,
                minutes=meeting.minutes,
            )
            owe_notification(
                person=participation.person,
                key=f"review-minutes:{meeting.pk}",
                sentence=_("The minutes of %(series)s are written.") % {"series": series},
                url=url,
                topic=Topic.REVIEWS,
                by_mail=False,
            )
