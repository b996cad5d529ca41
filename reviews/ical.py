"""Reviews as iCalendar (RFC 5545) and as scheduling messages (iTIP, RFC 5546). Pure: values in, text out.

One series is one UID. Its master carries the recurrence; a meeting that differs from the pattern is a
second VEVENT with the same UID and the RECURRENCE-ID of the instant that the pattern gave. A meeting that
the pattern does not give has a UID of its own.

One number counts for all of them: every message about a series bears a higher SEQUENCE than the one before,
whichever meeting it is about. So no program can take the newer of two messages for the older, whether it
counts by UID or by UID and RECURRENCE-ID (RFC 5546, 2.1.5).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vRecur,
    vText,
)

from reviews.cadence import EveryDays, Pattern

PRODUCT = "-//Accord//Reviews//EN"
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
PARTSTAT = {
    "none": "NEEDS-ACTION",
    "accepted": "ACCEPTED",
    "declined": "DECLINED",
    "tentative": "TENTATIVE",
}
# A time zone is spelled out from the year before the series begins, for this many years.
YEARS_OF_ZONE = 22


@dataclass(frozen=True)
class Guest:
    name: str
    email: str
    reply: str = "none"  # a key of PARTSTAT
    is_required: bool = True


@dataclass(frozen=True)
class Occasion:
    """One meeting that differs from the pattern: moved, skipped, or with replies of its own.

    One that the pattern does not give at all has a `uid` of its own.
    """

    original_at: datetime
    starts_at: datetime
    minutes: int
    place: str = ""
    is_cancelled: bool = False
    uid: str = ""
    words: str = ""
    url: str = ""
    guests: tuple[Guest, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A series as the calendar sees it; `first_at` is the first occurrence of its pattern, at `wall`.

    On a day whose change of clocks skips `wall` the instant has another local time, and the pattern none.
    """

    uid: str
    title: str
    pattern: Pattern
    first_at: datetime
    wall: time
    zone: str
    minutes: int
    sequence: int
    stamp: datetime
    place: str = ""
    words: str = ""
    url: str = ""
    until: datetime | None = None
    organizer: Guest | None = None
    guests: tuple[Guest, ...] = ()
    occasions: tuple[Occasion, ...] = field(default=())


def request(plan: Plan) -> str:
    """METHOD:REQUEST for the whole series, with the meetings that differ from it."""
    calendar = _calendar("REQUEST", plan.zone, plan.first_at)
    calendar.add_component(_master(plan))
    for occasion in plan.occasions:
        if not occasion.is_cancelled:
            calendar.add_component(_occasion(plan, occasion))
    return _text(calendar)


def request_one(plan: Plan, occasion: Occasion) -> str:
    """METHOD:REQUEST for one meeting: of the series, moved; or outside of the pattern."""
    calendar = _calendar("REQUEST", plan.zone, min(plan.first_at, occasion.original_at))
    calendar.add_component(_occasion(plan, occasion))
    return _text(calendar)


def cancel(plan: Plan, guests: Sequence[Guest]) -> str:
    """METHOD:CANCEL of the whole series for these guests."""
    calendar = _calendar("CANCEL", plan.zone, plan.first_at)
    event = _event(plan, _given(plan.first_at, plan), plan.minutes, plan.place, tuple(guests))
    event["STATUS"] = vText("CANCELLED")
    calendar.add_component(event)
    return _text(calendar)


def cancel_some(plan: Plan, occasions: Sequence[Occasion]) -> str:
    """METHOD:CANCEL of single meetings, all of the series or one with a UID of its own."""
    calendar = _calendar("CANCEL", plan.zone, min([plan.first_at, *[each.original_at for each in occasions]]))
    for occasion in occasions:
        event = _occasion(plan, occasion)
        event["STATUS"] = vText("CANCELLED")
        calendar.add_component(event)
    return _text(calendar)


