"""Reading a delimited file record by record, from any byte position, in bounded memory. Pure.

Quoted cells may hold line breaks, so a record can span lines. When a record turns out broken (a quote
that never closes, too many cells) only its first line is given up: reading goes on at the line
behind, so that one stray quote costs one line and not the rest of the file.
"""

from __future__ import annotations

import csv
import gzip
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

MAX_CELL = 64 * 1024  # characters
_MAX_LINE = 2 * 1024 * 1024  # bytes; a longer line holds a longer cell than is taken
_MAX_LINES_A_RECORD = 200  # beyond it a quote was left open
_GZIP = b"\x1f\x8b"

TOO_LONG = "A cell is longer than 64 kB."
BROKEN_QUOTES = "The quotation marks do not pair up, so the cells of this line cannot be told apart."
NUL_BYTE = "The line holds a NUL byte, which no text has."
NOT_DECODABLE = "The line is not in the encoding of the rest of the file."


def open_bytes(path: Path | str) -> BinaryIO:
    """The file's bytes, unpacked when it is gzip."""
    with open(path, "rb") as file:
        is_packed = file.read(2) == _GZIP
    return cast(BinaryIO, gzip.open(path, "rb") if is_packed else open(path, "rb"))


@dataclass(slots=True)
class Record:
    """One record. `line` is the physical line it starts on, the header being line 1."""

    line: int
    cells: list[str]
    problem: str = ""


class _Unreadable(Exception):
    """A line that cannot be part of a record; the text is the reason."""


@dataclass(slots=True)
class _Line:
    text: str
    size: int
    problem: str


@dataclass
class _Lines:
    """Physical lines for csv.reader; remembers those of the record in hand, and can take them back."""

    file: BinaryIO
    encoding: str
    taken: list[_Line] = field(default_factory=list)
    again: deque[_Line] = field(default_factory=deque)

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else self._read()
        self.taken.append(line)
        if line.problem:
            raise _Unreadable(line.problem)
        if len(self.taken) > _MAX_LINES_A_RECORD:
            raise _Unreadable(BROKEN_QUOTES)
        return line.text

    def _read(self) -> _Line:
        raw = self.file.readline(_MAX_LINE)
        if not raw:
            raise StopIteration
        size, problem, text = len(raw), "", ""
        if size == _MAX_LINE and not raw.endswith(b"\n"):
            problem = TOO_LONG
            while True:
                rest = self.file.readline(_MAX_LINE)
                size += len(rest)
                if not rest or rest.endswith(b"\n"):
                    break
        elif b"\0" in raw:
            problem = NUL_BYTE
        else:
            try:
                text = raw.decode(self.encoding)
            except UnicodeDecodeError:
                problem = NOT_DECODABLE
        return _Line(text, size, problem)


class Records:
    """The records of a file behind its header. After each, `position` is the byte offset behind it."""

    def __init__(
        self, path: Path | str, *, encoding: str, delimiter: str, width: int, position: int, line: int = 0
    ) -> None:
        """`width` is the header's number of cells; `line` the lines before `position`, 0 to count them."""
        self.file = open_bytes(path)
        self.width = width
        self.position = position
        self.line = line or _count_lines(self.file, position)
        self.file.seek(position)
        self._lines = _Lines(self.file, "utf-8" if encoding == "utf-8-sig" else encoding)
        self._csv = csv.reader(self._lines, delimiter=delimiter, strict=True)

    def close(self) -> None:
        self.file.close()

    def __enter__(self) -> Records:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Record]:
        lines = self._lines
        while True:
            cells, problem = [], ""
            try:
                cells = next(self._csv)
            except StopIteration:
                return
            except _Unreadable as error:
                problem = str(error)
            except csv.Error as error:
                problem = TOO_LONG if "field larger" in str(error) else BROKEN_QUOTES
            first = self.line + 1
            problem = problem or self._misfit(cells, len(lines.taken))
            if problem and len(lines.taken) > 1:
                cells = []
                lines.again.extendleft(reversed(lines.taken[1:]))
                # The line that broke the record is judged again by itself.
                del lines.taken[1:]
                problem = BROKEN_QUOTES if problem in (NUL_BYTE, NOT_DECODABLE) else problem
            first_line = lines.taken[0].text
            self.line += len(lines.taken)
            self.position += sum(line.size for line in lines.taken)
            lines.taken.clear()
            if problem:
                yield Record(first, cells or [first_line.rstrip("\r\n")[:500]], problem)
            elif any(cells):
                # Spreadsheets pad: empty cells beyond the header are no cells.
                yield Record(first, cells[: self.width])

    def _misfit(self, cells: list[str], lines: int) -> str:
        if not cells:
            return ""
        if any(cells[self.width :]) or len(cells) < self.width:
            if not any(cells):
                return ""
            if lines > 1:
                return BROKEN_QUOTES
            return f"The line has {len(cells)} cells, the header has {self.width}."
        if max(map(len, cells)) > MAX_CELL:
            return TOO_LONG
        return ""


def first_whole(records: Records, limit: int) -> list[Record]:
    """The first `limit` records without a problem; fewer when most of the lines looked at have one."""
    found: list[Record] = []
    for record in records:
        if not record.problem:
            found.append(record)
        if len(found) >= limit or record.line > 10 * limit:
            break
    return found


def _count_lines(file: BinaryIO, position: int) -> int:
    """How many lines end before `position`: what a resumed import must know to name its lines."""
    file.seek(0)
    count, left = 0, position
    while left > 0:
        block = file.read(min(left, 1024 * 1024))
        if not block:
            break
        count += block.count(b"\n")
        left -= len(block)
    return count
