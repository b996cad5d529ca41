"""The two-column ledger: every number against a recount of the raw rows, and against its list."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from definitions.models import Definition, Version
from leads.handoffs.clocks import clocks_start, promise_of
from leads.ledger import bars
from leads.ledger.entries import Entry, rows_of
from leads.ledger.numbers import Line, ledger, mondays, span_of
from leads.models import Clock, ClockKind, Handoff
from portal.common.models import Workspace
from tests.builders import NOW, a_lead, maya, olga, sam
from tests.leads.handoffs.stories import reason

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("America/New_York")  # A quarter with the change to summer time in it.
FIRST = date(2026, 2, 9)
STATUSES = ("offered", "accepted", "returned", "expired", "withdrawn", "sales_qualified", "disqualified")
REASONS = {"returned": ("no-interest", "no-way-to-reach"), "disqualified": ("no-need",)}


@pytest.fixture
def history(version: Version) -> list[Handoff]:
    """120 handoffs of fifteen weeks, some before and some after those that the ledger counts."""
    Workspace.objects.update(time_zone=str(ZONE))
    Definition.objects.filter(stage="mql").update(
        weekly_need=12, weekly_need_said_by=maya(), weekly_need_said_at=NOW
    )
    rng = random.Random(7)
    return [_a_handoff(version, rng) for _ in range(120)]


def _a_handoff(version: Version, rng: random.Random) -> Handoff:
    def later(at: datetime, days: int = 4) -> datetime:
        return at + timedelta(minutes=rng.randrange(1, days * 24 * 60))

    lead = a_lead(
        email=rng.choice((None, f"{rng.random()}@gmail.com", f"{rng.random()}@firm.example")),
        phone=rng.choice(("", "+1 555 0100")),
        job_title=rng.choice(("", "CTO")),
        role=rng.choice(("", "buyer")),
        company=rng.choice(("", "Firm")),
    )
    offered = datetime(2026, 1, 27, tzinfo=UTC) + timedelta(minutes=rng.randrange(15 * 7 * 24 * 60))
    status = rng.choice(STATUSES)
    is_taken = status in ("accepted", "sales_qualified", "disqualified") or (
        status == "returned" and rng.random() < 0.5
    )
    decided = later(offered) if is_taken or status == "returned" else None
    accepted = decided if is_taken else None
    due = later(offered)
    row = Handoff.objects.create(
        lead=lead,
        version=version,
        points=0,
        grade=1,
        receipt={"lines": [], "points": 0, "grade": 1},
        status=status,
        owner=sam() if accepted else None,
        offered_at=offered,
        due_at=due,
        decided_at=decided,
        decided_by=sam() if decided else None,
        accepted_at=accepted,
        follow_up_due_at=later(accepted) if accepted else None,
        followed_up_at=later(accepted) if accepted and rng.random() < 0.7 else None,
        ended_at=None if status in ("offered", "accepted") else later(decided or offered),
        reason=reason(rng.choice(REASONS[status])) if status in REASONS else None,
        challenged_key=rng.choice(("", "c-software")) if status == "returned" else "",
        is_something_missing=status == "returned" and rng.random() < 0.2,
        missing_field=rng.choice(("", "phone")) if status == "returned" else "",
        note=rng.choice(("", "", "In words.")) if status == "returned" else "",
    )
    if status == "returned":
        _a_pick_up(row, rng)
    return row


def _a_pick_up(row: Handoff, rng: random.Random) -> None:
    assert row.ended_at
    clocks_start(ClockKind.PICK_UP, [(row.pk, promise_of(ClockKind.PICK_UP, at=row.ended_at))])
    if rng.random() < 0.6:
        stopped = row.ended_at + timedelta(hours=rng.randrange(1, 120))
        Clock.objects.filter(handoff=row, kind="pick_up").update(stopped_at=stopped, next_at=None)


# -- the recount -------------------------------------------------------------------------------------------

Counted = tuple[Handoff, datetime, bool, datetime | None, datetime | None]


def _recounted(entry: str, now: datetime) -> Iterator[Counted]:
    """(handoff, when, kept, start, end) of everything an entry counts, row by row in plain Python."""
    for row in Handoff.objects.select_related("lead__fit").prefetch_related("clocks"):
        lead, at = row.lead, row.offered_at
        if entry == "volume":
            yield row, at, True, None, None
        elif entry == "complete":
            facts = (
                lead.first_name + lead.last_name,
                lead.email,
                lead.phone,
                lead.job_title + lead.role,
                lead.company or lead.account_id,
            )
            yield row, at, all(facts), None, None
        elif entry == "free-mail" and lead.email:
            yield row, at, lead.email.endswith("@gmail.com"), None, None
        elif entry == "pick-up":
            for clock in row.clocks.all():
                if clock.kind == "pick_up" and (clock.stopped_at or clock.due_at < now):
                    kept = clock.stopped_at is not None and clock.stopped_at <= clock.due_at
                    yield row, clock.started_at, kept, clock.started_at, clock.stopped_at
        elif entry == "decide":
            if row.status == "expired":
                yield row, at, False, at, None
            elif row.decided_at:
                yield row, at, row.decided_at <= row.due_at, at, row.decided_at
        elif entry == "follow-up" and row.accepted_at and row.follow_up_due_at:
            if row.followed_up_at:
                kept = row.followed_up_at <= row.follow_up_due_at
                yield row, at, kept, row.accepted_at, row.followed_up_at
            elif row.status == "accepted" and row.follow_up_due_at < now:
                yield row, at, False, row.accepted_at, None
        elif entry == "teaches" and row.status == "returned":
            said = row.challenged_key or row.missing_field or row.note or row.is_something_missing
            yield row, at, bool(said), None, None


def _week(at: datetime) -> date:
    day = at.astimezone(ZONE).date()
    return day - timedelta(days=day.weekday())


def _working_hours(start: datetime, end: datetime) -> float:
    """Nine to five, Monday to Friday, minute by minute: slow, and knows nothing of the portal's calendar."""
    minutes, at = 0, start.astimezone(UTC)
    while at < end:
        local = at.astimezone(ZONE)
        minutes += local.weekday() < 5 and time(9) <= local.time() < time(17)
        at += timedelta(minutes=1)
    return minutes / 60


