"""A series is scheduled, changed and ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions.models import Definition
from portal.common import audit
from portal.common.bells import ring_on_commit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User
from portal.common.near_days import is_near
from reviews import ical, policies
from reviews.cadence import Timetable
from reviews.models import Attendee, MeetingStatus, Participation, Series
from reviews.selectors.series import attendees_of, extras_ahead, occasion_of, timetable_of
from reviews.services.attending import attendee_seat
from reviews.services.calling import lay_checkpoints
from reviews.services.inviting import ask_to, call_off, invite, uninvite, withdraw
from reviews.services.laying import Relaid, lay_again
from reviews.services.occurrences import count_up, keep_ahead, running_series
from reviews.states import MEETING
from reviews.tasks import keep_reviews_ready
from reviews.words import extra_words

SETTINGS = (
    "title",
    "facilitator",
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
# Of the name of this portal in a UID, so that a UID with more before it is still no longer than a column.
HOST_CHARACTERS = 60


@transaction.atomic
def series_create(
    *,
    actor: User,
    definition: Definition,
    attendees: list[User],
    title: str,
    consulted: Iterable[User] = (),
    with_checkpoints: bool = False,
    **values: Any,
) -> Series:
    """Schedule a review: the next four meetings are laid out and everyone is invited.

    `values` are fields of the series: cadence and its parts, `starts_on` (a date), `local_time` (a wall
    time in `time_zone`), `duration_minutes`, `place`, `facilitator` (the actor, unless named). `consulted`
    are invited too, and free to stay away. `with_checkpoints` adds those of the version in force (see
    `selectors.checkpoints`).
    """
    policies.may_run(actor).require()
    _check(values)
    facilitator = values.pop("facilitator", None) or actor
    policies.may_run(facilitator).require()
    host = (urlsplit(settings.SITE_URL).hostname or "localhost")[:HOST_CHARACTERS]
    series = Series.objects.create(
        definition=definition,
        title=_titled(title),
        facilitator=facilitator,
        created_by=actor,
        uid=f"{uuid4().hex}@{host}",
        **values,
    )
    parts = dict.fromkeys([*consulted], Attendee.Part.CONSULTED)
    parts |= dict.fromkeys([*attendees, facilitator], Attendee.Part.REQUIRED)
    for person in parts:
        policies.may_read(person).require()
    Attendee.objects.bulk_create(
        Attendee(series=series, person=person, part=part) for person, part in parts.items()
    )
    now = timezone.now()
    series.starts_on = timetable_of(series).ahead_of(now).starts_on
    series.save(update_fields=["starts_on"])
    keep_ahead(series, now)
    invite(series, attendees_of(series))
    if with_checkpoints:
        lay_checkpoints(series, now)
    audit.record(
        "series.scheduled",
        subject=series,
        actor=actor,
        after={"attendees": len(parts), "cadence": series.cadence, "starts_on": str(series.starts_on)},
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


@transaction.atomic
def series_edit(*, series: Series, actor: User, **values: Any) -> Series:
    """Change a series. What calendars hold raises SEQUENCE, moves the meetings ahead, and is sent out.

    A new pattern goes on from the next meeting, which stays in its month; one with a new `starts_on` begins
    then, today at the earliest. Meetings that were held stay where they were; see `laying` for those that
    were moved or skipped.
    """
    policies.may_run(actor).require()
    _check(values)
    series = running_series(series.pk)
    if "title" in values:
        values["title"] = _titled(values["title"])
    if facilitator := values.get("facilitator"):
        policies.may_run(facilitator).require()
    before = {name: getattr(series, name) for name in values}
    changed = {name for name in values if before[name] != values[name]}
    if not changed:
        return series
    now, table = timezone.now(), timetable_of(series)
    for name in changed:
        setattr(series, name, values[name])
    if "starts_on" in changed:
        series.starts_on = max(series.starts_on, ical.local_day(now, series.time_zone))
    series.save()
    _take_over(series, changed, before, now)
    is_known = series.attendees.filter(person=series.facilitator, removed_at=None).exists()
    if series.facilitator and not is_known:
        attendee_seat(series, series.facilitator, now)
    if timetable_of(series) != table or changed & {"duration_minutes", "place", "title"}:
        _announce(series, changed, table, now)
    elif series.facilitator and not is_known:
        count_up(series)
        invite(series, [each for each in attendees_of(series) if each.person_id == series.facilitator_id])
    audit.record(
        "series.edited",
        subject=series,
        actor=actor,
        before={name: str(before[name]) for name in sorted(changed)},
        after={name: str(values[name]) for name in sorted(changed)},
    )
    ring_on_commit(keep_reviews_ready)
    return series


def _take_over(series: Series, changed: set[str], before: dict[str, Any], now: datetime) -> None:
    """Length, place and who runs it go to the meetings ahead that had those of the series."""
    ahead = series.meetings.filter(status=MeetingStatus.SCHEDULED, starts_at__gt=now, is_extra=False)
    for name in changed & {"duration_minutes", "place", "facilitator"}:
        ahead.filter(**{name: before[name]}).update(**{name: getattr(series, name)})


def _announce(series: Series, changed: set[str], table: Timetable, now: datetime) -> None:
    """Lay the meetings again where the pattern is another, and send everyone what their calendar lacks."""
    number = count_up(series)
    relaid = Relaid()
    if timetable_of(series) != table:
        relaid = lay_again(series, before=table, now=now, number=number, is_new_start="starts_on" in changed)
        series.attendees.update(reply=Participation.Reply.NONE, replied_at=None)
    if relaid.stale:
        withdraw(series, relaid.stale, number)
        number = count_up(series)
    if changed - {"title", "facilitator"}:
        series.laid_sequence = number
        series.save(update_fields=["laid_sequence"])
        ahead = series.meetings.filter(status=MeetingStatus.SCHEDULED, starts_at__gt=now)
        ahead.filter(is_extra=False, is_single=False).update(sequence=number)
    invite(series, attendees_of(series), is_update=True)
    extras = extras_ahead(series, now) if "title" in changed else relaid.detached
    for meeting in extras:
        subject = _("Changed: %(series)s") % {"series": series}
        ask_to(meeting, sentence=extra_words(meeting), subject=subject)


@transaction.atomic
def series_end(*, series: Series, actor: User) -> Series:
    """No more meetings: those ahead are cancelled, everyone is told. Past ones and actions stay.

    Calendars keep the meetings that were; a series that never met is taken out of them altogether.
    """
    policies.may_run(actor).require()
    series = running_series(series.pk)
    if series.meetings.filter(status=MeetingStatus.OPEN).exists():
        raise Conflict(_("A meeting of this series is open. Close it first."))
    now = timezone.now()
    has_begun = next(timetable_of(series).occurrences()) <= now
    singles = series.meetings.filter(
        status=MeetingStatus.SCHEDULED, is_single=True, is_extra=False, starts_at__gt=now
    )
    apart = [occasion_of(each) for each in singles.prefetch_related("participations__person")]
    extras = extras_ahead(series, now)
    for meeting in series.meetings.filter(status=MeetingStatus.SCHEDULED):
        MEETING.apply(meeting, "cancel")
    number = count_up(series)
    sentence = _("“%(series)s” has ended. Its meetings ahead are cancelled.") % {"series": series}
    if has_begun and apart:
        withdraw(series, apart, number)
        count_up(series)
    series.ended_at = now
    series.save(update_fields=["ended_at"])
    if has_begun:
        invite(series, attendees_of(series), is_update=True, sentence=sentence)
    else:
        uninvite(series, attendees_of(series), sentence=sentence)
    for meeting in extras:
        call_off(meeting, sentence=sentence)
    audit.record("series.ended", subject=series, actor=actor)
    return series