def feed(plans: Sequence[Plan], *, name: str, past: Sequence[tuple[Plan, Occasion]] = ()) -> str:
    """METHOD:PUBLISH of several series. `past` are meetings that the pattern of none of them gives."""
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    firsts: dict[str, datetime] = {}
    for zone, instant in [(plan.zone, plan.first_at) for plan in plans] + [
        (plan.zone, occasion.starts_at) for plan, occasion in past
    ]:
        firsts[zone] = min(firsts.get(zone, instant), instant)
    for zone, instant in sorted(firsts.items()):
        _add_zone(calendar, zone, instant)
    for plan in plans:
        calendar.add_component(_master(plan))
        for occasion in plan.occasions:
            if not occasion.is_cancelled:
                calendar.add_component(_occasion(plan, occasion))
    for plan, occasion in past:
        calendar.add_component(_occasion(plan, occasion))
    return _text(calendar)


def _calendar(method: str, zone: str, first: datetime) -> Calendar:
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", method)
    _add_zone(calendar, zone, first)
    return calendar


def _add_zone(calendar: Calendar, zone: str, first: datetime) -> None:
    if zone != "UTC":
        calendar.add_component(time_zone(zone, first.year - 1))


def _master(plan: Plan) -> Event:
    event = _event(plan, _given(plan.first_at, plan), plan.minutes, plan.place, plan.guests)
    event.add("RRULE", recurrence(plan.pattern, plan.until))
    for occasion in plan.occasions:
        if occasion.is_cancelled:
            event.add("EXDATE", _given(occasion.original_at, plan))
    return event


def _occasion(plan: Plan, occasion: Occasion) -> Event:
    guests = occasion.guests or plan.guests
    starts_at = _local(occasion.starts_at, plan.zone)
    event = _event(plan, starts_at, occasion.minutes, occasion.place, guests)
    if occasion.uid:
        event["UID"] = vText(occasion.uid)
    else:
        event.add("RECURRENCE-ID", _given(occasion.original_at, plan))
    if occasion.words:
        event["DESCRIPTION"] = vText(occasion.words)
    if occasion.url:
        event["URL"] = vText(occasion.url)
    return event


def recurrence(pattern: Pattern, until: datetime | None = None) -> vRecur:
    """FREQ=MONTHLY;INTERVAL=3;BYDAY=2TU, or FREQ=DAILY;INTERVAL=90."""
    if isinstance(pattern, EveryDays):
        rule = vRecur(FREQ="DAILY", INTERVAL=pattern.days)
    else:
        rule = vRecur(
            FREQ="MONTHLY", INTERVAL=pattern.every_months, BYDAY=f"{pattern.nth}{WEEKDAYS[pattern.weekday]}"
        )
    if until:
        rule["UNTIL"] = until.astimezone(UTC)
    return rule


def _event(plan: Plan, starts_at: datetime, minutes: int, place: str, guests: tuple[Guest, ...]) -> Event:
    event = Event()
    event.add("UID", plan.uid)
    event.add("DTSTAMP", plan.stamp.astimezone(UTC))
    event.add("SEQUENCE", plan.sequence)
    event.add("SUMMARY", plan.title)
    event.add("DTSTART", starts_at)
    event.add("DURATION", timedelta(minutes=minutes))
    event.add("STATUS", "CONFIRMED")
    if place:
        event.add("LOCATION", place)
    if plan.words:
        event.add("DESCRIPTION", plan.words)
    if plan.url:
        event.add("URL", plan.url)
    if plan.organizer:
        organizer = vCalAddress(f"mailto:{plan.organizer.email}")
        organizer.params["CN"] = plan.organizer.name
        event["ORGANIZER"] = organizer
    for guest in guests:
        event.add("ATTENDEE", _address(guest))
    return event


def _address(guest: Guest) -> vCalAddress:
    address = vCalAddress(f"mailto:{guest.email}")
    address.params["CN"] = guest.name
    address.params["CUTYPE"] = "INDIVIDUAL"
    address.params["ROLE"] = "REQ-PARTICIPANT" if guest.is_required else "OPT-PARTICIPANT"
    address.params["PARTSTAT"] = PARTSTAT[guest.reply]
    address.params["RSVP"] = "TRUE" if guest.reply == "none" else "FALSE"
    return address


def zone_of(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)


