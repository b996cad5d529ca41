"""Writing many rows at once, the fastest way each database has. Values are ready for the columns.

SQLite: one prepared statement, many rows. PostgreSQL: COPY, which costs a fifth of sending rows one by
one; where rows may meet others, into a temporary table with one INSERT … SELECT from it. Table and column
names come from the models alone, never from a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from django.db import connection, models
from numpy.typing import NDArray

# Under the number of parameters that one statement may have on either database.
BATCH = 900
# Fewer rows than this are sent as they are: a temporary table costs more than it saves.
_WORTH_COPYING = 200
# The columns that `copy_in` knows, as PostgreSQL's COPY has them in binary: big-endian.
_BINARY = {"smallint": ">i2", "integer": ">i4", "bigint": ">i8", "double precision": ">f8"}
_COPY_BEGINS = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_ENDS = b"\xff\xff"


def batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Distinct items in an order that is the same for all writers, so that no two lock crosswise."""
    ordered = sorted(set(items))
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]


def json_value(value: Any) -> str | None:
    """JSON as both databases take it in a plain statement."""
    return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def instant_value(value: datetime) -> Any:
    """An aware instant as a DateTimeField column takes it."""
    return value if connection.vendor == "postgresql" else str(value.astimezone(UTC).replace(tzinfo=None))


def insert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    conflict: Sequence[str] = (),
    update: Sequence[str] = (),
    extra: str = "",
) -> int:
    """Insert `rows`; where `conflict` (columns of a unique index) meets a row, update or leave it.

    `update` names the columns to take over; `extra` is SQL of our own behind them. Returns the number
    of rows written, which on SQLite counts a row for each line sent unless `conflict` leaves it alone.
    """
    rows = list(rows)
    if not rows:
        return 0
    quote = connection.ops.quote_name
    table, names = quote(model._meta.db_table), ", ".join(quote(column) for column in columns)
    clause = ""
    if conflict:
        target = ", ".join(quote(column) for column in conflict)
        sets = ", ".join(f"{quote(column)} = excluded.{quote(column)}" for column in update)
        sets = ", ".join(part for part in (sets, extra) if part)
        clause = f" ON CONFLICT ({target}) DO " + (f"UPDATE SET {sets}" if sets else "NOTHING")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(rows) >= _WORTH_COPYING:
            if conflict:
                cursor.execute(
                    f"CREATE TEMP TABLE bulk_rows ON COMMIT DROP AS SELECT {names} FROM {table} LIMIT 0"
                )
            into = "bulk_rows" if conflict else table
            # Django does not know of COPY: the errors become its own here.
            with connection.wrap_database_errors, cursor.copy(f"COPY {into} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            if not conflict:
                return cursor.rowcount
            cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM bulk_rows{clause}")
            written = cursor.rowcount
            cursor.execute("DROP TABLE bulk_rows")
            return written
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks}){clause}", rows)
        return cursor.rowcount


def copy_in(model: type[models.Model], columns: Mapping[str, NDArray[Any]]) -> None:
    """Insert rows that can meet no other, as one array of equal length for each column.

    Numbers as numbers, text as UTF-8 bytes (`S`), NULL where a masked array is masked. Millions of rows
    come in slices of some ten thousand. PostgreSQL: COPY straight into the table.
    """
    quote = connection.ops.quote_name
    table, names = quote(model._meta.db_table), ", ".join(quote(column) for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            rows = _COPY_BEGINS + _binary_rows(model, columns) + _COPY_ENDS
            statement = f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)"
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                copy.write(rows)
            return
        marks = ", ".join(["%s"] * len(columns))
        plain = list(zip(*map(_plain, columns.values()), strict=True))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", plain)


def _plain(values: NDArray[Any]) -> list[Any]:
    """Python's own numbers and texts, None where masked."""
    if values.dtype.kind == "S":
        texts = np.char.decode(np.ma.getdata(values), "utf-8")
        values = np.ma.array(texts, mask=np.ma.getmaskarray(values))
    return values.tolist()


def _binary_rows(model: type[models.Model], columns: Mapping[str, NDArray[Any]]) -> bytes:
    """Each row: the number of its columns, then each column's length in bytes (-1: NULL) and its bytes.

    Laid out with equal widths first; then the bytes that NULL and shorter texts do not have are left out.
    """
    types = {field.column: field.db_type(connection) or "" for field in model._meta.concrete_fields}
    layout = np.dtype(
        [("columns", ">i2")]
        + [
            part
            for name, values in columns.items()
            for part in ((f"{name} length", ">i4"), (name, _BINARY.get(types[name], values.dtype)))
        ]
    )
    size = len(next(iter(columns.values())))
    rows = np.empty(size, layout)
    is_sent = np.ones((size, layout.itemsize), dtype=bool)
    rows["columns"] = len(columns)
    for name, values in columns.items():
        data = np.ma.getdata(values)
        width = layout[name].itemsize
        lengths = np.strings.str_len(data) if data.dtype.kind == "S" else np.full(size, width)
        lengths = np.where(np.ma.getmaskarray(values), -1, lengths)
        rows[name], rows[f"{name} length"] = data, lengths
        if (rows[name] != data).any():
            raise ValueError(f"{name} holds a value that its column has no room for.")
        if (lengths < width).any():
            assert layout.fields is not None
            start = layout.fields[name][1]
            is_sent[:, start : start + width] = np.arange(width) < lengths[:, None]
    return rows.view(np.uint8).reshape(size, -1)[is_sent].tobytes()


def day_value(value: date | None) -> Any:
    """A day as a DateField column takes it."""
    return value if value is None or connection.vendor == "postgresql" else value.isoformat()


def update(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Set `columns` of the rows whose primary key is the last value of each row."""
    rows = list(rows)
    if not rows:
        return
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(column)} = %s" for column in columns)
    key = quote(model._meta.pk.column)  # type: ignore[union-attr, arg-type]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE {key} = %s", rows)
