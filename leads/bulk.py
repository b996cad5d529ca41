"""Writing many rows at once, the fastest way each database has. Values are ready for the columns.

SQLite: one prepared statement, many rows. PostgreSQL: COPY into a temporary table and one
INSERT … SELECT from it, which costs a fifth of sending rows one by one. Table and column names come
from the models alone, never from a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, models

# Under the number of parameters that one statement may have on either database.
BATCH = 900
# Fewer rows than this are sent as they are: a temporary table costs more than it saves.
_WORTH_COPYING = 200


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
            cursor.execute(
                f"CREATE TEMP TABLE bulk_rows ON COMMIT DROP AS SELECT {names} FROM {table} LIMIT 0"
            )
            with cursor.copy(f"COPY bulk_rows ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM bulk_rows{clause}")
            written = cursor.rowcount
            cursor.execute("DROP TABLE bulk_rows")
            return written
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks}){clause}", rows)
        return cursor.rowcount


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
