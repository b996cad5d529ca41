"""What an insight page is made of: tables of numbers, each with its rows, and charts drawn from these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from leads.evidence.intervals import interval_of_share
from leads.evidence.words import share_words, too_early
from leads.intake.rejections import harmless
from leads.selectors.funnel import ENOUGH, Period
from reviews.words import month_words, rounded, week_words

# Of more, the page shows so many and says where the others are.
ROWS_SHOWN = 20
MOST_BARS = 12


@dataclass(frozen=True)
class Cell:
    """One number: `value` for reckoning (None is too early to say), `words` for reading, `url` its leads.

    A share is from 0 to 1, with its interval and the number `whole` that it is a share of.
    """

    value: float | None
    words: str
    url: str = ""
    whole: int | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Row:
    """`key` is what a spreadsheet calls it, if not by its label."""

    label: str
    cells: tuple[Cell, ...]
    key: str = ""


@dataclass(frozen=True)
class Table:
    """`key` names it in a spreadsheet, `population` says of what its numbers are counts.

    `columns` are (name in a spreadsheet, words of the head); `first` is the head of the labels.
    """

    key: str
    title: str
    population: str
    first: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The first rows as a page shows them: {"label", "named": [(head of the column, cell)]}."""
        heads = [words for _key, words in self.columns]
        return [
            {"label": row.label, "named": list(zip(heads, row.cells, strict=True))}
            for row in self.rows[:ROWS_SHOWN]
        ]

    @property
    def left_out(self) -> int:
        return max(len(self.rows) - ROWS_SHOWN, 0)

    def column(self, name: str) -> list[Cell]:
        place = [key for key, _words in self.columns].index(name)
        return [row.cells[place] for row in self.rows]


@dataclass(frozen=True)
class Report:
    """One page of insights. `notes` are sentences on how to read it."""

    tables: tuple[Table, ...]
    charts: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not any(cell.value for table in self.tables for row in table.rows for cell in row.cells)


# -- cells -----------------------------------------------------------------------------------------------


def counted(number: int, url: str = "") -> Cell:
    return Cell(number, number_format(number, force_grouping=True), url)


def shared(part: int, whole: int, url: str = "", *, is_early: bool = False) -> Cell:
    """A share with its 95 % interval; too early to say with fewer than twenty, or if what it waits for may
    still come."""
    if whole < ENOUGH or is_early:
        return Cell(None, too_early(), url, whole)
    low, high = interval_of_share(part, whole)
    return Cell(part / whole, share_words(part, whole), url, whole, low, high)


def lasted(seconds: float | None, url: str = "") -> Cell:
    """A length of time, in hours; None where nothing was counted."""
    if seconds is None:
        return Cell(None, "\u2013", url)
    hours = seconds / 3600
    if hours < 1:
        return Cell(hours, _("%(n)s min") % {"n": rounded(seconds / 60, 0)}, url)
    return Cell(hours, _("%(n)s h") % {"n": rounded(hours)}, url)


# -- labels ----------------------------------------------------------------------------------------------


def step_words(step: Period) -> str:
    """A week by its first day, a longer step by its month."""
    return week_words(step.first) if step.days <= 7 else month_words(step.first)


# -- charts ----------------------------------------------------------------------------------------------


def values_of(cells: Sequence[Cell], factor: float = 1) -> list[dict[str, Any]]:
    """Cells as the values of a chart; `factor` 100 turns shares into percent."""
    return [
        {
            "value": None if cell.value is None else cell.value * factor,
            "words": cell.words,
            "url": cell.url,
            **({} if cell.low is None else {"low": cell.low * factor, "high": (cell.high or 0) * factor}),
        }
        for cell in cells
    ]


def spreadsheet(tables: Sequence[Table]) -> list[list[str | int | float | None]]:
    """The tables as lines: what a number is by, of which one, what is counted, how many.

    A share (0 to 1) also has its interval and the number that it is a share of. Empty is too early to say.
    """
    lines: list[list[str | int | float | None]] = [["by", "of", "number", "value", "low", "high", "out_of"]]
    for table in tables:
        for row in table.rows:
            for (name, _words), cell in zip(table.columns, row.cells, strict=True):
                lines.append(
                    [
                        table.key,
                        harmless(row.key or row.label),
                        name,
                        cell.value,
                        cell.low,
                        cell.high,
                        cell.whole,
                    ]
                )
    return lines
