"""The answers of the database, read into NumPy: the leads there are, and columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from django.db import OperationalError, connection

from leads.scoring.locks import limit_statements
from leads.scoring.preview.columns import Array, Column, Ids, column_of_ids, column_of_rows
from leads.scoring.preview.questions import Question
from leads.scoring.sql import Sql, joined, name, sql

STATEMENT_SECONDS = 60
# While a page waits; what takes longer is left to the workers.
PAGE_SECONDS = 10
ROOM = "128MB"
# What is read of each row, its bytes here, and the function of PostgreSQL that gives these bytes.
_LEAD = {"lead_id": ("i8", Sql("int8send(q.lead_id)"))}
_OCCURRENCES = _LEAD | {
    "age": ("i2", Sql("int2send(CAST(q.age AS smallint))")),
    "number": ("i4", Sql("int4send(CAST(q.number AS integer))")),
}
_BEGIN = {
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    # A reader that keeps nobody from writing: `atomic` would take the lock of the one writer.
    "sqlite": "BEGIN DEFERRED",
}
_QUERY_CANCELED = "57014"
# Of PostgreSQL's binary COPY: signature, flags and the length of more header; then each row.
_HEADER = 11 + 4 + 4


class TooSlow(Exception):
    """A statement was broken off at its limit."""


@contextmanager
def one_look(seconds: int = STATEMENT_SECONDS) -> Iterator[None]:
    """All that is read within sees the facts of one moment; nothing may be written.

    Raises `TooSlow` when PostgreSQL has been at one statement for so many seconds. Within a transaction of
    the caller's it is that transaction that says what is seen.
    """
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN[connection.vendor])
        try:
            limit_statements(seconds)
            _make_room(cursor)
            yield
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") == _QUERY_CANCELED:
                raise TooSlow(str(error)) from error
            raise
        finally:
            cursor.execute("ROLLBACK")


def _make_room(cursor: Any) -> None:
    """Until the end of the transaction, PostgreSQL keeps the set of a criterion's leads in memory.

    With the four megabytes that it has by itself, it would look through the whole list of activities again
    for each lead that a set is asked about: hours in place of a second. And it takes a look into an index
    for the turn of a disk, where the indexes lie in memory: it would read the whole table and hash it.
    """
    if connection.vendor == "postgresql":
        cursor.execute(
            "SELECT set_config('work_mem', %s, true), set_config('jit', 'off', true), "
            "set_config('random_page_cost', '1.1', true)",
            [ROOM],
        )


def all_lead_ids() -> Ids:
    """Of every lead that is scored, ascending."""
    ids = _read(sql("SELECT f.lead_id FROM leads_leadfit f"), _LEAD)["lead_id"]
    return np.sort(ids)


def ask(question: Question, lead_ids: Ids) -> Column:
    """The column of these leads that answers a question."""
    if not question.has_occurrences:
        return column_of_ids(lead_ids, _read(question.statement, _LEAD)["lead_id"])
    rows = _read(question.statement, _OCCURRENCES)
    return column_of_rows(lead_ids, rows["lead_id"], rows["age"], rows["number"])


def count_of(question: Question) -> int:
    """How many leads meet a criterion whose occurrences do not count."""
    counted = sql(
        "SELECT COUNT(*) FROM ({}) q JOIN leads_leadfit f ON f.lead_id = q.lead_id", question.statement
    )
    with connection.cursor() as cursor:
        cursor.execute(counted.text, counted.params)
        return int(cursor.fetchone()[0])


def _read(statement: Sql, wanted: dict[str, tuple[str, Sql]]) -> dict[str, Any]:
    if connection.vendor == "postgresql":
        return _read_packed(statement, wanted)
    asked = sql("SELECT {} FROM ({}) q", joined(", ", (name("q", column) for column in wanted)), statement)
    with connection.cursor() as cursor:
        cursor.execute(asked.text, asked.params)
        rows = np.fromiter(cursor, [(column, kind) for column, (kind, _send) in wanted.items()])
    return {column: np.ascontiguousarray(rows[column]) for column in wanted}


def _read_packed(statement: Sql, wanted: dict[str, tuple[str, Sql]]) -> dict[str, Array]:
    """PostgreSQL strings the values of each column together itself and sends one row.

    Row by row, each would be a message and a turn of a loop in Python: four times as slow.
    """
    packed = joined(", ", (sql("string_agg({}, '')", send) for _kind, send in wanted.values()))
    asked = sql("COPY (SELECT {} FROM ({}) q) TO STDOUT (FORMAT BINARY)", packed, statement)
    # COPY takes no parameters; the driver writes them into the statement as literals.
    literal = connection.ops.compose_sql(asked.text, asked.params)  # type: ignore[attr-defined]
    with connection.cursor() as cursor, cursor.copy(literal) as copy:
        data = b"".join(copy)
    found, place = {}, _HEADER + 2
    for column, (kind, _send) in wanted.items():
        size = int.from_bytes(data[place : place + 4], "big", signed=True)
        place += 4
        # Without any row the value is NULL, whose length is -1.
        values = np.frombuffer(data, f">{kind}", max(size, 0) // np.dtype(kind).itemsize, place)
        found[column] = values.astype(f"={kind}")
        place += max(size, 0)
    return found
