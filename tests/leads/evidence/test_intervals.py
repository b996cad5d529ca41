"""Intervals against published tables, and against counting everything out."""

from __future__ import annotations

import pytest

from leads.evidence.intervals import Contrast, forecast, interval_of_share, quantile, trend


@pytest.mark.parametrize(
    ("case", "part", "whole", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3 (score, Wilson).
        ("81 of 263", 81, 263, 0.2553, 0.3662),
        ("15 of 148", 15, 148, 0.0624, 0.1605),
        ("0 of 20", 0, 20, 0.0000, 0.1611),
        ("1 of 29", 1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_of_a_share(case: str, part: int, whole: int, low: float, high: float) -> None:
    assert interval_of_share(part, whole) == pytest.approx((low, high), abs=5e-5), case


def test_a_share_of_nothing_may_be_anything() -> None:
    assert interval_of_share(0, 0) == (0.0, 1.0)
    assert interval_of_share(7, 7)[1] == 1.0


def test_the_lift_of_a_published_trial() -> None:
    """Aspirin and heart attacks (Physicians' Health Study 1989; Agresti, Categorical Data Analysis, 3.1):
    189 of 11,034 under placebo and 104 of 11,037 under aspirin: 1.82, with 1.43 to 2.31."""
    lift = Contrast(11_034, 189, 11_037, 104).lift
    assert lift is not None
    assert (round(lift.ratio, 2), round(lift.low, 2), round(lift.high, 2)) == (1.82, 1.43, 2.31)
    assert lift.direction == 1


@pytest.mark.parametrize(
    ("case", "contrast", "is_enough"),
    [
        ("five expected in the smallest cell", Contrast(10, 5, 10, 5), True),
        ("just below", Contrast(9, 5, 11, 5), False),
        ("many leads, no wins", Contrast(1_000, 0, 1_000, 0), False),
        ("many leads, all won", Contrast(1_000, 1_000, 1_000, 1_000), False),
        ("everybody met it", Contrast(1_000, 500, 0, 0), False),
        ("nobody at all", Contrast(0, 0, 0, 0), False),
    ],
)
def test_too_little_data_has_no_lift(case: str, contrast: Contrast, is_enough: bool) -> None:
    assert contrast.is_enough is is_enough, case
    assert (contrast.lift is not None) is is_enough, case


def test_an_empty_cell_where_many_were_expected_still_has_an_interval() -> None:
    lift = Contrast(100, 20, 100, 0).lift
    assert lift is not None
    assert lift.ratio == pytest.approx(20.5 / 0.5)
    assert lift.low > 1


def test_the_forecast_holds_as_often_as_it_says() -> None:
    """Counted out: of all ways in which ten different weeks can follow each other, the tenth falls into
    the range of the nine before in the share that is promised."""
    values, inside = range(10), 0
    for last in values:
        before = [value for value in values if value != last]
        found = forecast(before)
        assert found is not None
        inside += found.low <= last <= found.high
        promised = found.held
    assert inside / 10 == pytest.approx(promised) == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("weeks", "place", "held"),
    [(9, 1, 0.8), (18, 1, 1 - 2 / 19), (19, 2, 0.8), (26, 2, 1 - 4 / 27), (29, 3, 0.8)],
)
def test_which_weeks_bound_the_forecast(weeks: int, place: int, held: float) -> None:
    found = forecast(list(range(weeks, 0, -1)))
    assert found is not None
    assert (found.low, found.high) == (place, weeks + 1 - place)
    assert found.held == pytest.approx(held)
    assert found.held >= 0.8 - 1e-9


def test_few_weeks_make_no_forecast() -> None:
    assert forecast([3] * 8) is None


def test_a_trend_is_told_from_chance() -> None:
    assert trend([3, 5, 4, 6, 5, 4] * 2) == 0
    assert trend([3, 5, 4, 6, 5, 4, 13, 15, 14, 16, 15, 14]) == 1
    assert trend([13, 15, 14, 16, 15, 14, 3, 5, 4, 6, 5, 4]) == -1
    assert trend([2, 2, 2, 2, 9, 9, 9, 9]) == 1
    assert trend([1, 9]) == 0


def test_a_quantile_is_a_value_that_was_seen() -> None:
    values = [9.0, 1.0, 5.0, 3.0]
    assert [quantile(values, share) for share in (0.0, 0.25, 0.5, 0.75, 0.76, 1.0)] == [1, 1, 3, 5, 9, 9]
    assert all(
        sum(value <= quantile(values, share / 20) for value in values) >= share / 20 * len(values)
        for share in range(21)
    )
