"""A calendar program that is not ours: it obeys scheduling messages as RFC 5546 has it.

Programs differ in what becomes of a meeting that was moved by itself when its series changes: some take the
new series as the whole truth (`keeps_apart` False), some keep what they hold apart by its RECURRENCE-ID until
they are told otherwise. Both must end in the right calendar.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime

import recurring_ical_events
from icalendar import Calendar, Event

Seen = tuple[int, datetime]
# Start, minutes, place, title.
Shown = tuple[datetime, int, str, str]


class Program:
    """The calendar of the person at `email`."""

    def __init__(self, email: str, *, keeps_apart: bool) -> None:
        self.email = email
        self.keeps_apart = keeps_apart
        self.series: dict[str, Event] = {}
        self.apart: dict[str, dict[datetime, Event]] = {}
        self.gone: dict[str, set[datetime]] = {}  # cancelled by themselves since the series was last sent
        self.seen: dict[tuple[str, datetime | None], Seen] = {}

    def receive(self, text: str) -> None:
        calendar = Calendar.from_ical(text)
        events = sorted(calendar.walk("VEVENT"), key=lambda event: "RECURRENCE-ID" in event)
        for event in events:
            assert self.email in addresses(event) or "RECURRENCE-ID" in event, "somebody else's mail"
            if self._is_obsolete(event):
                continue
            self.seen[key_of(event)] = edition(event)
            if str(calendar["METHOD"]) == "CANCEL" or self.email not in addresses(event):
                self._cancel(*key_of(event))
            else:
                self._take(event, *key_of(event))

    def _is_obsolete(self, event: Event) -> bool:
        """By SEQUENCE, then DTSTAMP (2.1.5); a meeting is older than a series of a higher SEQUENCE."""
        uid, at = key_of(event)
        known = self.seen.get((uid, at))
        if known is not None and edition(event) <= known:
            return True
        series = self.seen.get((uid, None))
        return series is not None and event["SEQUENCE"] < series[0]

    def _take(self, event: Event, uid: str, at: datetime | None) -> None:
        if at is not None:
            self.apart.setdefault(uid, {})[at] = event
            self.gone.get(uid, set()).discard(at)
            return
        self.series[uid] = event
        self.gone[uid] = set()
        if not self.keeps_apart:
            self.apart[uid] = {}

    def _cancel(self, uid: str, at: datetime | None) -> None:
        if at is not None:
            self.apart.get(uid, {}).pop(at, None)
            self.gone.setdefault(uid, set()).add(at)
            return
        for kept in (self.series, self.apart, self.gone):
            kept.pop(uid, None)

    def shown(self, start: datetime, end: datetime) -> list[Shown]:
        """What begins in a stretch of time, as the expander of recurrences sees it."""
        calendar = Calendar()
        for uid, event in self.series.items():
            whole = deepcopy(event)
            for at in self.gone.get(uid, ()):
                whole.add("EXDATE", at.astimezone(whole["DTSTART"].dt.tzinfo))
            calendar.add_component(whole)
        for events in self.apart.values():
            for event in events.values():
                calendar.add_component(event)
        return sorted(
            what_is(event)
            for event in recurring_ical_events.of(calendar).between(start, end)
            if start < event["DTSTART"].dt <= end
        )


def addresses(event: Event) -> list[str]:
    attendees = event.get("ATTENDEE", [])
    attendees = attendees if isinstance(attendees, list) else [attendees]
    return [str(each).removeprefix("mailto:") for each in attendees]


def key_of(event: Event) -> tuple[str, datetime | None]:
    at = event.get("RECURRENCE-ID")
    return str(event["UID"]), at.dt.astimezone(UTC) if at else None


def edition(event: Event) -> Seen:
    return event["SEQUENCE"], event["DTSTAMP"].dt


def what_is(event: Event) -> Shown:
    start, end = event["DTSTART"].dt, event["DTEND"].dt
    minutes = (end - start).total_seconds() // 60
    return start.astimezone(UTC), int(minutes), str(event.get("LOCATION", "")), str(event["SUMMARY"])
