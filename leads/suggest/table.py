"""A file of leads as a history to search, without a database: one line per lead, no activities."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from definitions.criteria.catalogue import BUILT_IN_FIELDS, Catalogue, Field
from leads.intake import mapping
from leads.intake.profiles import profile_of
from leads.intake.reading import Record
from leads.intake.recognise import AFTERWARDS, LEADS, PARTLY_AFTERWARDS, WON_WORDS, is_leak, plain
from leads.intake.rows import AttributeColumn, LineProblem, Row, RowReader
from leads.intake.sniffing import Shape
from leads.intake.values import YES, is_date, number_of
from leads.scoring.table import fit_of_row, target_of
from leads.suggest.columns import SEARCHED_FIELDS, column_of
from leads.suggest.history import Column, History, Leak
from portal.common.errors import Invalid

# Facts that are made from others: of a name or an address only these say something.
_MADE = {
    "lead.email_domain": "email",
    "lead.has_free_email": "email",
    "lead.has_disposable_email": "email",
    "lead.has_business_website": "website",
    "lead.has_phone": "phone",
}
_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class FileHistory:
    """`headers` names the column of the file behind each attribute; `order` says by what it was ordered;
    `broken` are lines that could not be read."""

    history: History
    catalogue: Catalogue
    headers: dict[str, str]
    order: str
    broken: int


@dataclass(frozen=True)
class FileQuestion:
    """Columns by their headers. An empty `won` takes the usual words for yes and won; an empty `order` the
    column of capture, else the lines as they stand."""

    outcome: str
    leave_out: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    order: str = ""
    won: str = ""


def history_of_file(shape: Shape, question: FileQuestion) -> FileHistory:
    """Read the whole file. Raises `Invalid` where a column is not there or the outcome is never known."""
    headers = shape.headers
    outcome = header_of(headers, question.outcome)
    out = {outcome, *(header_of(headers, name) for name in question.leave_out)}
    kept = {header_of(headers, name) for name in question.keep}
    records = [record for record in _records(shape) if not record.problem]
    chosen, leaks = _mapping(headers, records, out, kept)
    order = header_of(headers, question.order) if question.order else _captured(chosen)
    if question.order:
        chosen["columns"][order] = ""
    rows, ended, places = _read(headers, records, chosen, question.won, outcome, order)
    if not rows:
        raise Invalid(f"No line of the file says how it ended in “{outcome}”.")
    sequence = (
        sorted(range(len(rows)), key=lambda place: (places[place], place)) if order else range(len(rows))
    )
    rows = [rows[place] for place in sequence]
    fields = _own_fields(chosen)
    history = History(
        np.array([ended[place] for place in sequence], dtype=bool),
        tuple(_columns(rows, chosen, fields)),
        leaks=tuple(leaks),
    )
    catalogue = Catalogue({field.key: field for field in (*BUILT_IN_FIELDS, *fields)})
    broken = len(records) - len(rows)
    return FileHistory(history, catalogue, _headers(chosen), order, broken)


def header_of(headers: Iterable[str], name: str) -> str:
    """The column that somebody means, whatever its case and spaces."""
    for header in headers:
        if header == name or plain(header) == plain(name):
            return header
    raise Invalid(f"The file has no column “{name}”. It has: {', '.join(headers)}.")


def _records(shape: Shape) -> list[Record]:
    with shape.records() as records:
        return list(records)


# -- which column is what ----------------------------------------------------------------------------------


def _mapping(
    headers: list[str], records: list[Record], out: set[str], kept: set[str]
) -> tuple[dict[str, Any], list[Leak]]:
    """The mapping that an import would suggest, without what is left out; and what its names give away."""
    chosen, notes = mapping.suggest(LEADS, headers, records, attributes={}, remembered={}, time_zone="UTC")
    profile = profile_of(headers)
    leaks = []
    for header in headers:
        note = notes.get(header) or (profile.notes.get(plain(header), "") if profile else "")
        is_after = note == AFTERWARDS or is_leak(header)
        if header in out:
            chosen["columns"][header] = ""
            continue
        if not chosen["columns"].get(header) and header in kept:
            _keep(header, headers.index(header), records, chosen)
        if is_after or note == PARTLY_AFTERWARDS:
            key = _key(chosen, header) or header
            leaks.append(Leak(key, header, "afterwards", note or AFTERWARDS, is_after and header not in kept))
    return chosen, leaks


def _keep(header: str, place: int, records: list[Record], chosen: dict[str, Any]) -> None:
    """A column that an import would leave out becomes an attribute all the same."""
    unknown = {word.casefold() for word in chosen["unknown_words"]}
    cells = [record.cells[place].strip() for record in records]
    values = [cell for cell in cells if cell and cell.casefold() not in unknown]
    key = mapping.attribute_key(header)
    chosen["columns"][header] = f"attribute:{key}"
    chosen["attributes"][key] = {"label": header, "type": mapping.type_of(values), "holder": "lead"}


def _key(chosen: dict[str, Any], header: str) -> str:
    """The key of the attribute that a column fills, if it fills one."""
    target = chosen["columns"].get(header, "")
    if target.startswith("attribute:"):
        return f"custom.{target.partition(':')[2]}"
    return next((field.key for field in SEARCHED_FIELDS if target_of(field.key) == target), "")


def _headers(chosen: dict[str, Any]) -> dict[str, str]:
    return {key: header for header in chosen["columns"] if (key := _key(chosen, header))}


def _captured(chosen: dict[str, Any]) -> str:
    """The column that says when a lead was captured, if there is one."""
    return next((header for header, target in chosen["columns"].items() if target == "captured_at"), "")


def _own_fields(chosen: dict[str, Any]) -> list[Field]:
    """The attributes that no built-in field stands for; their ids are made up."""
    targets = set(chosen["columns"].values())
    return [
        Field(f"custom.{key}", one["label"], one["type"], attribute_id=number)
        for number, (key, one) in enumerate(chosen["attributes"].items(), start=1)
        if f"attribute:{key}" in targets
    ]


# -- lines ---------------------------------------------------------------------------------------------------


def _read(
    headers: list[str], records: list[Record], chosen: dict[str, Any], won: str, outcome: str, order: str
) -> tuple[list[Row], list[bool], list[Any]]:
    """The lines that can be read and whose outcome is known, whether each was won, and its place in time."""
    own = {
        field.key.partition(".")[2]: AttributeColumn(field.attribute_id or 0, field.value_type)
        for field in _own_fields(chosen)
    }
    reader = RowReader(LEADS, headers, chosen, own)
    place, when = headers.index(outcome), headers.index(order) if order else 0
    unknown = {word.casefold() for word in chosen["unknown_words"]}
    is_won = _is_won(won)
    to_moment = _moments([record.cells[when] for record in records], reader) if order else None
    rows, ended, places = [], [], []
    for record in records:
        cell = record.cells[place].strip().casefold()
        if not cell or cell in unknown:
            continue
        try:
            row = reader.read(record)
            moment = to_moment(record.cells[when].strip()) if to_moment else 0
        except (LineProblem, ValueError):
            continue
        rows.append(row)
        ended.append(is_won(cell))
        places.append(moment)
    return rows, ended, places


def _is_won(won: str) -> Any:
    if won:
        return lambda cell: cell == won.casefold()
    return lambda cell: cell in YES or plain(cell) in WON_WORDS


def _moments(cells: list[str], reader: RowReader) -> Any:
    """How the cells of the column of time are compared: as instants, as numbers, else as text."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if filled and all(is_date(cell) for cell in filled[:200]):
        return reader.instant
    try:
        list(map(number_of, filled[:200]))
    except ValueError:
        return str
    return number_of


def _columns(rows: list[Row], chosen: dict[str, Any], own: list[Field]) -> Iterable[Column]:
    targets = set(chosen["columns"].values())
    fits = [fit_of_row(row, _MOMENT) for row in rows]
    for field in SEARCHED_FIELDS:
        made_from, target = _MADE.get(field.key), target_of(field.key)
        if made_from in targets:
            yield column_of(field, [fit[field.column] for fit in fits])
        elif made_from is None and target in targets:
            yield column_of(field, [row.values.get(target) for row in rows])
    for field in own:
        assert field.attribute_id is not None
        cells = [row.attributes.get(field.attribute_id) for row in rows]
        yield column_of(field, [None if cell is None else _value_of(field, cell) for cell in cells])


def _value_of(field: Field, cell: tuple[Any, ...]) -> Any:
    text, _key, _words, number, day = cell
    return {"number": number, "yes_no": number, "date": day}.get(field.value_type, text)
