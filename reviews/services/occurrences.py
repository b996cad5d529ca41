"""The rows of the meetings ahead: laid out by the cadence, with a seat for everyone who is invited."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from portal.common.errors import Conflict, Invalid
from portal.common.near_days import is_near
from reviews.models import Meeting, MeetingStatus, Participation, Series
from reviews.selectors.series import attendees_of, next_occurrences

# How many meetings of a series are laid out: of a quarterly one, a year.
LAID_OUT = 4


def check_start(starts_at: datetime, now: datetime) -> None:
    """Whether somebody may meet then: not in the past, and not beyond what a calendar can say."""
    if starts_at <= now:
        raise Invalid(_("That time has passed already."), field="starts_at")
    if not is_near(starts_at.date(), now.date()):
        raise Invalid(_("Choose a day within ten years."), field="starts_at")


def held_series(pk: int) -> Series:
    """The series as it stands, held for this transaction: its number and its messages go one by one."""
    return Series.objects.select_for_update().get(pk=pk)


def running_series(pk: int) -> Series:
    """The same, if it has not ended."""
    series = held_series(pk)
    if series.ended_at:
        raise Conflict(_("This series has ended. Schedule a new one."))
    return series


def count_up(series: Series) -> int:
    """The number of the next message about a series that is held: higher than any before."""
    series.sequence += 1
    series.save(update_fields=["sequence"])
    return series.sequence


def keep_ahead(series: Series, now: datetime) -> int:
    """Make the rows of the next four occurrences that are missing; says how many. Safe to run twice."""
    if series.ended_at:
        return 0
    instants = next_occurrences(series, LAID_OUT, now)
    known = set(
        series.meetings.filter(original_at__in=instants, is_extra=False).values_list("original_at", flat=True)
    )
    missing = [
        Meeting(
            series=series,
            original_at=instant,
            starts_at=instant,
            duration_minutes=series.duration_minutes,
            place=series.place,
            facilitator_id=series.facilitator_id,
            sequence=series.laid_sequence,
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
    """A place for every attendee in every meeting ahead, with the reply given for the whole series."""
    ahead = series.meetings.filter(status=MeetingStatus.SCHEDULED, starts_at__gt=now)
    attendees = attendees_of(series)
    Participation.objects.bulk_create(
        [
            Participation(
                meeting_id=meeting,
                person_id=attendee.person_id,
                reply=attendee.reply if is_given else Participation.Reply.NONE,
                replied_at=attendee.replied_at if is_given else None,
            )
            for meeting, is_extra, sequence in ahead.values_list("pk", "is_extra", "sequence")
            for attendee in attendees
            # What somebody said of the series holds for the meetings of its pattern, not for one moved since.
            for is_given in [not is_extra and sequence <= series.laid_sequence]
        ],
        ignore_conflicts=True,
    )
