"""Reads of series and of who sits in them; and each as its calendar plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import takewhile
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions.models import Definition
from portal.common.models import HOUSES, Team, User
from reviews import ical, policies
from reviews.cadence import EveryDays, NthWeekday, Pattern, Timetable
from reviews.models import Attendee, Cadence, Meeting, MeetingStatus, Participation, Series
from reviews.selectors.meetings import AHEAD
from reviews.words import why_extra


def series_visible_to(user: User) -> QuerySet[Series]:
    if not policies.may_read(user):
        return Series.objects.none()
    return Series.objects.select_related(
        "definition__active_version__definition", "facilitator", "created_by"
    )


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
            status__in=AHEAD,
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


def attendees_deactivated(series: Series) -> list[Attendee]:
    """Who is invited still, with an account that was deactivated since. Nothing is sent to them."""
    seats = series.attendees.filter(removed_at=None, person__is_active=False)
    return list(seats.select_related("person").order_by("person__name"))


def people_known_to(series: Series) -> QuerySet[User]:
    """Everybody who works here, and whoever was ever invited, with an account that was deactivated since."""
    return User.objects.filter(Q(is_active=True) | Q(pk__in=series.attendees.values("person")))


def houses_without_seat(attendees: Iterable[Attendee]) -> list[Team]:
    """The houses of whom nobody is invited, to be heard and not only asked: the definition is theirs both."""
    seated = {each.person.team for each in attendees if each.part == Attendee.Part.REQUIRED}
    return [house for house in HOUSES if house not in seated]


def consulted_among(attendees: Iterable[Attendee]) -> set[int]:
    """The ids of the people who are asked and free to stay away."""
    return {each.person_id for each in attendees if each.part == Attendee.Part.CONSULTED}


def extras_ahead(series: Series, now: datetime) -> list[Meeting]:
    """Meetings out of the cadence that are still to be held, with who is invited."""
    return list(
        series.meetings.filter(is_extra=True, status=MeetingStatus.SCHEDULED, starts_at__gt=now)
        .prefetch_related("participations__person")
        .order_by("starts_at", "pk")
    )


def series_of_person(user: User) -> QuerySet[Series]:
    """The series whose meetings belong into this person's calendar."""
    return _with_meetings(
        Series.objects.filter(attendees__person=user, attendees__removed_at=None),
        Attendee.objects.filter(removed_at=None).select_related("person"),
        Participation.objects.select_related("person"),
    )


def _with_meetings(
    rows: QuerySet[Series], attendees: QuerySet[Attendee], seats: QuerySet[Participation]
) -> QuerySet[Series]:
    meetings = Meeting.objects.select_related("series").prefetch_related(Prefetch("participations", seats))
    return (
        rows.select_related("facilitator")
        .prefetch_related(Prefetch("attendees", attendees), Prefetch("meetings", meetings))
        .order_by("pk")
    )


def pattern_of(series: Series) -> Pattern:
    if series.cadence == Cadence.EVERY_DAYS:
        return EveryDays(series.every_days)
    return NthWeekday(series.nth, series.weekday, series.every_months)


def timetable_of(series: Series) -> Timetable:
    return Timetable(pattern_of(series), series.starts_on, series.local_time, ZoneInfo(series.time_zone))


def next_occurrences(series: Series, number: int, after: datetime) -> list[datetime]:
    """The next instants that the cadence gives, later than `after`."""
    return timetable_of(series).upcoming(after, number)


def guest_of(attendee: Attendee) -> ical.Guest:
    return ical.Guest(
        attendee.person.name,
        attendee.person.email,
        attendee.reply,
        is_required=attendee.part == Attendee.Part.REQUIRED,
    )


