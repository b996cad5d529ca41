"""One meeting as its page shows it: before, in the room, after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from portal.common.models import User
from portal.common.whole_numbers import whole_number
from reviews import policies
from reviews.models import AgendaItem, Correction, Meeting
from reviews.selectors.meetings import (
    actions_of_meeting,
    carried_actions_of,
    earlier_meeting,
    items_of,
    later_meeting,
    participations_of,
    undecided_of,
)

# Opened longer before its time than this, a meeting is opened on purpose or by mistake: the page asks.
EARLY = timedelta(minutes=30)


def meeting_view(meeting: Meeting, user: User) -> dict[str, Any]:
    """The context of the meeting's page. A fixed number of queries, whatever the length of the agenda."""
    items = items_of(meeting)
    participations = participations_of(meeting)
    actions = actions_of_meeting(meeting)
    mine = next((each for each in participations if each.person_id == user.pk), None)
    return {
        "meeting": meeting,
        "series": meeting.series,
        "items": items,
        "planned": sum(item.minutes_planned for item in items),
        "participations": participations,
        "mine": mine,
        "present": [each.person for each in participations if each.was_present],
        "absent": [each.person for each in participations if not each.was_present],
        "is_early": meeting.starts_at > timezone.now() + EARLY,
        "actions": actions,
        "carried_actions": carried_actions_of(meeting),
        "undecided": undecided_of(items),
        "may_run": policies.may_run_meeting(user, meeting),
        "may_end_actions": policies.may_run(user),
        "may_take_part": policies.may_take_part(user, meeting),
        "may_reply": policies.may_reply(user, meeting),
        "may_say_confidence": policies.may_say_confidence(user, meeting),
        "earlier": earlier_meeting(meeting),
        "following": later_meeting(meeting),
    }


def shown_item(items: list[AgendaItem], meeting: Meeting, asked: str) -> AgendaItem | None:
    """The item that the work area shows: the one asked for, else the one the room is at."""
    number = whole_number(asked)
    wanted = meeting.current_item_id if number is None else number
    return next((item for item in items if item.pk == wanted), None)


def corrections_of(meeting: Meeting) -> list[Correction]:
    """What was put right since the close, in that order."""
    return list(meeting.corrections.select_related("corrected_by", "item"))
