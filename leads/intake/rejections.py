"""The rejected lines as a CSV that a spreadsheet can open without harm. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """csv.writer wants a file; this one hands each line back."""

    def write(self, text: str) -> str:
        return text


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula. Numbers with a sign stay numbers."""
    if cell.startswith(_DANGEROUS) and not _is_number(cell):
        return "'" + cell
    return cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def as_csv(headers: list[str], lines: Iterable[tuple[int, str, str, list[str]]]) -> Iterator[str]:
    """Line, column and reason, then the cells as they came. Starts with a byte-order mark, for Excel."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(["Line", "Column", "Reason", *map(harmless, headers)])
    for line, column, reason, cells in lines:
        yield writer.writerow([str(line), harmless(column), harmless(reason), *map(harmless, cells)])
