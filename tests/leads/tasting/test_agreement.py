"""Agreement and kappa, held to worked examples of the literature."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.tasting.agreement import Pair, agreement_of, kappa_of, pair_of, share_of, word_for
from leads.tasting.words import kappa_words

# (source, table: both yes, only the first, only the second, both no; observed agreement, kappa)
LITERATURE = (
    ("Viera and Garrett 2005, Fam Med 37(5), 360-3: two residents", (15, 5, 10, 70), 0.85, 0.57),
    ("Sim and Wright 2005, Phys Ther 85(3), 257-68: lateral shift, 39 patients", (22, 2, 4, 11), 0.846, 0.67),
    ("Feinstein and Cicchetti 1990, J Clin Epidemiol 43, 543-9: balanced", (40, 9, 6, 45), 0.85, 0.70),
    ("Feinstein and Cicchetti 1990: the same agreement, unbalanced", (80, 10, 5, 5), 0.85, 0.32),
    ("Wikipedia, Cohen's kappa: two readers of 50 grant proposals", (20, 5, 10, 15), 0.70, 0.40),
    ("Wikipedia: the same agreement of 100, first table", (45, 15, 25, 15), 0.60, 0.1304),
    ("Wikipedia: the same agreement of 100, second table", (25, 35, 5, 35), 0.60, 0.2593),
)


@pytest.mark.parametrize(("source", "table", "share", "kappa"), LITERATURE)
def test_kappa_of_the_literature(
    source: str, table: tuple[int, int, int, int], share: float, kappa: float
) -> None:
    digits = 4 if abs(kappa * 100 - round(kappa * 100)) > 1e-9 else 2
    pair = Pair(*table)
    assert round(share_of(pair), 3) == round(share, 3)
    found = kappa_of(pair)
    assert found is not None
    assert round(found, digits) == kappa


@pytest.mark.parametrize(
    ("name", "table", "kappa"),
    [
        ("all the same, both ways", (5, 0, 0, 5), 1.0),
        ("never the same, balanced", (0, 5, 5, 0), -1.0),
        ("as chance would", (4, 4, 4, 4), 0.0),
        ("one always says yes", (5, 5, 0, 0), 0.0),
        ("both always say yes", (7, 0, 0, 0), None),
        ("both always say no", (0, 0, 0, 7), None),
        ("one always yes, the other always no", (0, 7, 0, 0), 0.0),
    ],
)
def test_the_ends_of_the_scale(name: str, table: tuple[int, int, int, int], kappa: float | None) -> None:
    assert kappa_of(Pair(*table)) == kappa


tables = st.tuples(*[st.integers(0, 40)] * 4).filter(any)


@given(tables)
def test_kappa_is_what_its_definition_says(table: tuple[int, int, int, int]) -> None:
    """In exact fractions, from the shares of each rater."""
    pair, total = Pair(*table), sum(table)
    first, second = Fraction(pair.both + pair.first, total), Fraction(pair.both + pair.second, total)
    observed = Fraction(pair.both + pair.neither, total)
    expected = first * second + (1 - first) * (1 - second)
    found = kappa_of(pair)
    if expected == 1:
        assert found is None
    else:
        assert found == float((observed - expected) / (1 - expected))
        # Neither swapping the raters nor calling yes no changes it.
        assert kappa_of(Pair(pair.both, pair.second, pair.first, pair.neither)) == found
        assert kappa_of(Pair(pair.neither, pair.second, pair.first, pair.both)) == found


def test_a_pair_counts_only_what_both_judged() -> None:
    first = {1: True, 2: True, 3: False, 4: False, 9: True}
    second = {1: True, 2: False, 3: True, 4: False, 8: True}
    assert pair_of(first, second) == Pair(1, 1, 1, 1)


def halves(count: int) -> Iterator[Pair]:
    yield Pair(count // 2, 0, 0, count - count // 2)


def test_of_several_pairs_the_mean_is_told_and_the_undefined_are_named() -> None:
    found = agreement_of([Pair(5, 5, 0, 0), Pair(10, 0, 0, 0), Pair(5, 0, 0, 5), Pair(0, 0, 0, 0)])
    assert (found.pairs, found.leads, found.undefined) == (3, 10, 1)
    assert found.share == pytest.approx(2.5 / 3)
    assert found.kappa == 0.5
    assert kappa_words(found) == "0.50, moderate (1 pair said the same of every lead and has none)"


@pytest.mark.parametrize(
    ("name", "pairs", "words"),
    [
        ("nobody", [], "too few to say"),
        ("no lead in common", [Pair(0, 0, 0, 0)], "too few to say"),
        ("nine leads", list(halves(9)), "too few to say: 9 leads in common"),
        ("one lead", list(halves(1)), "too few to say: 1 lead in common"),
        ("ten leads", list(halves(10)), "1.00, almost perfect"),
        (
            "undefined",
            [Pair(20, 0, 0, 0)],
            "undefined: each said the same of every lead, and so would chance",
        ),
        ("worse than chance", [Pair(0, 10, 10, 0)], "−1.00, worse than chance"),
    ],
)
def test_there_is_a_sentence_where_there_is_no_number(name: str, pairs: list[Pair], words: str) -> None:
    assert kappa_words(agreement_of(pairs)) == words


@pytest.mark.parametrize(
    ("kappa", "word"),
    [
        (1.0, "almost perfect"), (0.81, "almost perfect"), (0.80, "substantial"), (0.61, "substantial"),
        (0.6, "moderate"), (0.41, "moderate"), (0.4, "fair"), (0.21, "fair"), (0.2, "slight"),
        (0.0, "slight"), (-0.004, "slight"), (-0.01, "poor"),
    ],
)  # fmt: skip
def test_the_words_of_landis_and_koch(kappa: float, word: str) -> None:
    assert word_for(kappa) == word
