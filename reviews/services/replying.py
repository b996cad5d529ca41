"""Replies that come by mail: whose word is taken, and for what.

A reply can be forged by whoever knows the UID of a series, which only its invitations tell (128 random bits).
Therefore: it counts for a person who is invited now, under an address that is theirs, and, if it is a mail,
that is the sender's too; for the invitation that stands, neither an earlier nor a later one; not against a
later word of the same person; and it says whether that person comes, nothing else. Whoever uploads
another's reply runs reviews and is named in the trail; and the person is told, so that a forged one is
noticed. A mailbox can ask for more: that its own server vouches for the sender (`vouched_by`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common import audit
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import Topic, User
from portal.common.notify import owe_notification
from reviews import policies
from reviews.models import Attendee, Meeting, MeetingStatus, Participation, Series
from reviews.replies import MOST_BYTES, Letter, Reply, Unreadable, letter_of
from reviews.services.occurrences import held_series

OWN_UID = re.compile(r"meeting-(\d{1,18})\.(.+)")


@dataclass(frozen=True)
class Taken:
    """Whose answer was noted, and for how many meetings."""

    person: User
    reply: str
    meetings: int


@transaction.atomic
def reply_import(*, content: bytes, actor: User | None, vouched_by: str = "") -> list[Taken]:
    """Note what a calendar program answered: a file or a mail with METHOD:REPLY. All of it, or nothing.

    `actor` None is a mailbox; `vouched_by` names the mail server that must have found the sender genuine.
    """
    letter = _read(content)
    if vouched_by and vouched_by.lower() not in letter.vouched_by:
        raise Refused(_("%(server)s does not vouch for the sender of this mail.") % {"server": vouched_by})
    return [_take(reply, letter, actor) for reply in letter.replies]


def _read(content: bytes) -> Letter:
    if len(content) > MOST_BYTES:
        raise Invalid(_("This file is too large to be a reply to an invitation."), field="file")
    try:
        return letter_of(content)
    except Unreadable as error:
        raise Invalid(
            _("This is no reply to an invitation. Save the mail of your calendar program, or its .ics file."),
            field="file",
        ) from error


def _take(reply: Reply, letter: Letter, actor: User | None) -> Taken:
    series, extra = _named(reply)
    seat = _seat_of(reply, series)
    person = seat.person
    if letter.sender and letter.sender != person.email.lower():
        values = {"sender": letter.sender, "person": person}
        raise Refused(_("The mail is of %(sender)s and answers for %(person)s.") % values)
    if actor is not None and actor.pk != person.pk and not policies.may_run(actor):
        raise Refused(_("You can take in your own reply. Those of others are for whoever runs reviews."))
    if not reply.answer:
        raise Invalid(_("The reply says neither yes nor no nor perhaps."), field="file")
    if reply.sequence > series.sequence:
        raise Refused(_("This reply is to an invitation that was never sent."))
    meetings = [extra] if extra else _meetings(reply, series)
    now = timezone.now()
    said_at = min(reply.stamp, now)
    noted = _note(reply, meetings, person, said_at)
    is_whole = reply.recurrence is None and extra is None
    if is_whole:
        seat.reply, seat.replied_at = reply.answer, said_at
        seat.save(update_fields=["reply", "replied_at"])
    subject = series if is_whole else meetings[0]
    audit.record(
        "series.replied" if is_whole else "meeting.replied",
        subject=subject,
        actor=actor,
        after={"person": person.email, "reply": reply.answer, "meetings": noted, "by": "mail"},
    )
    if actor is None or actor.pk != person.pk:
        said = Participation.Reply(reply.answer).label
        owe_notification(
            person=person,
            key=f"review-reply:{subject._meta.model_name}:{subject.pk}:{said_at:%Y%m%dT%H%M%S}",
            sentence=_("Your answer to “%(series)s” came by mail: %(said)s.")
            % {"series": series, "said": said.lower()},
            url=subject.get_absolute_url(),
            topic=Topic.REVIEWS,
            by_mail=False,
        )
    return Taken(person, reply.answer, noted)


def _named(reply: Reply) -> tuple[Series, Meeting | None]:
    """The series, held; and the meeting, if it has a UID of its own."""
    own = OWN_UID.fullmatch(reply.uid)
    uid = own[2] if own else reply.uid
    row = None if "\0" in uid else Series.objects.filter(uid=uid).first()
    if row is not None:
        series = held_series(row.pk)
        extra = series.meetings.filter(pk=int(own[1])).first() if own else None
        if extra is not None:
            _require_current(reply, extra)
        if not own or extra:
            return series, extra
    raise Refused(_("This reply is to an invitation that is not of this portal."))


def _seat_of(reply: Reply, series: Series) -> Attendee:
    seats = series.attendees.filter(
        removed_at=None, person__is_active=True, person__email__iexact=reply.email
    )
    seat = None if "\0" in reply.email else seats.select_related("person").first()
    if seat is None:
        values = {"email": reply.email[:200], "series": series}
        raise Refused(_("%(email)s is not invited to “%(series)s”.") % values)
    return seat


def _meetings(reply: Reply, series: Series) -> list[Meeting]:
    """The meetings that the reply is about, all of them still to be held."""
    rows = series.meetings.filter(is_extra=False, status=MeetingStatus.SCHEDULED)
    if reply.recurrence is None:
        if reply.sequence < series.laid_sequence:
            raise Conflict(_changed(series))
        ahead = rows.filter(starts_at__gt=timezone.now(), sequence__lte=reply.sequence)
        return list(ahead.order_by("starts_at"))
    zone = ZoneInfo(series.time_zone)
    for meeting in rows:
        if _is_named(meeting.original_at.astimezone(zone), reply):
            _require_current(reply, meeting)
            return [meeting]
    raise Conflict(_("The meeting that this reply is about is over, or not there any more."))


def _is_named(original: datetime, reply: Reply) -> bool:
    """Whether a recurrence id stands for this instant: itself, its wall time, or its day."""
    named = reply.recurrence
    if not isinstance(named, datetime):
        return original.date() == named
    return original.replace(tzinfo=None) == named if named.tzinfo is None else original == named


def _require_current(reply: Reply, meeting: Meeting) -> None:
    if meeting.status != MeetingStatus.SCHEDULED:
        raise Conflict(_("The meeting that this reply is about is over, or not there any more."))
    if reply.sequence < meeting.sequence:
        raise Conflict(_changed(meeting.series))


def _changed(series: Series) -> str:
    return _(
        "“%(series)s” has changed since this reply was given. The new invitation waits for an answer."
    ) % {"series": series}


def _note(reply: Reply, meetings: list[Meeting], person: User, said_at: datetime) -> int:
    """How many of these now say so: a later word of the person stays. `Conflict` where none is left."""
    seats = list(Participation.objects.filter(meeting__in=meetings, person=person))
    open_to = [seat for seat in seats if seat.replied_at is None or seat.replied_at <= said_at]
    if seats and not open_to:
        raise Conflict(_("%(name)s has given another answer since.") % {"name": person})
    for seat in open_to:
        seat.reply, seat.replied_at = reply.answer, said_at
    Participation.objects.bulk_update(open_to, ["reply", "replied_at"])
    return len(open_to)
