"""What a file is: packed or not, its encoding, its delimiter, its header. Pure; refuses with a sentence."""

from __future__ import annotations

import codecs
import csv
import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from leads.intake.reading import MAX_CELL, Record, Records, first_whole, open_bytes
from portal.common.errors import Invalid

_BLOCK = 1024 * 1024
_HEAD = 256 * 1024
MAX_UNPACKED = 8 * 1024**3
MAX_COLUMNS = 1000
SAMPLE = 1000  # records looked at for types and choices
DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8", "cp1252", "utf-16", "iso-8859-15", "cp1250", "cp1251", "shift_jis")

# How files start that people rename to .csv.
_SIGNATURES = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture or a sound"),
    (b"BM", "a picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "an Excel workbook or a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Shape:
    """What was found. `size` counts unpacked bytes; `position` is the byte behind the header."""

    path: Path
    size: int
    sha256: str
    encoding: str
    delimiter: str
    headers: list[str]
    position: int
    header_lines: int

    def records(self) -> Records:
        """The records behind the header; a file that the caller closes."""
        return Records(
            self.path,
            encoding=self.encoding,
            delimiter=self.delimiter,
            width=len(self.headers),
            position=self.position,
            line=self.header_lines,
        )


def examine(path: Path, *, folder: Path, encoding: str = "") -> Shape:
    """Look at the whole file once, streaming. Raises `Invalid` (422) when it cannot be a table.

    A file whose lines cannot be found byte by byte (UTF-16, or old Macintosh line ends) is written
    anew as UTF-8 into `folder`, and `Shape.path` is that copy.
    """
    try:
        with open_bytes(path) as file:
            head = file.read(_HEAD)
        _refuse_strangers(head)
        found = encoding or _encoding_by_head(head)
        sha256 = _sha256(path)
        only_returns = b"\r" in head and b"\n" not in head
        if found in ("utf-16", "utf-16-le", "utf-16-be", "utf-32") or only_returns:
            path = _as_utf8(path, found or "utf-8", folder)
            found = "utf-8"
        with open_bytes(path) as file:
            size, is_utf8 = _measure(file)
        found = found or ("utf-8" if is_utf8 else _encoding_by_lines(path))
    except (EOFError, OSError) as error:
        raise Invalid(_("The file cannot be unpacked: %(why)s.") % {"why": error}) from error
    delimiter = _delimiter(path, found)
    headers, position, lines = _header(path, found, delimiter)
    return Shape(path, size, sha256, found, delimiter, headers, position, lines)


def sample(shape: Shape, limit: int = SAMPLE) -> list[Record]:
    """The first whole records, for the preview and for guessing types."""
    with shape.records() as records:
        return first_whole(records, limit)


def _refuse_strangers(head: bytes) -> None:
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise Invalid(_("The file is empty."))
    for signature, what in _SIGNATURES:
        if head.startswith(signature) and (signature != b"BM" or b"\0" in head[:32]):
            raise Invalid(
                _("This is %(what)s, not a CSV file. Export the table as CSV and choose that file.")
                % {"what": what}
            )
    if _encoding_by_head(head).startswith("utf-16") or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    strange = sum(head.count(bytes([code])) for code in range(32) if code not in (9, 10, 12, 13, 26, 28, 29))
    if strange > max(8, len(head) // 100):
        raise Invalid(_("This is not a text file. Export the table as CSV and choose that file."))


def _encoding_by_head(head: bytes) -> str:
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    pairs = len(head[:4096]) // 2
    # Latin text in UTF-16 has a zero in every other byte.
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if (
            pairs >= 4
            and head[start:4096:2].count(0) > 0.6 * pairs
            and head[1 - start : 4096 : 2].count(0) == 0
        ):
            return name
    return ""


def _measure(file: BinaryIO) -> tuple[int, bool]:
    """The unpacked size in bytes, and whether all of it is UTF-8."""
    decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    size = 0
    while block := file.read(_BLOCK):
        size += len(block)
        if size > MAX_UNPACKED:
            raise Invalid(_("The file unpacks to more than 8 GB. Split it and import the parts."))
        if decoder is not None:
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                decoder = None
    return size, decoder is not None


def _encoding_by_lines(path: Path) -> str:
    """For a file that is not wholly UTF-8: UTF-8 with some bad lines, Windows-1252, or not to be told."""
    good = bad = 0
    seen: list[bytes] = []
    with open_bytes(path) as file:
        while raw := file.readline(_BLOCK):
            if raw.isascii():
                continue
            try:
                raw.decode("utf-8")
                good += 1
            except UnicodeDecodeError:
                bad += 1
                if len(seen) < 2000:
                    seen.append(raw[:MAX_CELL])
    if good > bad:
        return "utf-8"
    try:
        text = b"".join(seen).decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    if not _reads_as_western(text):
        raise Invalid(
            _("The encoding of this file cannot be told. Save it as “CSV UTF-8”, or name the encoding.")
        )
    return "cp1252"


def _reads_as_western(text: str) -> bool:
    """Cautious: in Western languages accents stand alone among plain letters; elsewhere they come in rows."""
    places = [place for place, character in enumerate(text) if ord(character) > 127]
    if not places:
        return False
    all_places = set(places)
    alone = sum(1 for place in places if place - 1 not in all_places and place + 1 not in all_places)
    usual = sum(1 for place in places if _is_usual(text[place]))
    return alone >= 0.6 * len(places) and usual >= 0.9 * len(places)


def _is_usual(character: str) -> bool:
    if character.isalpha():
        return "LATIN" in unicodedata.name(character, "")
    return character in "€‚„…‘’“”•–—™«»©®°·£§ ¿¡½¼¾²³´"


def _as_utf8(path: Path, encoding: str, folder: Path) -> Path:
    """Write the file anew as UTF-8 with plain line ends, block by block."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{hashlib.sha256(str(path).encode()).hexdigest()[:16]}.utf8.csv"
    try:
        with (
            open_bytes(path) as raw,
            codecs.getreader(encoding)(raw) as reader,
            target.open("w", encoding="utf-8", newline="") as writer,
        ):
            pending = ""
            while block := reader.read(_BLOCK):
                block = pending + block
                # A carriage return at the end may be the first half of a line end.
                pending = "\r" if block.endswith("\r") else ""
                block = block[: len(block) - len(pending)]
                writer.write(block.replace("\r\n", "\n").replace("\r", "\n"))
            writer.write("\n" if pending else "")
    except UnicodeError as error:
        target.unlink(missing_ok=True)
        raise Invalid(
            _("The file says that it is %(encoding)s, but it is not. Save it as “CSV UTF-8”.")
            % {"encoding": encoding.upper()}
        ) from error
    return target


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _first_lines(path: Path, encoding: str, count: int) -> list[str]:
    with open_bytes(path) as file:
        raw = [file.readline(_BLOCK) for _ in range(count)]
    plain = "utf-8" if encoding == "utf-8-sig" else encoding
    text = [line.decode(plain, errors="replace").replace("\0", "") for line in raw if line]
    return [line.removeprefix("\ufeff") if number == 0 else line for number, line in enumerate(text)]


def _delimiter(path: Path, encoding: str) -> str:
    """The candidate that cuts the first lines into the most columns, and equally many each time."""
    lines = _first_lines(path, encoding, 60)
    best, best_score = ",", (0.0, 0)
    for candidate in DELIMITERS:
        try:
            rows = [row for row in csv.reader(lines, delimiter=candidate) if row]
        except csv.Error:
            continue
        if not rows or len(rows[0]) < 2:
            continue
        width = len(rows[0])
        even = sum(1 for row in rows if len(row) == width) / len(rows)
        score = (round(even, 1), width)
        if score > best_score:
            best, best_score = candidate, score
    return best


def _header(path: Path, encoding: str, delimiter: str) -> tuple[list[str], int, int]:
    """The header's cells, the byte behind them, and how many lines they take."""
    with open_bytes(path) as file:
        lead = file.read(4)
        offset = 3 if lead.startswith(codecs.BOM_UTF8) else 0
        file.seek(offset)
        text, lines, plain = "", 0, "utf-8" if encoding == "utf-8-sig" else encoding
        while lines < 20:
            raw = file.readline(_BLOCK)
            if not raw:
                break
            lines += 1
            offset += len(raw)
            try:
                text += raw.decode(plain)
            except (UnicodeDecodeError, LookupError) as error:
                raise Invalid(
                    _("The first line is not %(encoding)s text. Save the file as “CSV UTF-8”.")
                    % {"encoding": encoding}
                ) from error
            if not text.strip():
                text = ""
                continue
            try:
                rows = list(csv.reader([text], delimiter=delimiter, strict=True))
            except csv.Error:
                continue
            return _named(rows[0]), offset, lines
    raise Invalid(_("The quotation marks of the first line do not pair up, so its columns have no names."))


def _named(cells: list[str]) -> list[str]:
    """Names for all columns: empty ones are numbered, equal ones told apart."""
    if any("\0" in cell for cell in cells):
        raise Invalid(_("The first line holds a NUL byte, so its columns have no names."))
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) > MAX_COLUMNS:
        raise Invalid(_("The file has more than %(count)d columns.") % {"count": MAX_COLUMNS})
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = " ".join(cell.split())[:200] or _("Column %(number)d") % {"number": number}
        plain, copy = name, 2
        while name in names:
            name, copy = f"{plain} ({copy})", copy + 1
        names.append(name)
    return names
