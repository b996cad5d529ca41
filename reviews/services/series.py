"""A series is scheduled, changed and ended; people join and leave it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions.models import Definition
from portal.common import audit
from portal.common.bells import ring_on_commit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User
from portal.common.near_days import is_near
from reviews import ical, policies
from reviews.models import Attendee, Meeting, MeetingStatus, Participation, Series
from reviews.selectors.series import attendees_of, next_occurrences
from reviews.services.inviting import invite, uninvite
from reviews.services.occurrences import AHEAD, keep_ahead, seat
from reviews.states import MEETING
from reviews.tasks import keep_reviews_ready

# What a calendar holds: a change of any of these raises SEQUENCE and is sent to everyone.
IN_CALENDARS = (
    "cadence",
    "nth",
    "weekday",
    "every_months",
    "every_days",
    "starts_on",
    "local_time",
    "time_zone",
    "duration_minutes",
    "place",
)
PATTERN = IN_CALENDARS[:8]
SETTINGS = ("title", "facilitator", *IN_CALENDARS)


@transaction.atomic
def series_create(
    *, actor: User, definition: Definition, attendees: list[User], title: str, **values: Any
) -> Series:
    """Schedule a review: the next four meetings are laid out and everyone is invited.

    `values` are fields of the series: cadence and its parts, `starts_on` (a date), `local_time` (a wall
    time in `time_zone`), `duration_minutes`, `place`, `facilitator` (the actor, unless named).
    """
    policies.may_run(actor).require()
    _check(values)
    facilitator = values.pop("facilitator", None) or actor
    policies.may_run(facilitator).require()
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    series = Series.objects.create(
        definition=definition,
        title=_titled(title),
        facilitator=facilitator,
        created_by=actor,
        uid=f"{uuid4().hex}@{host}",
        **values,
    )
    people = {person.pk: person for person in [*attendees, facilitator]}
    Attendee.objects.bulk_create(
        Attendee(series=series, person=person) for person in people.values() if _may_sit(person)
    )
    keep_ahead(series, timezone.now())
    invite(series, attendees_of(series))
    audit.record(
        "series.scheduled",
        subject=series,
        actor=actor,
        after={"attendees": len(people), "cadence": series.cadence, "starts_on": str(series.starts_on)},
    )
    ring_on_commit(keep_reviews_ready)
    return series


def _titled(title: str) -> str:
    if not title.strip():
        raise Invalid(_("Give the review a name."), field="title")
    return title.strip()[:160]


def _check(values: dict[str, Any]) -> None:
    unknown = set(values) - set(SETTINGS)
    if unknown:
        raise TypeError(f"Not a setting of a series: {sorted(unknown)}")
    if values.get("nth", 1) not in (-1, 1, 2, 3, 4):
        raise Invalid(_("Choose the first to the fourth, or the last."), field="nth")
    if "starts_on" in values and not is_near(values["starts_on"], timezone.localdate()):
        raise Invalid(_("Choose a day within ten years."), field="starts_on")
    for name in ("every_months", "every_days"):
        if values.get(name, 1) < 1:
            raise Invalid(_("This is a whole number of at least 1."), field=name)
    if values.get("duration_minutes", 60) < 5:
        raise Invalid(_("A meeting takes at least five minutes."), field="duration_minutes")


def _may_sit(person: User) -> bool:
    policies.may_read(person).require()
    return True


@transaction.atomic
def series_edit(*, series: Series, actor: User, **values: Any) -> Series:
    """Change a series. What calendars hold raises SEQUENCE, moves the meetings ahead, and is sent out.

    A new pattern holds from today at the earliest: meetings that were held stay where they were.
    """
    policies.may_run(actor).require()
    _check(values)
    series = _running(series)
    if "title" in values:
        values["title"] = _titled(values["title"])
    if facilitator := values.get("facilitator"):
        policies.may_run(facilitator).require()
    before = {name: getattr(series, name) for name in values}
    changed = {name for name in values if before[name] != values[name]}
    if not changed:
        return series
    for name in changed:
        setattr(series, name, values[name])
    now = timezone.now()
    if changed & set(PATTERN):
        series.starts_on = max(series.starts_on, ical.local_day(now, series.time_zone))
    if changed & set(IN_CALENDARS) or "title" in changed:
        series.sequence += 1
    series.save()
    if changed & set(PATTERN):
        _lay_again(series, now)
    if {"duration_minutes", "place"} & changed:
        _ahead(series, now).filter(
            duration_minutes=before.get("duration_minutes", series.duration_minutes),
            place=before.get("place", series.place),
        ).update(duration_minutes=series.duration_minutes, place=series.place)
    if changed & set(IN_CALENDARS) or "title" in changed:
        invite(series, attendees_of(series), is_update=True)
    audit.record(
        "series.edited",
        subject=series,
        actor=actor,
        before={name: str(before[name]) for name in sorted(changed)},
        after={name: str(values[name]) for name in sorted(changed)},
    )
    ring_on_commit(keep_reviews_ready)
    return series


def _running(series: Series) -> Series:
    """The series as it stands, held for this transaction."""
    series = Series.objects.select_for_update().get(pk=series.pk)
    if series.ended_at:
        raise Conflict(_("This series has ended. Schedule a new one."))
    return series


def _ahead(series: Series, now: datetime) -> Any:
    return series.meetings.filter(status=MeetingStatus.SCHEDULED, starts_at__gt=now, is_extra=False)


def _lay_again(series: Series, now: datetime) -> None:
    """Give the meetings ahead the instants of the new pattern, in order; replies start over."""
    meetings = list(_ahead(series, now).order_by("original_at"))
    taken = set(
        series.meetings.exclude(pk__in=[each.pk for each in meetings]).values_list("original_at", flat=True)
    )
    instants = [
        each
        for each in next_occurrences(series, max(AHEAD, len(meetings)) + len(taken), now)
        if each not in taken
    ]
    # Out of the way first: a new instant may be one that another of these meetings still holds.
    for meeting in meetings:
        meeting.original_at += timedelta(days=36_525)
    Meeting.objects.bulk_update(meetings, ["original_at"])
    for meeting, instant in zip(meetings, instants, strict=False):
        meeting.original_at = meeting.starts_at = instant
        meeting.sequence = 0
        meeting.prepared_at = None
    Meeting.objects.bulk_update(meetings, ["original_at", "starts_at", "sequence", "prepared_at"])
    Participation.objects.filter(meeting__in=meetings).update(reply=Participation.Reply.NONE, replied_at=None)
    keep_ahead(series, now)


@transaction.atomic
def attendee_add(
    *, series: Series, actor: User, person: User, part: str = Attendee.Part.REQUIRED
) -> Attendee:
    """Invite one more person to every meeting ahead."""
    policies.may_run(actor).require()
    _may_sit(person)
    series = _running(series)
    attendee, is_new = Attendee.objects.get_or_create(series=series, person=person, defaults={"part": part})
    if not is_new and attendee.removed_at is None:
        raise Conflict(_("%(name)s is invited already.") % {"name": person})
    attendee.removed_at = None
    attendee.part = part
    attendee.save(update_fields=["removed_at", "part"])
    _count_up(series)
    seat(series, timezone.now())
    invite(series, [attendee])
    audit.record("series.attendee_added", subject=series, actor=actor, after={"person": person.email})
    return attendee


@transaction.atomic
def attendee_remove(*, series: Series, actor: User, person: User) -> None:
    """Take a person out of every meeting ahead; what was said in past ones stays."""
    policies.may_run(actor).require()
    series = _running(series)
    if person.pk == series.facilitator_id:
        raise Conflict(_("%(name)s runs this review. Name somebody else first.") % {"name": person})
    now = timezone.now()
    removed = Attendee.objects.filter(series=series, person=person, removed_at=None).update(removed_at=now)
    if not removed:
        raise Conflict(_("%(name)s is not invited any more.") % {"name": person})
    Participation.objects.filter(
        Q(meeting__status=MeetingStatus.SCHEDULED), meeting__series=series, person=person
    ).delete()
    _count_up(series)
    attendee = Attendee.objects.select_related("person").get(series=series, person=person)
    uninvite(
        series, [attendee], sentence=_("You are no longer invited to “%(series)s”.") % {"series": series}
    )
    audit.record("series.attendee_removed", subject=series, actor=actor, before={"person": person.email})


def _count_up(series: Series) -> None:
    series.sequence += 1
    series.save(update_fields=["sequence"])


@transaction.atomic
def series_end(*, series: Series, actor: User) -> Series:
    """No more meetings: those ahead are cancelled, everyone is told. Past ones and actions stay."""
    policies.may_run(actor).require()
    series = _running(series)
    if series.meetings.filter(status=MeetingStatus.OPEN).exists():
        raise Conflict(_("A meeting of this series is open. Close it first."))
    now = timezone.now()
    series.ended_at = now
    series.sequence += 1
    series.save(update_fields=["ended_at", "sequence"])
    for meeting in series.meetings.filter(status=MeetingStatus.SCHEDULED):
        MEETING.apply(meeting, "cancel")
    uninvite(
        series,
        attendees_of(series),
        sentence=_("“%(series)s” has ended. Its meetings ahead are cancelled.") % {"series": series},
    )
    audit.record("series.ended", subject=series, actor=actor)
    return series
