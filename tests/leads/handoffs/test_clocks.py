"""When a clock of a handoff starts, pauses, stops and runs on, and the instants that it then has."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from definitions.models import Version
from leads import invariants
from leads.handoffs import services
from leads.handoffs.clocks import clocks_lay_missing, clocks_undo, promise_from
from leads.handoffs.offering import terms_of
from leads.handoffs.qualifying import handoff_qualify
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import Activity, Clock, FieldChange, Handoff, HandoffStatus
from portal.common.models import WorkingHours, Workspace
from portal.common.working_time import DESK_WEEK, Calendar
from tests.builders import NOW, a_lead, an_activity, sam, sofia
from tests.leads.handoffs.stories import an_offer, open_handoff, reason, rescore

Traveller = time_machine.Traveller


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In May 2026; the 4th is the Monday of the story."""
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC)


def the_clock(handoff: Handoff, kind: str) -> Clock:
    return Clock.objects.get(handoff=handoff, kind=kind)


def instants(clock: Clock) -> tuple[datetime, ...]:
    return (clock.warn_at, clock.due_at, clock.over_at)


def state(clock: Clock) -> tuple[Any, ...]:
    return (clock.next_at, clock.paused_at, clock.left_seconds, clock.stopped_at)


RUNNING = (None, None, None)


# -- instants --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "start", "hours", "left_hours", "expected"),
    [
        ("within a week", at(4, 10), 8, None, (at(4, 16), at(5, 10), at(5, 14))),
        ("from Friday evening", at(8, 18), 8, None, (at(11, 15), at(11, 17), at(12, 13))),
        ("one hour before the end of work", at(4, 16), 1, None, (at(4, 16, 45), at(4, 17), at(5, 9, 30))),
        ("of the promise five hours are left", at(4, 9), 8, 5, (at(4, 12), at(4, 14), at(5, 10))),
        ("one hour is left, and 75 % have passed", at(4, 9), 8, 1, (at(4, 9), at(4, 10), at(4, 14))),
        ("more is left than was promised", at(4, 9), 1, 5, (at(4, 9, 45), at(4, 10), at(4, 10, 30))),
    ],
)
def test_the_instants_of_a_promise(
    case: str, start: datetime, hours: int, left_hours: int | None, expected: tuple[datetime, ...]
) -> None:
    left = None if left_hours is None else left_hours * 3600
    promise = promise_from(start, hours, Calendar(hours=DESK_WEEK), left_seconds=left)
    assert (promise.warn_at, promise.due_at, promise.over_at) == expected
    assert promise.seconds == hours * 3600


def test_an_offer_starts_the_clock_to_decide(version: Version) -> None:
    clock = the_clock(handoff := an_offer(version), "decide")
    assert (clock.started_at, clock.promised_seconds) == (NOW, 8 * 3600)
    assert instants(clock) == (at(4, 16), at(5, 10), at(5, 14))
    assert state(clock) == (at(4, 16), *RUNNING)
    assert handoff.due_at == clock.due_at
    assert invariants.breaches() == []


def test_a_contact_request_has_an_hour(version: Version) -> None:
    lead = a_lead()
    an_activity(lead, "contact_requested", at=NOW - timedelta(hours=1))
    rescore(version)
    handoffs_reconcile()
    assert instants(the_clock(open_handoff(lead), "decide")) == (at(4, 10, 45), at(4, 11), at(4, 11, 30))


def test_hours_that_change_later_move_no_promise(version: Version) -> None:
    handoff = an_offer(version)
    before = instants(the_clock(handoff, "decide"))
    WorkingHours.objects.update(starts=time(12))
    Workspace.objects.update(decide_hours=2)
    handoffs_reconcile()
    assert instants(the_clock(handoff, "decide")) == before
    assert instants(the_clock(an_offer(version), "decide")) == (at(4, 13, 30), at(4, 14), at(4, 15))


