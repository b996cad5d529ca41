"""Values of one field as a column: spelling, unknown, numbers."""

from __future__ import annotations

import numpy as np

from definitions.criteria.catalogue import Field
from leads.suggest.candidates import cuts_of, rounded
from leads.suggest.columns import column_of
from leads.suggest.history import NumberColumn, TextColumn

SOURCE = Field("lead.source", "Lead source", "choice", "lead_source_key")
SEATS = Field("custom.seats", "Seats", "number", attribute_id=1)


def test_a_value_is_shown_as_it_is_mostly_written() -> None:
    column = column_of(SOURCE, ["google", "Google", None, "", " Google ", "Bing", "  "])

    assert isinstance(column, TextColumn)
    assert column.codes.tolist() == [0, 0, -1, -1, 0, 1, -1]
    assert column.texts == ("Google", "Bing")
    assert column.is_known.tolist() == [True, True, False, False, True, True, False]


def test_unknown_numbers_are_no_zeros() -> None:
    column = column_of(SEATS, [0, None, 7.5])

    assert isinstance(column, NumberColumn)
    assert column.is_known.tolist() == [True, False, True]
    assert column.numbers[0] == 0


def test_cuts_are_numbers_that_people_write() -> None:
    assert [rounded(value) for value in (936.4, 0.0347, 7.0, 100.0, 0.0, -1234.0)] == [
        940.0, 0.035, 7.0, 100.0, 0.0, -1200.0,
    ]  # fmt: skip
    assert cuts_of(np.zeros(0), 12) == []


def test_the_common_number_does_not_hide_the_others() -> None:
    """Most leads never came; the cuts are those of the leads that did."""
    visits = np.array([0.0] * 900 + [1.0] * 40 + [5.0] * 40 + [20.0] * 20)

    assert {1.0, 5.0, 20.0} <= set(cuts_of(visits, 12))
