"""Reads of series and of who sits in them; and each as its calendar plan."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions.models import Definition
from portal.common.models import User
from reviews import ical, policies
from reviews.cadence import EveryDays, NthWeekday, Pattern, occurrences, upcoming
from reviews.models import Attendee, Cadence, Meeting, MeetingStatus, Participation, Series


def series_visible_to(user: User) -> QuerySet[Series]:
    if not policies.may_read(user):
        return Series.objects.none()
    return Series.objects.select_related("definition", "facilitator", "created_by")


def series_about(definition: Definition) -> Series | None:
    """The newest series about a definition that has not ended."""
    rows = Series.objects.filter(definition=definition, ended_at=None).select_related("created_by")
    return rows.order_by("-created_at", "-pk").first()


def next_meeting_about(definition: Definition) -> Meeting | None:
    """The meeting under way, else the next one scheduled, of a series that has not ended."""
    return (
        Meeting.objects.filter(
            series__definition=definition,
            series__ended_at=None,
            status__in=(MeetingStatus.SCHEDULED, MeetingStatus.OPEN),
        )
        .select_related("series__created_by")
        .order_by("starts_at", "pk")
        .first()
    )


def attendees_of(series: Series) -> list[Attendee]:
    """Who is invited to every meeting, by name."""
    return list(
        series.attendees.filter(removed_at=None, person__is_active=True)
        .select_related("person")
        .order_by("person__name")
    )


def series_of_person(user: User) -> QuerySet[Series]:
    """The series whose meetings belong into this person's calendar."""
    return (
        Series.objects.filter(attendees__person=user, attendees__removed_at=None)
        .select_related("facilitator")
        .prefetch_related(
            Prefetch("attendees", Attendee.objects.filter(removed_at=None).select_related("person")),
            Prefetch(
                "meetings",
                Meeting.objects.prefetch_related(
                    Prefetch("participations", Participation.objects.select_related("person"))
                ),
            ),
        )
        .order_by("pk")
    )


def pattern_of(series: Series) -> Pattern:
    if series.cadence == Cadence.EVERY_DAYS:
        return EveryDays(series.every_days)
    return NthWeekday(series.nth, series.weekday, series.every_months)


def next_occurrences(series: Series, number: int, after: datetime) -> list[datetime]:
    """The next instants that the cadence gives, later than `after`."""
    return upcoming(
        pattern_of(series),
        starts_on=series.starts_on,
        wall=series.local_time,
        zone=ZoneInfo(series.time_zone),
        after=after,
        number=number,
    )


def first_occurrence(series: Series) -> datetime:
    return next(
        occurrences(
            pattern_of(series),
            starts_on=series.starts_on,
            wall=series.local_time,
            zone=ZoneInfo(series.time_zone),
        )
    )


def guest_of(attendee: Attendee) -> ical.Guest:
    return ical.Guest(
        attendee.person.name, attendee.person.email, is_required=attendee.part == Attendee.Part.REQUIRED
    )


def plan_of(series: Series, attendees: Iterable[Attendee], meetings: Iterable[Meeting]) -> ical.Plan:
    """The series as calendars see it. `meetings` are those of which some may differ from the pattern."""
    first = first_occurrence(series)
    url = f"{settings.SITE_URL}{series.get_absolute_url()}"
    facilitator = series.facilitator
    return ical.Plan(
        uid=series.uid,
        title=series.title,
        pattern=pattern_of(series),
        first_at=first,
        zone=series.time_zone,
        minutes=series.duration_minutes,
        sequence=series.sequence,
        stamp=timezone.now(),
        place=series.place,
        words=_("Agenda, evidence and your reply: %(url)s") % {"url": url},
        url=url,
        until=series.ended_at,
        organizer=ical.Guest(facilitator.name, facilitator.email) if facilitator else None,
        guests=tuple(guest_of(each) for each in attendees),
        occasions=tuple(
            occasion_of(each)
            for each in meetings
            if each.original_at >= first and not each.is_extra and _differs(each, series)
        ),
    )


def occasion_of(meeting: Meeting) -> ical.Occasion:
    """One meeting as calendars see it, with the replies to it."""
    return ical.Occasion(
        original_at=meeting.original_at,
        starts_at=meeting.starts_at,
        minutes=meeting.duration_minutes,
        place=meeting.place,
        sequence=meeting.sequence,
        is_cancelled=meeting.status == MeetingStatus.CANCELLED,
        url=f"{settings.SITE_URL}{meeting.get_absolute_url()}",
        guests=tuple(
            ical.Guest(each.person.name, each.person.email, each.reply)
            for each in meeting.participations.all()
        ),
    )


def _differs(meeting: Meeting, series: Series) -> bool:
    return (
        meeting.starts_at != meeting.original_at
        or meeting.status == MeetingStatus.CANCELLED
        or meeting.duration_minutes != series.duration_minutes
        or meeting.place != series.place
        or any(each.reply != Participation.Reply.NONE for each in meeting.participations.all())
    )


def calendar_of_person(user: User) -> str:
    """The person's reviews as one iCalendar text: those ahead by their pattern, earlier ones singly."""
    plans, past = [], []
    for series in series_of_person(user):
        meetings = list(series.meetings.all())
        plan = plan_of(series, series.attendees.all(), meetings)
        # A pattern that ended before it began would still show its first day.
        if not (plan.until and plan.until < plan.first_at):
            plans.append(plan)
        past += [
            (plan, occasion_of(each))
            for each in meetings
            if (each.original_at < plan.first_at or each.is_extra) and each.status != MeetingStatus.CANCELLED
        ]
    return ical.feed(plans, name=_("Reviews in Accord"), past=past)