def _lines() -> dict[str, Line]:
    found = ledger(NOW)
    return {line.entry.value: line for line in (*found.marketing, *found.sales)}


def test_each_line_is_that_of_a_recount(history: list[Handoff]) -> None:
    weeks = [FIRST + timedelta(weeks=number) for number in range(12)]
    lines = _lines()
    for entry in Entry.values:
        counted = [each for each in _recounted(entry, NOW) if _week(each[1]) in weeks]
        expected = [
            (
                monday,
                sum(1 for each in counted if _week(each[1]) == monday),
                sum(1 for each in counted if _week(each[1]) == monday and each[2]),
            )
            for monday in weeks
        ]
        line = lines[entry]
        assert [(week.monday, week.count, week.kept) for week in line.weeks] == expected, entry
        assert 5 < line.count < len(history)
        assert line.share == (line.kept / line.count if line.count >= 20 else None)
        hours = [_working_hours(each[3], each[4]) for each in counted if each[3] and each[4]]
        assert line.hours == (pytest.approx(median(hours), abs=1 / 30) if hours else None), entry


def test_each_number_is_that_of_its_list(history: list[Handoff], client: Client) -> None:
    client.force_login(maya())
    for line in _lines().values():
        address = reverse("leads:ledger_list", args=[line.entry.value])
        week = next(each for each in line.weeks if each.count)
        for query, expected in (
            ("", line.count),
            ("?promise=kept", line.kept),
            ("?promise=broken", line.count - line.kept),
            (f"?week_of={week.monday}", week.count),
            (f"?week_of={week.monday}&promise=kept", week.kept),
        ):
            answer = client.get(address + query)
            assert answer.context["page"].paginator.count == expected, (line.entry, query)
        ids = {
            row.pk
            for row, at, kept, *_ in _recounted(line.entry.value, NOW)
            if kept and _week(at) == week.monday
        }
        rows = rows_of(line.entry, span_of(week.monday, 1, ZONE), NOW, kept=True)
        assert set(rows.values_list("pk", flat=True)) == ids


def test_the_weeks_are_whole_and_before_this_one() -> None:
    assert mondays(NOW, ZONE) == [FIRST + timedelta(weeks=number) for number in range(12)]
    # Sunday late in New York is Monday in UTC.
    sunday = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
    assert mondays(sunday, ZONE)[-1] == date(2026, 4, 20)
    assert mondays(sunday, ZoneInfo("UTC"))[-1] == date(2026, 4, 27)


def test_little_says_nothing(version: Version, client: Client) -> None:
    rng = random.Random(1)
    for _ in range(12):
        row = _a_handoff(version, rng)
        Handoff.objects.filter(pk=row.pk).update(offered_at=NOW - timedelta(days=10))
    line = _lines()["complete"]
    assert (line.count, line.share) == (12, None)
    client.force_login(maya())
    assert "too little to say" in client.get(reverse("leads:ledger")).content.decode()


def test_the_page_says_the_promises_and_the_need(history: list[Handoff], client: Client) -> None:
    client.force_login(olga())
    page = client.get(reverse("leads:ledger")).content.decode()
    for words in ("Marketing owes", "Sales owes", "sales needs 12 a week", "promised: 16 working hours"):
        assert words in page


def test_the_page_without_a_handoff(version: Version, client: Client) -> None:
    client.force_login(sam())
    assert "Nothing was owed in these weeks" in client.get(reverse("leads:ledger")).content.decode()


def test_no_more_queries_for_more_handoffs(history: list[Handoff], version: Version, client: Client) -> None:
    client.force_login(maya())
    address = reverse("leads:ledger")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    queries()  # fills caches of the process
    before = queries()
    rng = random.Random(2)
    for _ in range(20):
        _a_handoff(version, rng)
    assert queries() == before


def test_a_query_that_makes_no_sense_is_left_out(history: list[Handoff], client: Client) -> None:
    client.force_login(sam())
    address = reverse("leads:ledger_list", args=["volume"])
    for query in (
        "week_of=x",
        "week_of=0001-01-01",
        "week_of=2026-02-10",
        "promise=x",
        "promise=%00&week_of=%00",
    ):
        answer = client.get(f"{address}?{query}")
        assert answer.context["page"].paginator.count == _lines()["volume"].count, query


def test_no_such_entry(client: Client, db: None) -> None:
    client.force_login(sam())
    assert client.get(reverse("leads:ledger_list", args=["nothing"])).status_code == 404


def test_bars() -> None:
    drawn = bars.draw([0.0, 0.5, None, 1.0], 1.0)
    assert [(bar.x, bar.y, bar.height) for bar in drawn] == [
        (0.0, 47.0, 1.0),
        (61.0, 24.0, 24.0),
        (122.0, 47, None),
        (183.0, 0.0, 48.0),
    ]
    assert drawn[-1].right == bars.WIDTH
    assert [bar.height for bar in bars.draw([0.0, 0.0], 0.0)] == [1.0, 1.0]
