"""The draw: the same for the same seed, and from near and far on both sides of the threshold."""

from __future__ import annotations

import random

import pytest

from leads.tasting.draw import Candidate, draw, pool_of

THRESHOLD = 100  # near is from 80 to 120


def candidates(**counts: int) -> list[Candidate]:
    """So many of each stratum, with ids that say which: 1xxx near and qualified, and so on."""
    kinds = {
        "near_yes": (1_000, 110, True),
        "near_no": (2_000, 90, False),
        "far_yes": (3_000, 190, True),
        "far_no": (4_000, 10, False),
    }
    return [
        Candidate(first + number, points, is_qualified)
        for name, (first, points, is_qualified) in kinds.items()
        for number in range(counts.get(name, 0))
    ]


def strata(ids: list[int]) -> list[int]:
    return [sum(lead_id // 1_000 == number for lead_id in ids) for number in range(1, 5)]


@pytest.mark.parametrize(
    ("name", "counts", "drawn"),
    [
        ("enough of each", {"near_yes": 50, "near_no": 50, "far_yes": 50, "far_no": 50}, [5, 5, 5, 5]),
        ("none far above", {"near_yes": 50, "near_no": 50, "far_no": 50}, [10, 5, 0, 5]),
        ("hardly any near", {"near_yes": 1, "near_no": 2, "far_yes": 9, "far_no": 90}, [1, 2, 9, 8]),
        ("too few of all", {"near_yes": 3, "far_no": 4}, [3, 0, 0, 4]),
        ("only ones that do not qualify", {"far_no": 90}, [0, 0, 0, 20]),
        ("nobody", {}, [0, 0, 0, 0]),
    ],
)
def test_each_quarter_gives_its_share_and_the_others_fill_in(
    name: str, counts: dict[str, int], drawn: list[int]
) -> None:
    ids = draw(candidates(**counts), threshold=THRESHOLD, seed=1, count=20)
    assert strata(ids) == drawn
    assert len(set(ids)) == len(ids)


def test_the_draw_depends_on_the_seed_and_not_on_the_order() -> None:
    people = candidates(near_yes=60, near_no=60, far_yes=60, far_no=60)
    first = draw(people, threshold=THRESHOLD, seed=7, count=20)
    for turn in range(5):
        random.Random(turn).shuffle(people)
        assert draw(people, threshold=THRESHOLD, seed=7, count=20) == first
    assert draw(people, threshold=THRESHOLD, seed=8, count=20) != first
    assert pool_of(range(500), 7, 50) == pool_of(reversed(range(500)), 7, 50)
    assert pool_of(range(500), 7, 50) != pool_of(range(500), 8, 50)
    assert pool_of(range(5), 7, 50) == [0, 1, 2, 3, 4]


def test_the_order_of_tasting_does_not_give_the_strata_away() -> None:
    people = candidates(near_yes=60, near_no=60, far_yes=60, far_no=60)
    firsts = [draw(people, threshold=THRESHOLD, seed=seed, count=20)[0] // 1_000 for seed in range(60)]
    assert {1, 2, 3, 4} == set(firsts)


@pytest.mark.parametrize(
    ("threshold", "points", "is_near"), [(100, 80, True), (100, 79, False), (3, 8, True), (3, 9, False)]
)
def test_near_is_a_fifth_of_the_threshold_and_five_points_at_least(
    threshold: int, points: int, is_near: bool
) -> None:
    """The one in question against twenty that are far for certain: near ones are drawn first."""
    others = [Candidate(number, 100_000, True) for number in range(1, 21)]
    asked = Candidate(99, points, True)
    drawn = [99 in draw([asked, *others], threshold=threshold, seed=seed, count=4) for seed in range(30)]
    assert all(drawn) is is_near
