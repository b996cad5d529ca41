"""Columns that know the outcome are named with the reason, and left out unless somebody insists."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from definitions.criteria.catalogue import Field
from leads.suggest.columns import column_of
from leads.suggest.history import Column, Deeds, History, Leak
from leads.suggest.suggestion import suggest
from tests.leads.suggest.histories import telling

TAG = Field("custom.tag", "Tag", "choice", attribute_id=1)
ROOMS = Field("custom.rooms", "Rooms", "number", attribute_id=2)


def with_column(history: History, column: Column) -> History:
    return replace(history, columns=(*history.columns, column))


def tagged(history: History, known_if_won: float, known_if_not: float, seed: int = 3) -> History:
    """A choice whose value says nothing, and is known in these shares of won and other leads."""
    chance = np.random.default_rng(seed)
    known = chance.random(len(history.outcome)) < np.where(history.outcome, known_if_won, known_if_not)
    values = chance.integers(0, 3, len(history.outcome))
    return with_column(
        history,
        column_of(TAG, [f"T{v}" if k else None for v, k in zip(values, known, strict=True)]),
    )


def leak_of(history: History, key: str) -> Leak | None:
    return next((leak for leak in suggest(history).leaks if leak.key == key), None)


def test_an_honest_column_is_no_leak() -> None:
    assert suggest(telling()).leaks == ()
    assert leak_of(tagged(telling(), 0.6, 0.6), TAG.key) is None


@pytest.mark.parametrize("is_number", [True, False])
def test_a_column_that_predicts_too_well(is_number: bool) -> None:
    history = telling()
    noise = np.random.default_rng(5).random(len(history.outcome)) < 0.03
    values = (history.outcome ^ noise).astype(float)
    column = column_of(ROOMS, values.tolist()) if is_number else column_of(TAG, [f"T{v}" for v in values])

    leak = leak_of(with_column(history, column), column.field.key)

    assert leak is not None
    assert (leak.reason, leak.is_left_out) == ("too_well", True)


def test_a_blank_that_predicts() -> None:
    leak = leak_of(tagged(telling(), 0.9, 0.5), TAG.key)

    assert leak is not None
    assert (leak.reason, leak.is_left_out) == ("blank", True)
    assert "Its blanks tell the outcome" in leak.sentence


def test_one_telling_value_is_no_blank_that_predicts() -> None:
    """References buy; adverts do as leads of unknown source do. Being known tells nothing by itself."""
    chance = np.random.default_rng(8)
    source = chance.choice(["Reference", "Advert", ""], 3_000)
    outcome = chance.random(3_000) < np.where(source == "Reference", 0.65, 0.15)
    column = column_of(TAG, source.tolist())

    suggestion = suggest(History(outcome, (column,)))

    assert suggestion.leaks == ()
    assert [clause.rule["values"] for clause in suggestion.clauses] == [["Reference"]]


def test_what_is_left_out_is_in_no_clause_until_somebody_insists() -> None:
    history = tagged(telling(), 0.9, 0.3)

    without, insisted = suggest(history), suggest(history, kept=[TAG.key])

    assert all(TAG.key not in str(clause.rule) for clause in without.clauses)
    assert any(TAG.key in str(clause.rule) for clause in insisted.clauses)
    leak = next(leak for leak in insisted.leaks if leak.key == TAG.key)
    assert not leak.is_left_out


def test_a_value_of_which_nearly_all_were_won_is_a_warning() -> None:
    history = telling()
    chance = np.random.default_rng(6)
    is_sure = history.outcome & (chance.random(len(history.outcome)) < 0.1)
    column = column_of(TAG, ["Reference" if sure else "Other" for sure in is_sure])

    leak = leak_of(with_column(history, column), TAG.key)

    assert leak is not None
    assert (leak.reason, leak.is_left_out) == ("value", False)
    assert "“Reference”" in leak.sentence


def test_what_the_reading_saw_is_left_out() -> None:
    seen = Leak("account.industry", "Industry", "afterwards", "Filled in by sales.", True)

    suggestion = suggest(replace(telling(), leaks=(seen,)))

    assert suggestion.leaks == (seen,)
    assert all("account.industry" not in str(clause.rule) for clause in suggestion.clauses)


def test_a_word_of_caution_does_not_hide_what_the_values_give_away() -> None:
    caution = Leak(TAG.key, "Tag", "afterwards", "Be careful.", False)

    leak = leak_of(replace(tagged(telling(), 0.9, 0.4), leaks=(caution,)), TAG.key)

    assert leak is not None
    assert (leak.reason, leak.is_left_out) == ("blank", True)


def with_demos(history: History, of_won: float, of_others: float) -> History:
    """Everybody viewed a page; these shares of the won and of the other leads asked for a demo."""
    chance = np.random.default_rng(7)
    asked = chance.random(len(history.outcome)) < np.where(history.outcome, of_won, of_others)
    lead = np.concatenate([np.arange(len(history.outcome)), np.flatnonzero(asked)])
    kind = (np.arange(len(lead)) >= len(history.outcome)).astype(np.int64)
    deeds = Deeds(
        ("page_viewed", "demo_requested"),
        (),
        lead,
        kind,
        np.full(len(lead), -1),
        np.full(len(lead), 60),
        np.zeros(len(lead), dtype=np.int64),
    )
    return replace(history, deeds=deeds, known_for=np.full(len(history.outcome), 10**13))


def speaks_of_demos(history: History) -> bool:
    return any("demo_requested" in str(clause.rule) for clause in suggest(history).clauses)


def test_a_kind_of_activity_after_the_handoff_is_left_out() -> None:
    history = with_demos(telling(), 0.5, 0.1)
    late = Leak("demo_requested", "Demo requested", "afterwards", "After the handoff.", True)

    assert speaks_of_demos(history)
    assert not speaks_of_demos(replace(history, leaks=(late,)))


def test_a_kind_of_activity_that_predicts_too_well() -> None:
    history = with_demos(telling(), 0.98, 0.02)

    leak = leak_of(history, "demo_requested")

    assert leak is not None
    assert (leak.reason, leak.is_left_out) == ("too_well", True)
    assert not speaks_of_demos(history)
