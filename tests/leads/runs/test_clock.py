"""Scores are right as of now, although nothing but the clock has moved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from leads.models import ClockLook, TouchedLead
from leads.scoring.clock import look_again_from, look_at_the_clock
from tests.builders import NOW, a_criterion, a_document, a_lead, an_active_version, an_activity
from tests.leads.runs.stories import computed, drain_all, scores

pytestmark = pytest.mark.django_db

VIEWED = {"activity": "page_viewed", "at_least": 1}
ONCE = {"kind": "points", "points": 60, "count": "once"}
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("case", "rule", "effect", "age", "before", "after"),
    [
        ("leaves the window", {**VIEWED, "within_days": 30}, ONCE, 30 * DAY - MINUTE, 60, 0),
        ("begins to count", VIEWED, ONCE, -MINUTE, 0, 60),
        ("fades by a day", VIEWED, {**ONCE, "fade_days": 60}, 10 * DAY - MINUTE, 51, 50),
        ("fades away", VIEWED, {**ONCE, "fade_days": 60}, 60 * DAY - MINUTE, 1, 0),
        ("silence falls", {"silence_days": 5, "activity": "any"}, ONCE, 5 * DAY - MINUTE, 0, 60),
    ],
)
def test_the_lead_that_the_clock_moves_is_rescored_and_no_other(
    case: str, rule: dict[str, Any], effect: dict[str, Any], age: timedelta, before: int, after: int
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        lead, other = (a_lead(captured_at=NOW - 100 * DAY) for _ in range(2))
        an_activity(lead, at=NOW - age)
        an_activity(other, at=NOW - 3 * DAY - timedelta(hours=12))
        version = an_active_version(a_document(a_criterion("c-1", rule, effect)))
        drain_all()
        look_again_from(version, NOW)
        assert scores(version)[lead.pk][0] == before
        clock.shift(2 * MINUTE)
        assert look_at_the_clock() == 1
        assert list(TouchedLead.objects.values_list("lead_id", flat=True)) == [lead.pk]
        drain_all()
        assert scores(version)[lead.pk][0] == after
        assert scores(version) == computed(version)


def test_a_lead_that_never_did_anything_falls_silent() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        lead = a_lead(captured_at=NOW - 5 * DAY + MINUTE)
        rule = {"silence_days": 5, "activity": "any"}
        version = an_active_version(a_document(a_criterion("c-1", rule, ONCE)))
        drain_all()
        look_again_from(version, NOW)
        clock.shift(2 * MINUTE)
        assert look_at_the_clock() == 1
        drain_all()
        assert scores(version)[lead.pk][0] == 60


def test_it_looks_once_a_minute_and_misses_nothing() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        lead = a_lead(captured_at=NOW - 100 * DAY)
        an_activity(lead, at=NOW - 30 * DAY + timedelta(seconds=10))
        version = an_active_version(a_document(a_criterion("c-1", {**VIEWED, "within_days": 30}, ONCE)))
        drain_all()
        look_again_from(version, NOW)
        clock.shift(timedelta(seconds=30))
        assert look_at_the_clock() == 0
        assert ClockLook.objects.get().looked_at == NOW
        clock.shift(7 * DAY)
        assert look_at_the_clock() == 1
        assert look_at_the_clock() == 0


def test_a_version_without_a_look_starts_from_its_oldest_score() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        lead = a_lead(captured_at=NOW - 100 * DAY)
        an_activity(lead, at=NOW - 30 * DAY + MINUTE)
        version = an_active_version(a_document(a_criterion("c-1", {**VIEWED, "within_days": 30}, ONCE)))
        drain_all()
        clock.shift(DAY)
        assert look_at_the_clock() == 1
        assert ClockLook.objects.get(version=version).looked_at == timezone.now()


def test_a_long_fade_asks_in_several_queries() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        lead = a_lead(captured_at=NOW - 900 * DAY)
        an_activity(lead, at=NOW - 700 * DAY + MINUTE)
        effect = {"kind": "points", "points": 1000, "count": "once", "fade_days": 730}
        version = an_active_version(a_document(a_criterion("c-1", VIEWED, effect)))
        drain_all()
        look_again_from(version, NOW)
        clock.shift(2 * MINUTE)
        assert look_at_the_clock() == 1
        drain_all()
        assert scores(version) == computed(version)