# -- acts ------------------------------------------------------------------------------------------------


def test_accepting_stops_the_one_and_starts_the_other(version: Version, clock: Traveller) -> None:
    handoff = an_offer(version)
    clock.move_to(at(4, 11))
    handoff = services.handoff_accept(handoff=handoff, actor=sam())
    assert state(the_clock(handoff, "decide")) == (None, None, None, at(4, 11))
    follow_up = the_clock(handoff, "follow_up")
    assert instants(follow_up) == (at(6, 13), at(7, 11), at(8, 15))  # of 24 hours
    assert state(follow_up) == (at(6, 13), *RUNNING)
    assert handoff.follow_up_due_at == follow_up.due_at
    assert invariants.breaches() == []


def test_the_first_follow_up_stops_the_clock(version: Version, clock: Traveller) -> None:
    handoff = services.handoff_accept(handoff=an_offer(version), actor=sam())
    clock.move_to(at(5, 9))
    services.follow_up_add(handoff=handoff, actor=sam(), has_reached=False)
    clock.move_to(at(5, 11))
    services.follow_up_add(handoff=handoff, actor=sam(), has_reached=True)
    assert state(the_clock(handoff, "follow_up")) == (None, None, None, at(5, 9))
    assert invariants.breaches() == []


@pytest.mark.parametrize("end", ["qualify", "disqualify"])
def test_the_end_of_work_stops_the_clock(version: Version, end: str) -> None:
    handoff = services.handoff_accept(handoff=an_offer(version), actor=sam())
    if end == "qualify":
        handoff_qualify(handoff=handoff, actor=sam())
    else:
        services.handoff_disqualify(handoff=handoff, actor=sam(), reason=reason("no-need"))
    assert state(the_clock(handoff, "follow_up")) == (None, None, None, NOW)
    assert invariants.breaches() == []


def test_a_challenge_stops_the_clock_and_marketing_is_to_pick_the_lead_up(version: Version) -> None:
    WorkingHours.objects.filter(team="marketing").update(starts=time(11))
    handoff = an_offer(version)
    services.handoff_return(
        handoff=handoff, actor=sam(), reason=reason("wrong-role"), challenged_key="c-software"
    )
    assert state(the_clock(handoff, "decide")) == (None, None, None, NOW)
    pick_up = the_clock(handoff, "pick_up")
    # Sixteen hours of marketing's own, six a day.
    assert instants(pick_up) == (at(5, 17), at(6, 15), at(7, 17))
    assert invariants.breaches() == []


def test_a_withdrawn_offer_owes_nothing(version: Version) -> None:
    handoff = an_offer(version)
    Activity.objects.all().delete()
    rescore(version)
    handoffs_reconcile()
    assert state(the_clock(handoff, "decide")) == (None, None, None, NOW)


# -- with somebody else ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "passed_at", "left_hours", "due_at"),
    [
        ("an hour has passed", at(4, 11), 7, at(5, 10)),
        ("five hours have passed: half of the promise is left at least", at(4, 15), 4, at(5, 11)),
        ("it is overdue already", at(5, 11), 4, at(5, 15)),
    ],
)
def test_who_gets_a_passed_on_lead_has_what_is_left(
    version: Version, clock: Traveller, case: str, passed_at: datetime, left_hours: int, due_at: datetime
) -> None:
    handoff = an_offer(version)
    clock.move_to(passed_at)
    services.handoff_return(handoff=handoff, actor=sam(), reason=reason("wrong-territory"))
    again = open_handoff(handoff.lead)
    assert again.due_at == the_clock(again, "decide").due_at == due_at
    assert the_clock(again, "decide").promised_seconds == 8 * 3600
    # Nobody is to pick it up: it never left sales.
    assert not Clock.objects.filter(kind="pick_up").exists()
    assert invariants.breaches() == []


