"""What must always hold of reviews, asked of the rows. Each breach is a sentence naming the row."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, Q
from django.utils import timezone

from reviews.models import (
    Action,
    AgendaItem,
    BacklogItem,
    Correction,
    Meeting,
    MeetingStatus,
    Participation,
    Series,
)
from reviews.selectors.meetings import AHEAD


def breaches() -> list[str]:
    return [*_closed_meetings(), *_meetings_ahead(), *_items(), *_seats()]


def _closed_meetings() -> Iterator[str]:
    closed = Meeting.objects.filter(status=MeetingStatus.CLOSED)
    for meeting in closed.filter(Q(minutes="") | Q(period_from=None) | Q(closed_by=None)):
        yield f"Meeting {meeting.pk} is closed without minutes, period or the person who closed it."
    undecided = AgendaItem.objects.filter(meeting__in=closed, needs_outcome=True, outcome=None)
    for item in undecided:
        yield f"Agenda item {item.pk} of closed meeting {item.meeting_id} needs an outcome and has none."
    for meeting in closed.filter(Q(current_item__isnull=False) | Q(current_since__isnull=False)):
        yield f"Meeting {meeting.pk} is closed and still shows an item."
    changed = Q(outcome__decided_at__gt=F("meeting__closed_at")) | Q(outcome__is_late=True)
    told = Correction.objects.filter(of=Correction.Of.OUTCOME).values("item")
    for item in AgendaItem.objects.filter(changed, meeting__in=closed).exclude(pk__in=told):
        yield f"The outcome of agenda item {item.pk} changed after the close without a correction."


def _meetings_ahead() -> Iterator[str]:
    ended = Series.objects.exclude(ended_at=None)
    for meeting in Meeting.objects.filter(series__in=ended, status__in=AHEAD):
        yield f"Meeting {meeting.pk} is ahead, but its series {meeting.series_id} has ended."
    for meeting in Meeting.objects.exclude(current_item=None).exclude(current_item__meeting=F("pk")):
        yield f"Meeting {meeting.pk} shows an item of another meeting."
    unseated = Meeting.objects.filter(
        status=MeetingStatus.SCHEDULED, starts_at__gt=timezone.now(), series__attendees__removed_at=None
    ).annotate(seats=Count("participations"))
    for meeting in unseated.filter(seats=0):
        yield f"Meeting {meeting.pk} is ahead and nobody is invited."


def _items() -> Iterator[str]:
    opened = AgendaItem.objects.filter(outcome__verdict__in=("amend", "replace"), outcome__draft=None)
    for item in opened:
        yield f"Agenda item {item.pk} was decided as a change, and no draft was opened."
    for action in Action.objects.filter(item__isnull=False).exclude(item__meeting=F("meeting")):
        yield f"Action {action.pk} hangs on an item of another meeting."
    taken = BacklogItem.objects.filter(item__isnull=False)
    for row in taken.exclude(item__meeting__series=F("series")):
        yield f"Backlog item {row.pk} stands on the agenda of another series."
    ended = Q(status=Action.Status.OPEN, ended_at__isnull=False) | (
        ~Q(status=Action.Status.OPEN) & Q(ended_at=None)
    )
    for action in Action.objects.filter(ended):
        yield f"Action {action.pk} is {action.status}, and its end says otherwise."
    asked = Q(status=Action.Status.OPEN, remind_at=None) | (
        ~Q(status=Action.Status.OPEN) & Q(remind_at__isnull=False)
    )
    for action in Action.objects.filter(asked):
        yield f"Action {action.pk} is {action.status}, and its next reminder says otherwise."


def _seats() -> Iterator[str]:
    """Nobody has a seat ahead who is not invited to the series."""
    ahead = Participation.objects.filter(
        meeting__status=MeetingStatus.SCHEDULED, meeting__starts_at__gt=timezone.now()
    )
    invited = Q(meeting__series__attendees__person=F("person"), meeting__series__attendees__removed_at=None)
    for seat in ahead.exclude(pk__in=ahead.filter(invited).values("pk")):
        yield f"Person {seat.person_id} has a seat in meeting {seat.meeting_id} without being invited."
