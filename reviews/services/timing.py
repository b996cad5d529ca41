"""Which item the room is at, and how long it was at each: from stored instants, which no reload loses."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from reviews.models import AgendaItem, Meeting, MeetingStatus


def room_goes_to(meeting: Meeting, item: AgendaItem | None, now: datetime) -> None:
    """Everybody's screen shows this item from now on; the time spent on the one that is left is added up.

    `meeting` is as the caller holds it in this transaction.
    """
    if item is not None and meeting.current_item_id == item.pk:
        return
    time_spend(meeting, now)
    since = now if item else None
    Meeting.objects.filter(pk=meeting.pk, status=MeetingStatus.OPEN).update(
        current_item=item, current_since=since
    )
    meeting.current_item, meeting.current_since = item, since


def time_spend(meeting: Meeting, now: datetime) -> None:
    """Add the turn under way to the item that the room is at."""
    if meeting.current_item_id and meeting.current_since:
        seconds = max(0, int((now - meeting.current_since).total_seconds()))
        AgendaItem.objects.filter(pk=meeting.current_item_id).update(
            seconds_spent=F("seconds_spent") + seconds
        )
