"""The whole life of a series, drawn by Hypothesis, as the calendars of those who are invited see it.

After each step every mail that the outbox holds goes to two calendar programs of its addressee, in the order
of the outbox; both must then show the meetings that the portal has, and nothing else. `ACCORD_SERIES_LIVES`
sets how many lives are drawn (3), `ACCORD_SERIES_STEPS` how long each may be (25).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, time, timedelta
from itertools import takewhile
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from icalendar import Calendar, vInt

from portal.common.errors import PortalError
from portal.common.models import OutgoingMail, User
from reviews.invariants import breaches
from reviews.models import Meeting, Series
from reviews.selectors.series import timetable_of
from reviews.services.attending import attendee_add, attendee_remove
from reviews.services.calling import meeting_call
from reviews.services.closing import meeting_close
from reviews.services.meetings import meeting_cancel, meeting_move, meeting_open, meeting_reply
from reviews.services.preparing import meetings_keep_ahead
from reviews.services.series import series_edit, series_end
from tests.builders import NOW, marco, maya, mona, rita, sam, sofia
from tests.reviews.builders import a_series
from tests.reviews.calendar_program import Program, Shown

LIVES = int(os.environ.get("ACCORD_SERIES_LIVES", "3"))
STEPS = int(os.environ.get("ACCORD_SERIES_STEPS", "25"))
AHEAD = timedelta(days=500)
PEOPLE: dict[str, Callable[[], User]] = {
    "maya": maya, "marco": marco, "mona": mona, "sam": sam, "sofia": sofia, "rita": rita,
}  # fmt: skip
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo", "UTC")
WALLS = (time(10), time(9, 30), time(2, 30), time(0), time(23, 45))
PLACES = ("Room 4", "Room 5", "https://meet.example.com/review", "")

names = st.sampled_from(sorted(PEOPLE))
places = st.sampled_from(PLACES)
minutes = st.sampled_from([30, 60, 90])
cadences = st.one_of(
    st.fixed_dictionaries(
        {
            "cadence": st.just("nth_weekday"),
            "nth": st.sampled_from([-1, 1, 2, 3, 4]),
            "weekday": st.integers(0, 6),
            "every_months": st.sampled_from([1, 2, 3, 6]),
        }
    ),
    st.fixed_dictionaries({"cadence": st.just("every_days"), "every_days": st.sampled_from([14, 30, 90])}),
)


class SeriesLife(RuleBasedStateMachine):
    """Changes, moves, people and days, in any order that a manager may think of."""

    def __init__(self) -> None:
        super().__init__()
        self.traveller = time_machine.travel(NOW, tick=False)
        self.clock = self.traveller.start()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.series: list[Series] = []
        self.programs: dict[int, list[Program]] = {}
        self.delivered: list[OutgoingMail] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)
        self.traveller.stop()

    @initialize(values=cadences, wall=st.sampled_from(WALLS), zone=st.sampled_from(ZONES))
    def schedule(self, values: dict[str, Any], wall: time, zone: str) -> None:
        for make in PEOPLE.values():
            person = make()
            self.programs.setdefault(
                person.pk, [Program(person.email, keeps_apart=keeps) for keeps in (False, True)]
            )
        starts_on = timezone.now().date()
        self.series.append(a_series(starts_on=starts_on, local_time=wall, time_zone=zone, **values))

    @property
    def current(self) -> Series:
        return Series.objects.get(pk=self.series[-1].pk)

    def a_meeting(self, number: int) -> Meeting | None:
        """One that is still to be held, counted from the next."""
        rows = list(
            self.current.meetings.filter(status="scheduled", starts_at__gt=timezone.now())
            .select_related("series")
            .order_by("starts_at")
        )
        return rows[number % len(rows)] if rows else None

    def edit(self, **values: Any) -> None:
        series_edit(series=self.current, actor=rita(), **values)

    # -- the series ------------------------------------------------------------------------------------------

    @rule(wall=st.sampled_from(WALLS))
    def another_hour(self, wall: time) -> None:
        self.edit(local_time=wall)

    @rule(zone=st.sampled_from(ZONES))
    def another_zone(self, zone: str) -> None:
        self.edit(time_zone=zone)

    @rule(nth=st.sampled_from([-1, 1, 2, 3, 4]), weekday=st.integers(0, 6))
    def another_day(self, nth: int, weekday: int) -> None:
        self.edit(nth=nth, weekday=weekday)

    @rule(values=cadences)
    def another_rhythm(self, values: dict[str, Any]) -> None:
        self.edit(**values)

    @rule(days=st.integers(-30, 200))
    def another_start(self, days: int) -> None:
        self.edit(starts_on=timezone.now().date() + timedelta(days=days))

    @rule(place=places, length=minutes, wall=st.none() | st.sampled_from(WALLS))
    def another_place(self, place: str, length: int, wall: time | None) -> None:
        self.edit(place=place, duration_minutes=length, **({"local_time": wall} if wall else {}))

    @rule(title=st.sampled_from(["Quarterly review", "Review", "What is an MQL?"]), name=names)
    def another_name_and_facilitator(self, title: str, name: str) -> None:
        runs = PEOPLE[name]()
        self.edit(title=title, **({"facilitator": runs} if runs.is_manager else {}))

    @precondition(lambda self: len(self.series) < 3)
    @rule(values=cadences, wall=st.sampled_from(WALLS), zone=st.sampled_from(ZONES), is_wanted=st.booleans())
    def end_and_begin_anew(self, values: dict[str, Any], wall: time, zone: str, is_wanted: bool) -> None:
        if is_wanted:
            series_end(series=self.current, actor=rita())
            self.schedule(values, wall, zone)

    # -- one meeting -----------------------------------------------------------------------------------------

    @rule(number=st.integers(0, 3), days=st.integers(-20, 40), hour=st.integers(0, 23), place=places)
    def move_one(self, number: int, days: int, hour: int, place: str) -> None:
        if meeting := self.a_meeting(number):
            day = meeting.starts_at.replace(hour=hour, minute=0) + timedelta(days=days)
            if day > timezone.now():
                meeting_move(meeting=meeting, actor=mona(), starts_at=day, place=place)

    @rule(number=st.integers(0, 3))
    def move_one_back(self, number: int) -> None:
        if (meeting := self.a_meeting(number)) and meeting.original_at > timezone.now():
            meeting_move(
                meeting=meeting,
                actor=mona(),
                starts_at=meeting.original_at,
                place=meeting.series.place,
                duration_minutes=meeting.series.duration_minutes,
            )

    @rule(number=st.integers(0, 3))
    def skip_one(self, number: int) -> None:
        if meeting := self.a_meeting(number):
            meeting_cancel(meeting=meeting, actor=mona())

    @rule(days=st.integers(1, 60), hour=st.integers(0, 23), kind=st.sampled_from(["launch", "drift"]))
    def call_one(self, days: int, hour: int, kind: str) -> None:
        starts_at = timezone.now().replace(hour=hour, minute=0) + timedelta(days=days)
        meeting_call(series=self.current, actor=rita(), starts_at=starts_at, trigger_kind=kind)

    @rule(number=st.integers(0, 3), name=names, reply=st.sampled_from(["accepted", "declined"]))
    def reply(self, number: int, name: str, reply: str) -> None:
        if meeting := self.a_meeting(number):
            try:
                meeting_reply(meeting=meeting, actor=PEOPLE[name](), reply=reply)
            except PortalError:
                event("replied without being invited")

    @rule()
    def hold_the_next(self) -> None:
        if meeting := self.a_meeting(0):
            self.clock.move_to(meeting.starts_at)
            meetings_keep_ahead()
            meeting_close(meeting=meeting_open(meeting=meeting, actor=rita()), actor=rita())

    # -- people, days, mails ---------------------------------------------------------------------------------

    @rule(name=names, part=st.sampled_from(["required", "consulted"]))
    def join(self, name: str, part: str) -> None:
        try:
            attendee_add(series=self.current, actor=rita(), person=PEOPLE[name](), part=part)
        except PortalError:
            event("is invited already")

    @rule(name=names)
    def leave(self, name: str) -> None:
        try:
            attendee_remove(series=self.current, actor=rita(), person=PEOPLE[name]())
        except PortalError:
            event("runs it, or is not invited")

    @rule(days=st.integers(1, 45))
    def days_go_by(self, days: int) -> None:
        self.clock.move_to(timezone.now() + timedelta(days=days))
        meetings_keep_ahead()

    @precondition(lambda self: self.delivered)
    @rule(data=st.data())
    def a_mail_comes_twice(self, data: st.DataObject) -> None:
        """As when a worker is killed between the server's OK and the update of the row, or one was parked."""
        mail = data.draw(st.sampled_from(self.delivered))
        for program in self.programs[mail.to_user_id]:
            program.receive(self.text_of(mail))

    # -- what must hold after every step ---------------------------------------------------------------------

    def is_sent(self, mail: OutgoingMail) -> bool:
        return True

    def text_of(self, mail: OutgoingMail) -> str:
        return mail.calendar

    @invariant()
    def every_calendar_shows_what_the_portal_has(self) -> None:
        last = self.delivered[-1].pk if self.delivered else 0
        for mail in OutgoingMail.objects.filter(pk__gt=last).exclude(calendar="").order_by("id"):
            self.delivered.append(mail)
            for program in self.programs[mail.to_user_id] if self.is_sent(mail) else ():
                program.receive(self.text_of(mail))
        now = timezone.now()
        for make in PEOPLE.values() if self.series else ():
            person = make()
            expected = self.expected_of(person, now, now + AHEAD)
            for program in self.programs[person.pk]:
                assert program.shown(now, now + AHEAD) == expected, (person, program.keeps_apart)

    @invariant()
    def nothing_is_breached(self) -> None:
        assert breaches() == []

    def expected_of(self, person: User, start: datetime, end: datetime) -> list[Shown]:
        """By the rows, and beyond them by the pattern: what a series that runs holds for who is invited."""
        found = []
        for series in Series.objects.filter(
            ended_at=None, attendees__person=person, attendees__removed_at=None
        ):
            rows = list(series.meetings.all())
            seats = set(person.participations.values_list("meeting_id", flat=True))
            found += [
                (row.starts_at, row.duration_minutes, row.place, series.title)
                for row in rows
                if row.status != "cancelled" and start < row.starts_at <= end and row.pk in seats
            ]
            laid = {row.original_at for row in rows if not row.is_extra}
            instants = takewhile(lambda instant: instant <= end, timetable_of(series).occurrences())
            found += [
                (instant, series.duration_minutes, series.place, series.title)
                for instant in instants
                if instant > start and instant not in laid
            ]
        return sorted(found)


