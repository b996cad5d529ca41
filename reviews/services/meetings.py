"""One meeting: moved, skipped, replied to, opened; and held while somebody takes part in it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User
from reviews import policies
from reviews.models import AgendaItem, Meeting, MeetingStatus, Participation, Series
from reviews.selectors.meetings import items_of
from reviews.services.inviting import ask_to, call_off
from reviews.services.occurrences import check_start, count_up, held_series
from reviews.services.preparing import meeting_prepare
from reviews.states import MEETING
from reviews.words import hour_words

REPLIES = (Participation.Reply.ACCEPTED, Participation.Reply.DECLINED, Participation.Reply.TENTATIVE)


@transaction.atomic
def meeting_move(
    *,
    meeting: Meeting,
    actor: User,
    starts_at: datetime,
    duration_minutes: int | None = None,
    place: str | None = None,
) -> Meeting:
    """Hold this one meeting at another time or place. Everyone is told, and replies start over."""
    policies.may_run_meeting(actor, meeting).require()
    check_start(starts_at, timezone.now())
    duration = duration_minutes or meeting.duration_minutes
    where = meeting.place if place is None else place
    before = {
        "starts_at": meeting.starts_at.isoformat(),
        "duration_minutes": meeting.duration_minutes,
        "place": meeting.place,
    }
    if (starts_at, duration, where) == (meeting.starts_at, meeting.duration_minutes, meeting.place):
        return meeting
    is_other_time = starts_at != meeting.starts_at
    meeting.series = held_series(meeting.series_id)
    MEETING.apply(
        meeting,
        "move",
        starts_at=starts_at,
        duration_minutes=duration,
        place=where,
        sequence=count_up(meeting.series),
        is_single=not meeting.is_extra,
        # Another day is another period: the agenda is prepared anew.
        prepared_at=None,
    )
    if is_other_time:
        meeting.participations.update(reply=Participation.Reply.NONE, replied_at=None)
    zone = meeting.series.time_zone
    ask_to(
        meeting,
        subject=_("Moved: %(series)s") % {"series": meeting.series},
        sentence=_("“%(series)s” is now on %(when)s.")
        % {"series": meeting.series, "when": hour_words(starts_at, zone)},
    )
    audit.record(
        "meeting.moved",
        subject=meeting,
        actor=actor,
        before=before,
        after={"starts_at": starts_at.isoformat(), "duration_minutes": duration, "place": where},
    )
    return meeting


@transaction.atomic
def meeting_cancel(*, meeting: Meeting, actor: User, note: str = "") -> Meeting:
    """Skip this one meeting. The next one of the series stays."""
    policies.may_run_meeting(actor, meeting).require()
    meeting.series = held_series(meeting.series_id)
    MEETING.apply(meeting, "cancel", sequence=count_up(meeting.series))
    call_off(
        meeting,
        subject=_("Skipped: %(series)s") % {"series": meeting.series},
        sentence=_("“%(series)s” on %(when)s is skipped. %(note)s")
        % {
            "series": meeting.series,
            "when": hour_words(meeting.starts_at, meeting.series.time_zone),
            "note": note.strip(),
        },
    )
    audit.record("meeting.cancelled", subject=meeting, actor=actor, note=note.strip())
    return meeting


@transaction.atomic
def meeting_reply(*, meeting: Meeting, actor: User, reply: str) -> Participation:
    """Accept, decline, or perhaps. A reply can be changed until the meeting is opened."""
    policies.may_reply(actor, meeting).require()
    if reply not in REPLIES:
        raise Invalid(_("Accept, decline, or say perhaps."), field="reply")
    participation = Participation.objects.get(meeting=meeting, person=actor)
    before = participation.reply
    participation.reply = reply
    participation.replied_at = timezone.now()
    participation.save(update_fields=["reply", "replied_at"])
    audit.record(
        "meeting.replied", subject=meeting, actor=actor, before={"reply": before}, after={"reply": reply}
    )
    return participation


def meeting_open(*, meeting: Meeting, actor: User) -> Meeting:
    """Begin: the evidence is renewed a last time, the first item is taken up."""
    policies.may_run_meeting(actor, meeting).require()
    _require_no_other_open(meeting)
    # In its own transaction: with a million leads the evidence takes seconds, and others have to write.
    return _opened(meeting_prepare(meeting=meeting, actor=actor), actor)


def _require_no_other_open(meeting: Meeting) -> None:
    others = Meeting.objects.filter(series=meeting.series_id, status=MeetingStatus.OPEN)
    if others.exclude(pk=meeting.pk).exists():
        raise Conflict(_("Another meeting of this series is still open. Close it first."))


@transaction.atomic
def _opened(meeting: Meeting, actor: User) -> Meeting:
    # Two meetings of one series, opened at once, are put in line.
    Series.objects.select_for_update().get(pk=meeting.series_id)
    _require_no_other_open(meeting)
    waiting = [item for item in items_of(meeting) if item.status == AgendaItem.Status.WAITING]
    now = timezone.now()
    MEETING.apply(
        meeting,
        "open",
        opened_at=now,
        facilitator=actor,
        current_item=waiting[0] if waiting else None,
        current_since=now if waiting else None,
        too_late=_("This meeting is open already, or it is over."),
    )
    Participation.objects.filter(meeting=meeting, person=actor).update(was_present=True)
    audit.record("meeting.opened", subject=meeting, actor=actor)
    return meeting


def hold_for_taking_part(meeting: Meeting, actor: User) -> Meeting:
    """The meeting as it stands, held for this transaction, and not over."""
    policies.may_take_part(actor, meeting).require()
    held = Meeting.objects.select_for_update().get(pk=meeting.pk)
    policies.may_take_part(actor, held).require()
    return held
