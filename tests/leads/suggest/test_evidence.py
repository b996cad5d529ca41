"""Shares, lift and areas, against numbers worked out by hand or from the papers."""

from __future__ import annotations

import numpy as np
import pytest

from leads.evidence.intervals import interval_of_share
from leads.suggest.evidence import Evidence, Quality, area


@pytest.mark.parametrize(
    ("name", "evidence", "lift"),
    [
        # ln RR = ln 2, spread 1.96 √(1/40 − 1/100 + 1/20 − 1/100) = 0.4596
        ("twice as often", Evidence(100, 40, 100, 20), (2.0, 1.263, 3.167)),
        ("as often", Evidence(100, 20, 100, 20), (1.0, 0.574, 1.742)),
        ("never: half a lead is added to each", Evidence(10, 0, 100, 50), (0.0909, 0.00602, 1.373)),
    ],
)
def test_lift(name: str, evidence: Evidence, lift: tuple[float, float, float]) -> None:
    found = evidence.lift
    assert found is not None
    assert (found.ratio, found.low, found.high) == pytest.approx(lift, rel=2e-3)


@pytest.mark.parametrize(
    ("evidence", "direction"),
    [
        (Evidence(100, 40, 100, 20), 1),
        (Evidence(100, 20, 100, 40), -1),
        (Evidence(10, 3, 100, 20), 0),
        (Evidence(0, 0, 100, 20), 0),
        (Evidence(100, 20, 0, 0), 0),
    ],
)
def test_direction_is_said_only_beyond_chance(evidence: Evidence, direction: int) -> None:
    assert evidence.direction == direction


def test_nothing_is_divided_by_nothing() -> None:
    empty = Evidence(0, 0, 0, 0)

    assert (empty.rate, empty.others_rate, empty.lift) == (None, None, None)
    assert interval_of_share(0, 0) == (0.0, 1.0)


def test_interval_of_a_share() -> None:
    """Newcombe 1998, table I: 15 of 148 is 0.0624 to 0.1605."""
    assert interval_of_share(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)


@pytest.mark.parametrize(
    ("name", "scores", "outcome", "value"),
    [
        ("all in order", [3, 2, 1, 0], [1, 1, 0, 0], 1.0),
        ("all the other way", [0, 1, 2, 3], [1, 1, 0, 0], 0.0),
        ("ties count half", [1, 1, 1, 1], [1, 0, 1, 0], 0.5),
        ("one pair of four is wrong", [3, 1, 2, 0], [1, 1, 0, 0], 0.75),
    ],
)
def test_area(name: str, scores: list[int], outcome: list[int], value: float) -> None:
    found = area(np.array(scores), np.array(outcome, dtype=bool))

    assert found is not None
    assert found.value == value


def test_area_is_that_of_all_pairs() -> None:
    chance = np.random.default_rng(1)
    scores, outcome = chance.integers(0, 9, 400), chance.random(400) < 0.3
    won, lost = scores[outcome][:, None], scores[~outcome][None, :]

    found = area(scores, outcome)

    assert found is not None
    assert found.value == pytest.approx(float(np.mean((won > lost) + (won == lost) / 2)))
    assert found.low < found.value < found.high


def test_no_area_without_both_kinds() -> None:
    assert area(np.arange(3), np.ones(3, dtype=bool)) is None
    assert area(np.arange(0), np.ones(0, dtype=bool)) is None


def test_quality() -> None:
    scores = np.array([50, 40, 10, 0])
    quality = Quality.of(scores, scores >= 40, np.array([True, False, True, False]), weeks=0.5)

    assert (quality.precision, quality.recall, quality.weekly) == (0.5, 0.5, 4.0)
    assert Quality.of(scores, scores > 99, np.zeros(4, dtype=bool)).precision is None