def live(machine: type[SeriesLife], **options: Any) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck), **options
        ),
    )


@pytest.mark.django_db
def test_every_life_of_a_series_ends_in_the_right_calendars() -> None:
    live(SeriesLife, max_examples=LIVES)


# -- broken twins --------------------------------------------------------------------------------------------


class StuckSequence(SeriesLife):
    """Sends every change of one meeting under the number of the first, as others do."""

    def text_of(self, mail: OutgoingMail) -> str:
        calendar = Calendar.from_ical(mail.calendar)
        for each in calendar.walk("VEVENT"):
            if "RECURRENCE-ID" in each:
                each["SEQUENCE"] = vInt(1)
        return calendar.to_ical().decode()


class NothingWithdrawn(SeriesLife):
    """Changes a series, and forgets the meetings that calendars hold apart from it."""

    def is_sent(self, mail: OutgoingMail) -> bool:
        return not mail.key.startswith("review-withdraw:")


def two_moves_and_another_day(life: SeriesLife) -> None:
    """The shortest life in which both go wrong."""
    life.schedule({"cadence": "nth_weekday", "nth": 2, "weekday": 1, "every_months": 3}, time(10), "UTC")
    for act in (
        lambda: life.move_one(0, 2, 9, "Room 5"),
        lambda: life.another_place("Room 9", 60, None),
        lambda: life.move_one(0, 3, 9, "Room 5"),
        lambda: life.another_day(3, 3),
    ):
        act()
        life.every_calendar_shows_what_the_portal_has()


@pytest.mark.django_db
def test_the_life_that_catches_them_goes_well() -> None:
    life = SeriesLife()
    two_moves_and_another_day(life)
    life.teardown()


@pytest.mark.django_db
@pytest.mark.parametrize("twin", [StuckSequence, NothingWithdrawn])
def test_a_broken_twin_is_caught(twin: type[SeriesLife]) -> None:
    life = twin()
    with pytest.raises(AssertionError):
        two_moves_and_another_day(life)
    life.teardown()
