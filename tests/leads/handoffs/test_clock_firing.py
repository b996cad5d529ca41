"""Each threshold is said once, to the right people, in the right words, whatever happens in between."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from django.urls import reverse

from definitions.models import Version
from leads import invariants
from leads.handoffs import services
from leads.handoffs.clock_firing import clocks_fire, oldest_due
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import Clock, ClockNotice, Handoff
from portal.common.models import Notification, OutgoingCall, OutgoingMail, User, Webhook
from tests.builders import ada, marco, maya, mona, rita, sam, sofia
from tests.leads.handoffs.stories import an_offer, open_handoff, reason, rescore
from tests.leads.handoffs.test_clocks import at

Traveller = time_machine.Traveller


def fire() -> int:
    return clocks_fire(has_time=lambda: True)


def told() -> dict[str, set[str]]:
    """First name to what this person was told of clocks."""
    found: dict[str, set[str]] = {}
    for row in Notification.objects.filter(topic="clocks").select_related("person"):
        found.setdefault(row.person.get_short_name(), set()).add(row.sentence)
    return found


@pytest.fixture
def everybody(db: None) -> None:
    for person in (maya, marco, mona, sam, sofia, rita, ada):
        person()


def _offered(version: Version) -> Handoff:
    return an_offer(version, seller=sofia(), last_name="Park")


def _shared(version: Version) -> Handoff:
    return an_offer(version, last_name="Park")


def _accepted(version: Version) -> Handoff:
    return services.handoff_accept(handoff=_shared(version), actor=sam())


def _returned(version: Version) -> Handoff:
    answers = {"actor": sam(), "reason": reason("wrong-role"), "challenged_key": "c-software"}
    return services.handoff_return(handoff=_shared(version), **answers)  # type: ignore[arg-type]


WARNED = "Lead Park waits for a decision until Tuesday 5 May, 10:00."
MISSED = "Nobody has decided on Lead Park in time."
SILENT = "Lead Park has had no word from Sam Okafor in time."
STILL_SILENT = "Lead Park still has had no word from Sam Okafor. Somebody else may have to take over."
CAME_BACK = "Lead Park came back from sales and waits to be picked up until Wednesday 6 May, 10:00."
LEFT_LYING = "Lead Park came back from sales and was not picked up in time."
STILL_LYING = "Lead Park came back from sales and still is not picked up."


@pytest.mark.parametrize(
    ("case", "story", "moment", "expected"),
    [
        ("a minute before the warning", _offered, at(4, 15, 59), {}),
        ("warned: whose turn it is", _offered, at(4, 16), {"Sofia": {WARNED}}),
        (
            "warned: the shared queue is everybody's",
            _shared,
            at(4, 16),
            {"Sofia": {WARNED}, "Sam": {WARNED}, "Rita": {WARNED}},
        ),
        (
            "due: the manager hears of it",
            _offered,
            at(5, 10),
            {"Sofia": {WARNED, MISSED}, "Rita": {MISSED}},
        ),
        (
            "follow-up, warned",
            _accepted,
            at(6, 12),
            {"Sam": {"Lead Park waits for a first word from Sam Okafor until Thursday 7 May, 10:00."}},
        ),
        (
            "follow-up, all three",
            _accepted,
            at(8, 14),
            {
                "Sam": {
                    "Lead Park waits for a first word from Sam Okafor until Thursday 7 May, 10:00.",
                    SILENT,
                    STILL_SILENT,
                },
                "Rita": {SILENT, STILL_SILENT},
            },
        ),
        (
            "pick-up, warned",
            _returned,
            at(5, 14),
            {"Maya": {CAME_BACK}, "Marco": {CAME_BACK}, "Mona": {CAME_BACK}},
        ),
        (
            "pick-up, all three",
            _returned,
            at(7, 10),
            {
                "Maya": {CAME_BACK},
                "Marco": {CAME_BACK},
                "Mona": {CAME_BACK, LEFT_LYING, STILL_LYING},
            },
        ),
    ],
)
@pytest.mark.usefixtures("everybody")
def test_who_is_told_what(
    version: Version,
    clock: Traveller,
    case: str,
    story: Callable[[Version], Handoff],
    moment: datetime,
    expected: dict[str, set[str]],
) -> None:
    story(version)
    clock.move_to(moment)
    fire()
    assert told() == expected
    assert fire() == 0
    assert told() == expected


@pytest.mark.usefixtures("everybody")
def test_what_nobody_decides_on_warns_escalates_and_is_offered_to_everyone(
    version: Version, clock: Traveller
) -> None:
    """All that was missed while the portal stood still is said, in order, and the offer expires."""
    handoff = _offered(version)
    clock.move_to(at(5, 14))
    rescore(version)
    assert handoffs_reconcile().expired == 1
    over = "Still nobody has decided on Lead Park: it is offered to everyone in sales."
    assert told() == {"Sofia": {WARNED, MISSED, over}, "Rita": {MISSED, over}}
    assert fire() == 0
    assert list(ClockNotice.objects.values_list("threshold", flat=True)) == ["warn", "due", "over"]
    again = open_handoff(handoff.lead)
    assert (again.owner, again.due_at) == (None, at(6, 14))
    assert Clock.objects.get(handoff=handoff).stopped_at == at(5, 14)
    assert invariants.breaches() == []


def test_a_decision_that_has_run_over_is_not_owed_by_the_clocks(version: Version, clock: Traveller) -> None:
    """Its offer expires with it, which is the business of reconciling."""
    _shared(version)
    clock.move_to(at(5, 14))
    assert oldest_due(at(5, 14)) == at(4, 16)
    assert fire() == 2
    assert oldest_due(at(5, 14)) is None


def test_many_that_run_out_together_are_one_word(version: Version, clock: Traveller) -> None:
    sam()
    for _ in range(3):
        _shared(version)
    clock.move_to(at(4, 16))
    assert fire() == 3
    word = Notification.objects.get(topic="clocks")
    assert word.sentence == "3 leads wait for a decision, the first until Tuesday 5 May, 10:00."
    assert word.url == reverse("leads:queue")
    assert set(ClockNotice.objects.values_list("key", flat=True)) == {word.key}


def test_the_word_of_a_return_leads_to_where_it_is_picked_up(version: Version, clock: Traveller) -> None:
    maya()
    first = _returned(version)
    clock.move_to(at(5, 16))
    fire()
    word = Notification.objects.get(topic="clocks")
    assert word.url == reverse("leads:returned_page", args=[first.pk])
    for _ in range(2):
        _returned(version)
    clock.move_to(at(7, 14))
    fire()
    assert Notification.objects.filter(topic="clocks").latest("pk").url == reverse("leads:returned_list")


def test_the_instant_is_in_the_zone_of_whoever_reads_it(version: Version, clock: Traveller) -> None:
    User.objects.filter(pk=sofia().pk).update(time_zone="America/New_York")
    _offered(version)
    clock.move_to(at(4, 16))
    fire()
    assert told() == {"Sofia": {"Lead Park waits for a decision until Tuesday 5 May, 06:00."}}


def test_a_team_without_a_manager_has_the_administrators(version: Version, clock: Traveller) -> None:
    ada()
    _offered(version)
    clock.move_to(at(5, 10))
    fire()
    assert told() == {"Sofia": {WARNED, MISSED}, "Ada": {MISSED}}


def test_who_has_left_is_not_told(version: Version, clock: Traveller) -> None:
    _offered(version)
    User.objects.filter(pk=sofia().pk).update(is_active=False)
    rita()
    clock.move_to(at(5, 10))
    fire()
    # It is nobody's turn who is here: everybody in sales hears that time runs out.
    assert told() == {"Rita": {WARNED, MISSED}}


def test_a_clock_that_nobody_stopped_says_nothing_of_a_handoff_that_has_ended(
    version: Version, clock: Traveller
) -> None:
    handoff = _offered(version)
    Handoff.objects.filter(pk=handoff.pk).update(status="withdrawn", ended_at=at(4, 11))
    clock.move_to(at(4, 16))
    assert fire() == 0
    assert Clock.objects.get(handoff=handoff).stopped_at == at(4, 16)


def test_each_threshold_is_mailed_and_called_once(version: Version, clock: Traveller) -> None:
    hook = Webhook.objects.create(url="https://example.com/in", secret="whsec_AAAA", created_by=ada())
    handoff = _offered(version)
    clock.move_to(at(4, 16))
    fire()
    mail = OutgoingMail.objects.get(topic="clocks")
    assert (mail.to_email, mail.subject) == ("sofia@example.com", WARNED)
    assert f"http://127.0.0.1:8000/leads/handoffs/{handoff.pk}" in mail.text
    call = OutgoingCall.objects.get(webhook=hook)
    said = json.loads(call.body)
    assert (call.event, said["type"], said["data"]["handoff"]) == ("clock.warned", "clock.warned", handoff.pk)
    assert (said["data"]["owner"], said["data"]["due_at"]) == ("sofia@example.com", at(5, 10).isoformat())


def test_many_clocks_cost_few_queries(
    version: Version, clock: Traveller, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for seller in (sam(), sofia(), rita()):
        for _ in range(4):
            an_offer(version, seller=seller)
    clock.move_to(at(5, 10))
    with django_assert_max_num_queries(20):  # type: ignore[attr-defined]
        assert fire() == 24
