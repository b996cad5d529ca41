"""What becomes of the meetings ahead when the pattern of their series changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reviews import ical
from reviews.cadence import Timetable, has_same_rhythm
from reviews.models import Meeting, MeetingStatus, Participation, Series
from reviews.selectors.series import occasion_of, timetable_of
from reviews.services.occurrences import LAID_OUT, keep_ahead

# Beyond every meeting: where the rows wait while others take their instants.
OUT_OF_THE_WAY = timedelta(days=36_525)


@dataclass
class Relaid:
    """What calendars must be told of besides the new pattern.

    `stale` are meetings that they hold apart from the series, by instants that its pattern gives no more.
    `detached` are those that were due before the new pattern begins and are still to be held: each stands on
    its own from now on.
    """

    stale: list[ical.Occasion] = field(default_factory=list)
    detached: list[Meeting] = field(default_factory=list)


def lay_again(
    series: Series, *, before: Timetable, now: datetime, number: int, is_new_start: bool = False
) -> Relaid:
    """Give the meetings ahead the instants of the new pattern; replies to what moves start over.

    While the rhythm stays, each occurrence stands for the one that it was: what was skipped stays skipped,
    and what was moved keeps its time if its day is the same. Under a new rhythm, or from a day that somebody
    chose (`is_new_start`), the meetings are laid in their order. `number` is that of the message to come.
    """
    rows = list(series.meetings.filter(is_extra=False, original_at__gt=now).order_by("original_at"))
    old = before.upcoming(now, LAID_OUT + len(rows) + 1)
    over = {row.original_at for row in rows if not _is_ahead(row, now)}
    following = next(instant for instant in old if instant not in over)
    after = timetable_of(series)
    # The day as people knew it: in another zone it may be one of another month.
    day = following.astimezone(before.zone).date()
    after = after.ahead_of(now) if is_new_start else after.continued(day, now)
    series.starts_on = after.starts_on
    series.save(update_fields=["starts_on"])
    if has_same_rhythm(before.pattern, after.pattern) and not is_new_start:
        left = old[old.index(following) :]
        new = dict(zip(left, after.upcoming(now, len(left)), strict=True))
        pairs = [(row, new[row.original_at]) for row in rows if row.original_at in new]
        zones = (before.zone, after.zone)
    else:
        moving = [row for row in rows if _is_ahead(row, now)]
        free = [each for each in after.upcoming(now, len(rows) + LAID_OUT) if each not in over]
        pairs = list(zip(moving, free, strict=False))
        zones = None
    relaid = _detach(series, now, number)
    relaid.stale += [
        occasion_of(row)
        for row, instant in pairs
        if row.is_single and row.status == MeetingStatus.SCHEDULED and row.original_at != instant
    ]
    kept = {
        row.pk
        for row, instant in pairs
        if zones
        and row.starts_at != row.original_at
        and row.original_at.astimezone(zones[0]).date() == instant.astimezone(zones[1]).date()
    }
    _write(series, pairs, kept=kept, now=now, number=number)
    keep_ahead(series, now)
    return relaid


def _is_ahead(meeting: Meeting, now: datetime) -> bool:
    return meeting.status == MeetingStatus.SCHEDULED and meeting.starts_at > now


def _detach(series: Series, now: datetime, number: int) -> Relaid:
    """Meetings that were moved beyond now stay where they were put, outside of the pattern."""
    moved = series.meetings.filter(
        is_extra=False, status=MeetingStatus.SCHEDULED, original_at__lte=now, starts_at__gt=now
    )
    meetings = list(moved.prefetch_related("participations__person"))
    stale = [occasion_of(meeting) for meeting in meetings]
    for meeting in meetings:
        meeting.is_extra, meeting.sequence = True, number
    Meeting.objects.bulk_update(meetings, ["is_extra", "sequence"])
    return Relaid(stale, meetings)


def _write(
    series: Series, pairs: list[tuple[Meeting, datetime]], *, kept: set[int], now: datetime, number: int
) -> None:
    rows = [row for row, _instant in pairs]
    # Out of the way first: a new instant may be one that another of these meetings still holds.
    for row in rows:
        row.original_at += OUT_OF_THE_WAY
    Meeting.objects.bulk_update(rows, ["original_at"])
    moved = []
    for row, instant in pairs:
        if _is_ahead(row, now) and row.pk not in kept:
            own = (row.duration_minutes, row.place) != (series.duration_minutes, series.place)
            row.starts_at, row.is_single, row.prepared_at = instant, own, None
            moved.append(row)
        if _is_ahead(row, now):
            row.sequence = number
        row.original_at = instant
    Meeting.objects.bulk_update(rows, ["original_at", "starts_at", "is_single", "prepared_at", "sequence"])
    Participation.objects.filter(meeting__in=moved).update(reply=Participation.Reply.NONE, replied_at=None)
