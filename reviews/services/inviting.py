"""What people are sent about meetings: mails with an iCalendar part, owed in the act's own transaction.

All mails of one series to one person share a sequence key, so that a cancellation never overtakes the
invitation it cancels.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.conf import settings
from django.utils.translation import gettext as _

from portal.common.mail import owe_mail
from portal.common.models import Topic, User
from portal.common.notify import owe_notification
from reviews import ical
from reviews.models import Attendee, Meeting, Series
from reviews.selectors.meetings import participations_of
from reviews.selectors.series import attendees_of, consulted_among, guest_of, occasion_of, plan_of
from reviews.words import cadence_words, hour_words


def sequence_key_of(series: Series, person: User) -> str:
    """Of all mails of one series to one person, which leave in their order."""
    return f"{series.uid}:{person.pk}"[:120]


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
        sequence_key=sequence_key_of(series, person),
    )


def invite(
    series: Series, people: Iterable[Attendee], *, is_update: bool = False, sentence: str = ""
) -> None:
    """REQUEST for the whole series to these attendees; `sentence` says it in place of the usual words."""
    plan = plan_of(series, attendees_of(series), series.meetings.prefetch_related("participations__person"))
    calendar = ical.request(plan)
    subject = (_("Changed: %(series)s") if is_update else _("Invitation: %(series)s")) % {"series": series}
    for attendee in people:
        _owe(
            attendee.person,
            series=series,
            key=f"review-invite:{series.pk}:{series.sequence}",
            subject=subject,
            template="emails/review_change" if sentence else "emails/review_invitation",
            calendar=calendar,
            method="REQUEST",
            url=series.get_absolute_url(),
            is_update=is_update,
            sentence=sentence,
            cadence=cadence_words(series),
            first_words=hour_words(plan.first_at, series.time_zone),
        )


def uninvite(series: Series, people: Iterable[Attendee], *, sentence: str) -> None:
    """CANCEL of the whole series for these attendees; nothing to those whose account was deactivated."""
    people = [each for each in people if each.person.is_active]
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


def withdraw(series: Series, stale: list[ical.Occasion], number: int) -> None:
    """CANCEL of meetings that calendars hold apart from a series whose pattern gives them no more.

    A program that keeps such a meeting when its series changes would show it for ever.
    """
    attendees = attendees_of(series)
    calendar = ical.cancel_some(plan_of(series, attendees, ()), stale)
    for attendee in attendees:
        _owe(
            attendee.person,
            series=series,
            key=f"review-withdraw:{series.pk}:{number}",
            subject=_("Changed: %(series)s") % {"series": series},
            template="emails/review_change",
            calendar=calendar,
            method="CANCEL",
            url=series.get_absolute_url(),
            sentence=_("“%(series)s” has changed. A meeting that was moved by itself leaves your calendar.")
            % {"series": series},
        )


def ask_to(
    meeting: Meeting, people: Iterable[User] | None = None, *, sentence: str, subject: str = ""
) -> None:
    """REQUEST for one meeting, to these people or to everyone who is invited to it."""
    calendar = ical.request_one(*_alone(meeting))
    subject = subject or _("Invitation: %(series)s") % {"series": meeting.series}
    _tell_of(meeting, people, calendar, "REQUEST", subject, sentence)


def call_off(
    meeting: Meeting, people: Iterable[User] | None = None, *, sentence: str, subject: str = ""
) -> None:
    """CANCEL of one meeting, for these people or for everyone who was invited to it."""
    plan, occasion = _alone(meeting)
    if people is not None:
        # It names those whom it uninvites, who have no seat any more (RFC 5546, 3.2.5).
        people = list(people)
        occasion = replace(occasion, guests=tuple(ical.Guest(each.name, each.email) for each in people))
    calendar = ical.cancel_some(plan, [occasion])
    subject = subject or _("Cancelled: %(series)s") % {"series": meeting.series}
    _tell_of(meeting, people, calendar, "CANCEL", subject, sentence)


def _alone(meeting: Meeting) -> tuple[ical.Plan, ical.Occasion]:
    attendees = attendees_of(meeting.series)
    return plan_of(meeting.series, attendees, ()), occasion_of(meeting, consulted_among(attendees))


def _tell_of(
    meeting: Meeting,
    people: Iterable[User] | None,
    calendar: str,
    method: str,
    subject: str,
    sentence: str,
) -> None:
    series = meeting.series
    everyone = [each.person for each in participations_of(meeting)]
    for person in everyone if people is None else people:
        if not person.is_active:
            continue
        key = f"review-{method.lower()}:{meeting.pk}:{series.sequence}"
        url = meeting.get_absolute_url()
        _owe(
            person,
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
            person=person, key=key, sentence=sentence, url=url, topic=Topic.REVIEWS, by_mail=False
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
