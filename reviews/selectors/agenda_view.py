"""The agenda before its meeting: as its page, its pre-read and its backlog show it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from portal.common.models import User
from reviews import policies
from reviews.models import AgendaItem, BacklogItem, Meeting, MeetingStatus, Series
from reviews.selectors.meetings import actions_of_series, agenda_of, items_of, participations_of
from reviews.words import hour_words


def backlog_of(series: Series) -> QuerySet[BacklogItem]:
    """What waits for the next agenda, the oldest first. What a skipped meeting had taken waits again."""
    is_waiting = Q(item=None) | Q(item__meeting__status=MeetingStatus.CANCELLED)
    return series.backlog.filter(is_waiting, removed_at=None).select_related("added_by")


def backlog_visible_to(user: User) -> QuerySet[BacklogItem]:
    if not policies.may_read(user):
        return BacklogItem.objects.none()
    return BacklogItem.objects.select_related("series", "added_by")


def agenda_ahead(meeting: Meeting, items: list[AgendaItem]) -> dict[str, Any]:
    """`agenda` in order, its minutes `planned`, what is `deferred`, and how much waits in the backlog."""
    agenda = agenda_of(items)
    return {
        "agenda": agenda,
        "planned": sum(item.minutes_planned for item in agenda),
        "deferred": [item for item in items if item.status == AgendaItem.Status.DEFERRED],
        "backlog_waiting": backlog_of(meeting.series).count(),
    }


def preread_view(meeting: Meeting) -> dict[str, Any]:
    """What is read before the meeting, on the page and on paper alike, whoever reads it."""
    return {
        "meeting": meeting,
        "series": meeting.series,
        "when_words": hour_words(meeting.starts_at, meeting.series.time_zone),
        "people": [each.person for each in participations_of(meeting)],
        "open_actions": actions_of_series(meeting.series),
        **agenda_ahead(meeting, items_of(meeting)),
    }
