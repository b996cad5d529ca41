"""The arithmetic of drift: of the frozen number, strictly more than the agreed share."""

from __future__ import annotations

import pytest

from definitions.drift import drifts


def slip(**values: int) -> dict[str, dict[str, object]]:
    return {key: {"label": key.title(), "value": value} for key, value in values.items()}


@pytest.mark.parametrize(
    ("case", "before", "now", "percent", "is_over"),
    [
        ("as it was", 100, 100, 10, False),
        ("just within", 100, 110, 10, False),
        ("one more", 100, 111, 10, True),
        ("one fewer than allowed", 100, 89, 10, True),
        ("a small number", 3, 4, 10, True),
        ("none, still none", 0, 0, 10, False),
        ("none, and one", 0, 1, 10, True),
        ("all of it may change", 10, 20, 100, False),
    ],
)
def test_a_number_is_over(case: str, before: int, now: int, percent: int, is_over: bool) -> None:
    (drift,) = drifts(slip(entering=before), slip(entering=now), percent)
    assert (drift.before, drift.now, drift.is_over) == (before, now, is_over)


def test_only_what_both_slips_hold_is_compared_in_order() -> None:
    frozen = slip(leaving=4, qualified_draft=10, past_wins=1)
    found = drifts(frozen, slip(leaving=4, qualified_draft=12, entering=2, past_wins=9), 10)
    assert [(drift.key, drift.is_over) for drift in found] == [("qualified_draft", True), ("leaving", False)]
    assert drifts(frozen, {}, 10) == []