def test_while_marketing_looks_for_a_fact_the_clock_of_sales_stands(
    version: Version, clock: Traveller
) -> None:
    handoff = an_offer(version)
    clock.move_to(at(4, 12))
    services.handoff_return(
        handoff=handoff, actor=sam(), reason=reason("no-way-to-reach"), missing_field="phone"
    )
    assert state(the_clock(handoff, "decide")) == (None, at(4, 12), 6 * 3600, None)
    clock.move_to(at(7, 10))
    FieldChange.objects.create(lead=handoff.lead, field="phone", after="+49 30 1234", changed_at=at(6, 9))
    rescore(version)
    assert handoffs_reconcile().offered == 1
    # Three days later six of the eight hours are left, and what was to be picked up is.
    again = open_handoff(handoff.lead)
    assert again.due_at == at(7, 16)
    assert Clock.objects.filter(handoff=handoff, stopped_at=at(7, 10)).count() == 2
    assert invariants.breaches() == []


# -- undo ------------------------------------------------------------------------------------------------


def test_an_acceptance_that_is_taken_back_costs_nobody_time(version: Version, clock: Traveller) -> None:
    handoff = an_offer(version)
    before = instants(the_clock(handoff, "decide"))
    clock.move_to(at(4, 11))
    handoff = services.handoff_accept(handoff=handoff, actor=sam())
    Handoff.objects.filter(pk=handoff.pk).update(status=HandoffStatus.OFFERED)
    clocks_undo(Handoff.objects.get(pk=handoff.pk), at=at(4, 11))
    assert instants(the_clock(handoff, "decide")) == before
    assert state(the_clock(handoff, "decide")) == (at(4, 16), *RUNNING)
    assert not Clock.objects.filter(kind="follow_up").exists()


def test_a_return_that_is_taken_back_lets_the_follow_up_run_on(version: Version, clock: Traveller) -> None:
    handoff = services.handoff_accept(handoff=an_offer(version), actor=sam())
    before = instants(the_clock(handoff, "follow_up"))
    clock.move_to(at(4, 11))
    services.handoff_return(
        handoff=handoff, actor=sam(), reason=reason("no-way-to-reach"), missing_field="phone"
    )
    Handoff.objects.filter(pk=handoff.pk).update(status=HandoffStatus.ACCEPTED)
    clocks_undo(Handoff.objects.get(pk=handoff.pk), at=at(4, 11))
    assert instants(the_clock(handoff, "follow_up")) == before
    assert state(the_clock(handoff, "follow_up")) == (at(6, 12), *RUNNING)
    assert state(the_clock(handoff, "decide"))[3] == NOW
    assert not Clock.objects.filter(kind="pick_up").exists()


# -- what has none ---------------------------------------------------------------------------------------


def test_an_open_handoff_without_a_clock_gets_one_that_is_due_as_it_says(version: Version) -> None:
    offered = an_offer(version)
    accepted = services.handoff_accept(handoff=an_offer(version, seller=sofia()), actor=sofia())
    Clock.objects.all().delete()
    Handoff.objects.filter(pk=offered.pk).update(due_at=at(4, 12))
    assert len(invariants.breaches()) == 2
    assert clocks_lay_missing() == 2
    assert instants(the_clock(offered, "decide")) == (at(4, 12), at(4, 12), at(5, 14))
    assert instants(the_clock(accepted, "follow_up")) == (at(6, 12), at(7, 10), at(8, 14))
    assert invariants.breaches() == []
    assert clocks_lay_missing() == 0


def test_time_that_the_portal_took_is_charged_to_nobody(version: Version) -> None:
    """Each batch of offers has terms of its own: its clocks begin when it is written."""
    terms = terms_of(version, NOW)
    later = terms.at(NOW + timedelta(minutes=10))
    assert later.promise(False).due_at == terms.promise(False).due_at + timedelta(minutes=10)
    assert later.promise(True).started_at == NOW + timedelta(minutes=10)
