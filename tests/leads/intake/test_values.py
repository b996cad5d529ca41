"""Cells to values, and the sentence where that cannot be."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from leads.intake import values

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12", 12), ("-3.5", -3.5), ("1,234", 1234), ("1,234,567.8", 1234567.8), ("1.234.567", 1234567),
        ("1.234", 1.234), ("3,5", 3.5), ("1 234", 1234), ("$1,000", 1000), ("45 %", 45), ("1e3", 1000),
    ],
)  # fmt: skip
def test_numbers(cell: str, number: float) -> None:
    assert values.number_of(cell) == number


@pytest.mark.parametrize("cell", ["=1+1", "abc", "1,23,4", "nan", "inf", "1_000", ""])
def test_no_numbers(cell: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        values.number_of(cell)


@pytest.mark.parametrize(
    ("cell", "instant"),
    [
        ("2024-01-04", datetime(2024, 1, 3, 23, 0, tzinfo=UTC)),
        ("2020-12-30 3:15:52", datetime(2020, 12, 30, 2, 15, 52, tzinfo=UTC)),
        ("2011-10-01T00:38:44.546+02:00", datetime(2011, 9, 30, 22, 38, 44, 546000, tzinfo=UTC)),
        ("2024-07-01T12:00:00Z", datetime(2024, 7, 1, 12, 0, tzinfo=UTC)),
        ("31.12.2023", datetime(2023, 12, 30, 23, 0, tzinfo=UTC)),
        ("12/31/2023 1:05 PM", datetime(2023, 12, 31, 12, 5, tzinfo=UTC)),
        ("1700000000", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ("1700000000123", datetime(2023, 11, 14, 22, 13, 20, 123000, tzinfo=UTC)),
        ("5 Jan 2024", datetime(2024, 1, 4, 23, 0, tzinfo=UTC)),
    ],
)
def test_instants(cell: str, instant: datetime) -> None:
    assert values.instant_of(BERLIN, False)(cell) == instant


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("2024-02-31", "“2024-02-31” is not a date that exists."),
        ("31/02/2024", "“31/02/2024” is not a date that exists."),
        ("yesterday", "“yesterday” is not a date."),
        ("0001-01-01", "out of range"),
    ],
)
def test_no_instants(cell: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        values.instant_of(BERLIN, True)(cell)


def test_the_order_of_day_and_month_is_seen_or_said() -> None:
    assert values.seems_day_first(["03/04/2024", "25/04/2024"])
    assert not values.seems_day_first(["03/04/2024", "04/25/2024"])
    assert values.day_of(True)("03/04/2024") == date(2024, 4, 3)
    assert values.day_of(False)("03/04/2024") == date(2024, 3, 4)


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        ("mailto:ada@example.com", "ada@example.com"),
        ("fcb67ef339b691956cc85fa12be6490c", "fcb67ef339b691956cc85fa12be6490c"),
        ("o2wjpPyUfzBfq9OSt9I2NQ==", "o2wjppyufzbfq9ost9i2nq=="),
    ],
)
def test_addresses(cell: str, address: str) -> None:
    assert values.email_of(cell) == address


@pytest.mark.parametrize("cell", ["ada at example", "ada@", "@example.com", "a@b", "a b@example.com"])
def test_no_addresses(cell: str) -> None:
    with pytest.raises(ValueError, match="is not an e-mail address"):
        values.email_of(cell)


def test_a_formula_is_no_text() -> None:
    with pytest.raises(ValueError, match="is a formula"):
        values.text_of(100)("=cmd|' /C calc'!A0")
    assert values.text_of(100)("+49 40 1234") == "+49 40 1234"


def test_yes_and_no() -> None:
    assert [values.yes_no(cell) for cell in ("TRUE", "False", "yes", "0")] == [1.0, 0.0, 1.0, 0.0]
    with pytest.raises(ValueError, match="neither yes nor no"):
        values.yes_no("maybe")
