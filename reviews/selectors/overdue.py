"""Reviews that were not held: overdue after the first, lapsed after the second in a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from reviews.ical import local_day
from reviews.models import Meeting, MeetingStatus, Series
from reviews.words import day_words

# A meeting may still be opened on its day; the day after it counts as missed.
GRACE = timedelta(hours=24)
LAPSED_AFTER = 2


@dataclass(frozen=True)
class Missed:
    """A series with its meetings, first to last, that were due since it last met and were not held.

    A skipped one counts: whoever skips every quarter reviews nothing.
    """

    series: Series
    meetings: tuple[Meeting, ...]

    @property
    def is_lapsed(self) -> bool:
        return len(self.meetings) >= LAPSED_AFTER

    @property
    def status(self) -> str:
        return "lapsed" if self.is_lapsed else "overdue"

    @property
    def still_open(self) -> Meeting | None:
        """The latest of them that can be held even now: it was not skipped."""
        return next((each for each in self.meetings[::-1] if each.status == MeetingStatus.SCHEDULED), None)

    @property
    def sentence(self) -> str:
        days = [day_words(local_day(each.starts_at, self.series.time_zone)) for each in self.meetings]
        values = {"series": self.series, "first": days[0], "last": days[-1], "n": len(days)}
        if self.is_lapsed:
            return (
                _("“%(series)s” has lapsed: its last %(n)d meetings, %(first)s to %(last)s, were not held.")
                % values
            )
        return _("“%(series)s” is overdue: its meeting of %(first)s was not held.") % values


def meetings_unheld() -> QuerySet[Meeting]:
    """Meetings of running series that nobody has held to the end: ahead, under way, missed, skipped.

    `is_made_up` where a later one of the series was, or is being, held.
    """
    held = Meeting.objects.filter(
        series=OuterRef("series"),
        status__in=(MeetingStatus.OPEN, MeetingStatus.CLOSED),
        starts_at__gt=OuterRef("starts_at"),
    )
    return (
        Meeting.objects.filter(Q(series__ended_at=None) | Q(status=MeetingStatus.OPEN))
        .exclude(status=MeetingStatus.CLOSED)
        .annotate(is_made_up=Exists(held))
        .select_related("series__created_by", "series__definition")
        .order_by("starts_at", "pk")
    )


def missed_of(meetings: Iterable[Meeting], now: datetime) -> list[Missed]:
    """Of `meetings_unheld`, those that were due and were not held, by series; lapsed ones first."""
    found: dict[int, list[Meeting]] = {}
    for meeting in meetings:
        if is_missed(meeting, now):
            found.setdefault(meeting.series_id, []).append(meeting)
    missed = [Missed(rows[0].series, tuple(rows)) for rows in found.values()]
    return sorted(missed, key=lambda each: -len(each.meetings))


def is_to_come(meeting: Meeting, now: datetime) -> bool:
    """Under way, or ahead, or of today."""
    return meeting.status == MeetingStatus.OPEN or (
        meeting.status == MeetingStatus.SCHEDULED and meeting.starts_at + GRACE > now
    )


def is_missed(meeting: Meeting, now: datetime) -> bool:
    """Of one of `meetings_unheld`."""
    return (
        meeting.status in (MeetingStatus.SCHEDULED, MeetingStatus.CANCELLED)
        and not meeting.is_extra
        and not meeting.is_made_up  # type: ignore[attr-defined]
        and meeting.starts_at + GRACE <= now
    )


def missed_reviews(now: datetime) -> list[Missed]:
    """The series that are overdue or have lapsed. One query."""
    due = meetings_unheld().filter(is_extra=False, starts_at__lte=now - GRACE)
    return missed_of(due, now)