def _local(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(zone_of(zone))


def _given(instant: datetime, plan: Plan) -> datetime:
    """An instant as the pattern gives it: at the wall time, also where a change of clocks skips that."""
    local = _local(instant, plan.zone)
    wall = datetime.combine(local.date(), plan.wall, zone_of(plan.zone))
    return wall if wall.astimezone(UTC) == instant.astimezone(UTC) else local


def _text(calendar: Calendar) -> str:
    return calendar.to_ical().decode("utf-8")


@lru_cache(maxsize=64)
def time_zone(name: str, first_year: int) -> Timezone:
    """VTIMEZONE with the offsets of `YEARS_OF_ZONE` years and more, each change at its local time before it.

    Written out here: the package's own generator dates the changes to summer time an hour late.
    """
    zone = ZoneInfo(name)
    start = datetime(first_year, 1, 1, tzinfo=UTC)
    component = Timezone()
    component.add("TZID", name)
    _add_rule(component, zone, [start.astimezone(zone).replace(tzinfo=None)], start, start)
    changes: dict[tuple[timedelta | None, timedelta | None, str | None], list[datetime]] = {}
    for change in _changes(zone, start, datetime(first_year + YEARS_OF_ZONE, 1, 1, tzinfo=UTC)):
        before, after = (change - timedelta(seconds=1)).astimezone(zone), change.astimezone(zone)
        changes.setdefault((before.utcoffset(), after.utcoffset(), after.tzname()), []).append(change)
    for instants in changes.values():
        before = instants[0] - timedelta(seconds=1)
        locals_ = [
            (each + ((each - timedelta(seconds=1)).astimezone(zone).utcoffset() or timedelta())).replace(
                tzinfo=None
            )
            for each in instants
        ]
        _add_rule(component, zone, locals_, before, instants[0])
    return component


def _add_rule(
    component: Timezone, zone: ZoneInfo, starts: list[datetime], before: datetime, after: datetime
) -> None:
    then = after.astimezone(zone)
    rule = TimezoneDaylight() if then.dst() else TimezoneStandard()
    rule.add("DTSTART", starts[0])
    rule.add("TZOFFSETFROM", before.astimezone(zone).utcoffset())
    rule.add("TZOFFSETTO", then.utcoffset())
    rule.add("TZNAME", then.tzname())
    if yearly := _yearly(starts):
        rule.add("RRULE", yearly)
    elif starts[1:]:
        rule.add("RDATE", starts[1:])
    component.add_component(rule)


def _yearly(starts: list[datetime]) -> vRecur | None:
    """The rule of changes that come each year on the same weekday of the same week: programs read it best.

    None where there is none, as for changes that follow the moon, or too few years to tell.
    """
    first = starts[0]
    years = [each.year for each in starts]
    days = [each.day for each in starts]
    is_alike = {(each.month, each.weekday(), each.time()) for each in starts} == {
        (first.month, first.weekday(), first.time())
    }
    # In 22 years a weekday falls on each day of its week.
    is_a_week = max(days) - min(days) == 6
    if not (is_alike and is_a_week and years == list(range(first.year, first.year + len(years)))):
        return None
    weekday, length = WEEKDAYS[first.weekday()], monthrange(2001, first.month)[1]
    if max(days) == length:
        return vRecur(FREQ="YEARLY", BYMONTH=first.month, BYDAY=f"-1{weekday}")
    if min(days) % 7 == 1:
        return vRecur(FREQ="YEARLY", BYMONTH=first.month, BYDAY=f"{min(days) // 7 + 1}{weekday}")
    return vRecur(
        FREQ="YEARLY", BYMONTH=first.month, BYDAY=weekday, BYMONTHDAY=list(range(min(days), max(days) + 1))
    )


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    """The instants at which the zone's offset changes, to the second."""
    found = []
    day = start
    while day < end:
        following = day + timedelta(days=1)
        if day.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            low, high = day, following
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                if middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset():
                    low = middle
                else:
                    high = middle
            found.append(high)
        day = following
    return found


def local_day(instant: datetime, zone: str) -> date:
    """The day of an instant in a zone."""
    return _local(instant, zone).date()
