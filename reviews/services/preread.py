"""The pre-read: the agenda with its evidence, mailed a week ahead to everyone invited, once to each."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common import audit
from portal.common.mail import mail_of, owe_mails
from portal.common.models import OutgoingMail, Topic
from portal.common.notify import Word, owe_notifications
from reviews.models import AgendaItem, Meeting, MeetingStatus, Participation
from reviews.selectors.meetings import agenda_of, items_of, meetings_to_prepare
from reviews.services.inviting import sequence_key_of
from reviews.words import hour_words

MAILED_DAYS_AHEAD = 7


def prereads_owe_due(now: datetime | None = None) -> int:
    """Owe the pre-reads of the meetings of the coming week; says how many mails.

    A seat is marked in the transaction that owes its mail, so whoever comes second finds none. Somebody who
    is invited within the week gets theirs within the hour.
    """
    now = now or timezone.now()
    ahead = meetings_to_prepare(now).filter(
        starts_at__lte=now + timedelta(days=MAILED_DAYS_AHEAD), prepared_at__isnull=False
    )
    unread = Participation.objects.filter(preread_at=None, person__is_active=True)
    near = ahead.filter(pk__in=unread.values("meeting"))
    return sum(_owe(meeting, now) for meeting in near)


@transaction.atomic
def _owe(meeting: Meeting, now: datetime) -> int:
    # Held: two workers at once would find the same seats.
    held = Meeting.objects.select_for_update().get(pk=meeting.pk)
    unread = held.participations.filter(preread_at=None, person__is_active=True)
    seats = list(unread.select_related("person"))
    if held.status != MeetingStatus.SCHEDULED or not seats:
        return 0
    Participation.objects.filter(pk__in=[seat.pk for seat in seats]).update(preread_at=now)
    items = agenda_of(items_of(meeting))
    owe_mails(_mail(meeting, seat, items) for seat in seats)
    sentence = _("The agenda of %(series)s is ready to read.") % {"series": meeting.series}
    url = reverse("reviews:preread", args=[meeting.pk])
    words = [Word(seat.person, _key(meeting), sentence, url) for seat in seats]
    # By a mail of its own, which is on its way.
    owe_notifications(words, topic=Topic.REVIEWS, by_mail=False)
    audit.record("meeting.preread_sent", subject=meeting, actor=None, after={"people": len(seats)})
    return len(seats)


def _key(meeting: Meeting) -> str:
    return f"review-preread:{meeting.pk}"


def _mail(meeting: Meeting, seat: Participation, items: list[AgendaItem]) -> OutgoingMail:
    series = meeting.series
    return mail_of(
        key=f"{_key(meeting)}:{seat.person_id}",
        to_user=seat.person,
        subject=_("To read before %(series)s") % {"series": series},
        template="emails/review_preread",
        context={
            "series": series,
            "meeting": meeting,
            "items": items,
            "when_words": hour_words(meeting.starts_at, series.time_zone),
            "link": settings.SITE_URL + reverse("reviews:preread", args=[meeting.pk]),
            "pdf_link": settings.SITE_URL + reverse("reviews:preread_pdf", args=[meeting.pk]),
        },
        # It never overtakes the invitation, nor the word that the meeting is skipped.
        sequence_key=sequence_key_of(series, seat.person),
    )
