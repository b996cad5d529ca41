"""The rows of the meetings ahead: laid out by the cadence, with a seat for everyone who is invited."""

from __future__ import annotations

from datetime import datetime

from reviews.models import Meeting, MeetingStatus, Participation, Series
from reviews.selectors.series import attendees_of, next_occurrences

AHEAD = 4


def keep_ahead(series: Series, now: datetime) -> int:
    """Make the rows of the next four occurrences that are missing; says how many. Safe to run twice."""
    if series.ended_at:
        return 0
    instants = next_occurrences(series, AHEAD, now)
    known = set(series.meetings.filter(original_at__in=instants).values_list("original_at", flat=True))
    missing = [
        Meeting(
            series=series,
            original_at=instant,
            starts_at=instant,
            duration_minutes=series.duration_minutes,
            place=series.place,
            facilitator_id=series.facilitator_id,
            invited_at=now,
        )
        for instant in instants
        if instant not in known
    ]
    Meeting.objects.bulk_create(missing, ignore_conflicts=True)
    if missing:
        seat(series, now)
    return len(missing)


def seat(series: Series, now: datetime) -> None:
    """A place for every attendee in every meeting ahead."""
    ahead = series.meetings.filter(status=MeetingStatus.SCHEDULED, starts_at__gt=now)
    people = [attendee.person_id for attendee in attendees_of(series)]
    Participation.objects.bulk_create(
        [
            Participation(meeting_id=meeting, person_id=person)
            for meeting in ahead.values_list("pk", flat=True)
            for person in people
        ],
        ignore_conflicts=True,
    )
