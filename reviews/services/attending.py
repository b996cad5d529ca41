"""People join a series and leave it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common import audit
from portal.common.errors import Conflict
from portal.common.models import User
from reviews import policies
from reviews.models import Attendee, MeetingStatus, Participation, Series
from reviews.selectors.series import extras_ahead
from reviews.services.inviting import ask_to, call_off, invite, uninvite
from reviews.services.occurrences import count_up, running_series, seat
from reviews.words import extra_words


def attendee_seat(
    series: Series, person: User, now: datetime, part: str = Attendee.Part.REQUIRED
) -> Attendee:
    """A seat in every meeting ahead for somebody who has none, and may have had one; nothing is sent."""
    policies.may_read(person).require()
    attendee, is_new = Attendee.objects.get_or_create(series=series, person=person, defaults={"part": part})
    if not is_new and attendee.removed_at is None:
        raise Conflict(_("%(name)s is invited already.") % {"name": person})
    attendee.removed_at, attendee.part = None, part
    attendee.reply, attendee.replied_at = Participation.Reply.NONE, None
    attendee.save(update_fields=["removed_at", "part", "reply", "replied_at"])
    seat(series, now)
    return attendee


@transaction.atomic
def attendee_add(
    *, series: Series, actor: User, person: User, part: str = Attendee.Part.REQUIRED
) -> Attendee:
    """Invite one more person to every meeting ahead."""
    policies.may_run(actor).require()
    series, now = running_series(series.pk), timezone.now()
    attendee = attendee_seat(series, person, now, part)
    count_up(series)
    invite(series, [attendee])
    for meeting in extras_ahead(series, now):
        ask_to(meeting, [person], sentence=extra_words(meeting))
    audit.record(
        "series.attendee_added", subject=series, actor=actor, after={"person": person.email, "part": part}
    )
    return attendee


@transaction.atomic
def attendee_remove(*, series: Series, actor: User, person: User) -> None:
    """Take a person out of every meeting ahead; what was said in past ones stays."""
    policies.may_run(actor).require()
    series = running_series(series.pk)
    if person.pk == series.facilitator_id:
        raise Conflict(_("%(name)s runs this review. Name somebody else first.") % {"name": person})
    now = timezone.now()
    removed = Attendee.objects.filter(series=series, person=person, removed_at=None).update(removed_at=now)
    if not removed:
        raise Conflict(_("%(name)s is not invited any more.") % {"name": person})
    Participation.objects.filter(
        meeting__status=MeetingStatus.SCHEDULED, meeting__series=series, person=person
    ).delete()
    count_up(series)
    attendee = Attendee.objects.select_related("person").get(series=series, person=person)
    sentence = _("You are no longer invited to “%(series)s”.") % {"series": series}
    uninvite(series, [attendee], sentence=sentence)
    for meeting in extras_ahead(series, now):
        call_off(meeting, [person], sentence=sentence)
    audit.record("series.attendee_removed", subject=series, actor=actor, before={"person": person.email})
