"""The undecided are asked half-way and a working day before the end, once each; who has voted never is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from definitions.ballot_times import ballot_times
from definitions.selectors.reminders import oldest_reminder_due
from definitions.services.ballots import ballot_edit
from definitions.services.closing import version_withdraw
from definitions.services.reminding import electors_remind_due
from portal.common.models import AuditEntry, Notification, OutgoingMail, User
from portal.common.working_time import Calendar
from tests.builders import marco, maya, rita, sam, sofia
from tests.definitions.ballot_stories import SLIP, an_open_ballot, fresh, vote, with_threshold

MONDAY = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
HALF_WAY = datetime(2026, 5, 7, 9, 30, tzinfo=UTC)  # 23.5 of 47 working hours
LAST_DAY = datetime(2026, 5, 11, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock(db: None) -> Any:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def told(key: str) -> list[str]:
    """First names, in the portal; each has the mail as well."""
    people = Notification.objects.filter(key__contains=key).values_list("person__name", flat=True)
    names = sorted(name.split()[0] for name in people)
    assert OutgoingMail.objects.filter(key__contains=key).count() == len(names)
    return names


# -- when ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "days", "closes", "half_way", "last_day"),
    [
        ("five days", 5, "2026-05-11T17:00Z", "2026-05-07T09:30Z", "2026-05-11T09:00Z"),
        ("two days", 2, "2026-05-06T17:00Z", "2026-05-05T13:30Z", "2026-05-06T09:00Z"),
        ("one day: half-way is in the last", 1, "2026-05-05T17:00Z", None, "2026-05-05T09:00Z"),
    ],
)
def test_the_instants_of_a_ballot(
    case: str, days: int, closes: str, half_way: str | None, last_day: str
) -> None:
    times = ballot_times(MONDAY, days, [Calendar()])
    assert times.closes_at == datetime.fromisoformat(closes)
    assert times.half_way_at == (datetime.fromisoformat(half_way) if half_way else None)
    assert times.last_day_at == datetime.fromisoformat(last_day)


def test_the_house_whose_last_day_ends_later_says_when() -> None:
    later = Calendar(zone=ZoneInfo("America/New_York"))
    assert ballot_times(MONDAY, 5, [Calendar(), later]) == ballot_times(MONDAY, 5, [later])


# -- who -----------------------------------------------------------------------------------------------------


def test_each_of_the_undecided_is_asked_twice_and_no_more(clock: Any) -> None:
    ballot = an_open_ballot()
    assert (ballot.half_way_at, ballot.last_day_at) == (HALF_WAY, LAST_DAY)
    vote(ballot, sam())
    assert (electors_remind_due(), oldest_reminder_due(MONDAY)) == (0, None)
    clock.move_to(HALF_WAY)
    assert oldest_reminder_due(HALF_WAY) == HALF_WAY
    assert (electors_remind_due(), electors_remind_due()) == (5, 0)
    assert told(":half-way") == ["Marco", "Maya", "Mona", "Rita", "Sofia"]
    vote(ballot, sofia())
    User.objects.filter(pk=marco().pk).update(is_active=False)
    clock.move_to(LAST_DAY)
    assert oldest_reminder_due(LAST_DAY) == LAST_DAY
    assert (electors_remind_due(), electors_remind_due()) == (3, 0)
    assert told(":last") == ["Maya", "Mona", "Rita"]
    assert oldest_reminder_due(LAST_DAY) is None
    people = AuditEntry.objects.filter(verb="ballot.reminded").values_list("after__people", flat=True)
    assert [len(names) for names in people] == [3, 5]


def test_after_a_night_without_a_worker_only_the_last_word_is_said(clock: Any) -> None:
    an_open_ballot()
    clock.move_to(LAST_DAY)
    assert (electors_remind_due(), electors_remind_due()) == (6, 0)
    assert (len(told(":last")), told(":half-way")) == (6, [])


def test_a_round_that_starts_over_asks_again(clock: Any) -> None:
    ballot = an_open_ballot()
    vote(ballot, sam())
    clock.move_to(HALF_WAY)
    assert electors_remind_due() == 5
    ballot_edit(
        ballot=ballot,
        actor=maya(),
        document=with_threshold(ballot, 80),
        slip=SLIP,
        fingerprint=ballot.fingerprint,
    )
    ballot = fresh(ballot)
    assert electors_remind_due() == 0
    assert ballot.half_way_at is not None
    clock.move_to(ballot.half_way_at)
    assert electors_remind_due() == 6


def test_nobody_is_asked_once_the_ballot_has_ended(clock: Any) -> None:
    ballot = an_open_ballot()
    clock.move_to(ballot.closes_at)
    assert (electors_remind_due(), oldest_reminder_due(ballot.closes_at)) == (0, None)
    clock.move_to(LAST_DAY)
    version_withdraw(ballot=ballot, actor=rita())
    assert (electors_remind_due(), told(":last")) == (0, [])