def plan_of(
    series: Series, attendees: Iterable[Attendee], meetings: Iterable[Meeting], *, with_replies: bool = False
) -> ical.Plan:
    """The series as calendars see it.

    Of `meetings` those are named that differ from the pattern, or were sent by themselves before. A reply to
    one meeting alone makes it differ only in a feed (`with_replies`), which is read anew each time: a message
    that names a meeting would have to name it for ever.
    """
    attendees, meetings = list(attendees), list(meetings)
    table = timetable_of(series)
    first = next(table.occurrences())
    given = _given_until(table, max((each.original_at for each in meetings), default=first))
    consulted = consulted_among(attendees)
    url = f"{settings.SITE_URL}{series.get_absolute_url()}"
    facilitator = series.facilitator
    return ical.Plan(
        uid=series.uid,
        title=series.title,
        pattern=table.pattern,
        first_at=first,
        wall=series.local_time,
        zone=series.time_zone,
        minutes=series.duration_minutes,
        sequence=series.sequence,
        stamp=timezone.now(),
        place=series.place,
        words=_("Agenda, evidence and your reply: %(url)s") % {"url": url},
        url=url,
        until=series.ended_at,
        organizer=_organizer(facilitator),
        guests=tuple(guest_of(each) for each in attendees),
        occasions=tuple(
            occasion_of(each, consulted)
            for each in meetings
            if not each.is_extra
            and each.original_at in given
            and not (series.ended_at and each.original_at > series.ended_at)
            and (_differs(each, series) or (with_replies and _has_replies(each)))
        ),
    )


def _organizer(facilitator: User | None) -> ical.Guest | None:
    """Whom calendar programs answer: the mailbox of replies in the facilitator's name, or the facilitator."""
    if facilitator is None:
        return None
    return ical.Guest(facilitator.name, settings.REPLIES_EMAIL or facilitator.email)


def _given_until(table: Timetable, last: datetime) -> set[datetime]:
    """The instants that the pattern gives, up to this one."""
    return set(takewhile(lambda instant: instant <= last, table.occurrences()))


def uid_of(meeting: Meeting) -> str:
    """By which calendars know a meeting that the pattern of its series does not give."""
    return f"meeting-{meeting.pk}.{meeting.series.uid}"


def occasion_of(meeting: Meeting, consulted: Collection[int] = (), *, uid: str = "") -> ical.Occasion:
    """One meeting as calendars see it, with the replies to it. `consulted` are ids of people."""
    return ical.Occasion(
        original_at=meeting.original_at,
        starts_at=meeting.starts_at,
        minutes=meeting.duration_minutes,
        place=meeting.place,
        is_cancelled=meeting.status == MeetingStatus.CANCELLED,
        uid=uid or (uid_of(meeting) if meeting.is_extra else ""),
        words=why_extra(meeting),
        url=f"{settings.SITE_URL}{meeting.get_absolute_url()}",
        guests=tuple(
            ical.Guest(
                each.person.name,
                each.person.email,
                each.reply,
                is_required=each.person_id not in consulted,
            )
            for each in meeting.participations.all()
        ),
    )


def _differs(meeting: Meeting, series: Series) -> bool:
    return (
        meeting.is_single
        or meeting.starts_at != meeting.original_at
        or meeting.status == MeetingStatus.CANCELLED
        or meeting.duration_minutes != series.duration_minutes
        or meeting.place != series.place
    )


def _has_replies(meeting: Meeting) -> bool:
    return any(each.reply != Participation.Reply.NONE for each in meeting.participations.all())


def calendar_of_person(user: User) -> str:
    """The person's reviews as one iCalendar text: those ahead by their pattern, others singly."""
    return _calendar_of(series_of_person(user), name=_("Reviews in Accord"))


def calendar_of_workspace() -> str:
    """All reviews as one iCalendar text, without a word of who comes: whoever has its address reads it."""
    every = _with_meetings(Series.objects.all(), Attendee.objects.none(), Participation.objects.none())
    return _calendar_of(every, name=_("Reviews in Accord"))


def _calendar_of(rows: Iterable[Series], *, name: str) -> str:
    plans, past = [], []
    for series in rows:
        meetings = list(series.meetings.all())
        plan = plan_of(series, series.attendees.all(), meetings, with_replies=True)
        # A pattern that ended before it began would still show its first day.
        if not (plan.until and plan.until < plan.first_at):
            plans.append(plan)
        past += [
            (plan, occasion_of(each, uid=uid_of(each)))
            for each in meetings
            if (each.original_at < plan.first_at or each.is_extra) and each.status != MeetingStatus.CANCELLED
        ]
    return ical.feed(plans, name=name, past=past)
