"""A file is read record by record: one broken line costs one line, and position is always honest."""

from pathlib import Path

import pytest

from leads.intake.reading import BROKEN_QUOTES, NOT_DECODABLE, NUL_BYTE, TOO_LONG, Record, Records

HEADER = b"id,name,city\n"


def read(path: Path, content: bytes, position: int = len(HEADER)) -> list[Record]:
    path.write_bytes(content)
    with Records(path, encoding="utf-8", delimiter=",", width=3, position=position) as records:
        found = list(records)
        assert records.position == len(content)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "leads.csv"


def test_a_quoted_cell_may_hold_line_breaks(path: Path) -> None:
    found = read(path, HEADER + b'1,"Ada\nLovelace",London\n2,Grace,Arlington\n')
    assert [(r.line, r.cells) for r in found] == [
        (2, ["1", "Ada\nLovelace", "London"]),
        (4, ["2", "Grace", "Arlington"]),
    ]


def test_blank_lines_are_no_lines(path: Path) -> None:
    assert [r.line for r in read(path, HEADER + b"\n1,a,b\n,,\n  \n2,c,d")] == [3, 5, 6]


def test_an_open_quote_costs_its_own_line_only(path: Path) -> None:
    found = read(path, HEADER + b'1,"Ada,London\n2,Grace,Arlington\n3,Mary,Rome\n')
    assert [(r.line, r.problem) for r in found] == [(2, BROKEN_QUOTES), (3, ""), (4, "")]


def test_two_open_quotes_do_not_swallow_what_stands_between(path: Path) -> None:
    found = read(path, HEADER + b'1,"Ada,London\n2,Grace,Arlington\n3,"Mary,Rome\n4,Joan,Oslo\n')
    assert [(r.line, r.problem) for r in found] == [(2, BROKEN_QUOTES), (3, ""), (4, BROKEN_QUOTES), (5, "")]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"1,a\0b,c\n", NUL_BYTE),
        (b"1,M\xfcller,c\n", NOT_DECODABLE),
        (b"1," + b"x" * 1_000_000 + b",c\n", TOO_LONG),
        (b"1," + b"x" * 70_000 + b",c\n", TOO_LONG),
        (b"1," + b"x" * 5_000_000 + b",c\n", TOO_LONG),
        (b"1,a\n", "The line has 2 cells, the header has 3."),
        (b"1,a,b,c\n", "The line has 4 cells, the header has 3."),
        (b'1,"a"b,c\n', BROKEN_QUOTES),
    ],
)
def test_a_bad_line_is_named_and_the_next_is_read(path: Path, line: bytes, problem: str) -> None:
    found = read(path, HEADER + line + b"2,Grace,Arlington\n")
    assert [(r.line, r.problem) for r in found] == [(2, problem), (3, "")]


def test_a_million_open_quotes_do_not_take_for_ever(path: Path) -> None:
    found = read(path, HEADER + b'1,"a,b\n' * 2000)
    assert len(found) == 2000
    assert all(record.problem == BROKEN_QUOTES for record in found)


def test_reading_resumes_at_any_position_with_the_right_lines(path: Path) -> None:
    content = HEADER + b'1,"Ada\nLovelace",London\n2,Grace,Arlington\n'
    path.write_bytes(content)
    with Records(path, encoding="utf-8", delimiter=",", width=3, position=len(HEADER)) as records:
        next(iter(records))
        position = records.position
    assert [(r.line, r.cells[0]) for r in read(path, content, position)] == [(4, "2")]
