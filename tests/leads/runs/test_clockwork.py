from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leads.scoring.clock import ranges_passed
from leads.scoring.clockwork import Clockwork, clockwork
from tests.builders import a_criterion, a_document

POINTS = {"kind": "points", "points": 10, "count": "once"}
VIEWED = {"activity": "page_viewed", "at_least": 1}
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("case", "rule", "effect", "expected"),
    [
        ("an attribute", {"attribute": "lead.job_title", "is": "known"}, POINTS, Clockwork()),
        ("ever", VIEWED, POINTS, Clockwork({"page_viewed": {0}})),
        ("a window", {**VIEWED, "within_days": 30}, POINTS, Clockwork({"page_viewed": {0, 30}})),
        (
            "a fade",
            VIEWED,
            {**POINTS, "fade_days": 3},
            Clockwork({"page_viewed": {0, 1, 2, 3}}),
        ),
        ("silence", {"silence_days": 60, "activity": "any"}, POINTS, Clockwork({"any": {0, 60}}, {60})),
        (
            "within a joint",
            {"all": [{"none": [{**VIEWED, "within_days": 7}]}, {"persona": "cto"}]},
            POINTS,
            Clockwork({"page_viewed": {0, 7}}),
        ),
        (
            "of an account's people",
            {"account_people": 2, "meet": {"any": [{**VIEWED, "within_days": 7}]}},
            POINTS,
            Clockwork({"page_viewed": {0, 7}}),
        ),
    ],
)
def test_what_the_clock_moves(
    case: str, rule: dict[str, Any], effect: dict[str, Any], expected: Clockwork
) -> None:
    assert clockwork(a_document(a_criterion("c-1", rule, effect))) == expected


def test_windows_of_several_criteria_add_up() -> None:
    document = a_document(
        a_criterion("c-1", {**VIEWED, "within_days": 7}),
        a_criterion("c-2", {**VIEWED, "within_days": 30}),
        a_criterion("c-3", {"activity": "demo_requested", "at_least": 1}),
    )
    assert clockwork(document).edges == {"page_viewed": {0, 7, 30}, "demo_requested": {0}}


def test_ranges_that_a_minute_passed() -> None:
    minute = timedelta(minutes=1)
    assert ranges_passed({0, 7}, NOON - minute, NOON) == [
        (NOON - timedelta(days=7) - minute, NOON - timedelta(days=7)),
        (NOON - minute, NOON),
    ]


def test_ranges_of_a_long_time_grow_together() -> None:
    two_days = timedelta(days=2)
    assert ranges_passed({1, 2, 3}, NOON - two_days, NOON) == [
        (NOON - timedelta(days=5), NOON - timedelta(days=1))
    ]
