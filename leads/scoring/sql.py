"""Statements put together from fixed fragments. Values travel as parameters only.

The one way to make SQL here is `sql()` with a template that stands in our own source; what comes from
a rule, a file or a person can get in as a parameter and in no other way.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

_NAME = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True)
class Sql:
    """A piece of a statement, and the values of its `%s` in their order."""

    text: str
    params: tuple[Any, ...] = ()


def sql(template: str, *parts: Any) -> Sql:
    """The template with each `{}` replaced: a piece is put in, a list becomes `%s, %s`, a value `%s`."""
    literals = template.split("{}")
    if len(literals) != len(parts) + 1:
        raise ValueError(f"{len(literals) - 1} places and {len(parts)} parts: {template}")
    text, params = [literals[0]], list[Any]()
    for part, literal in zip(parts, literals[1:], strict=True):
        if isinstance(part, Sql):
            text.append(part.text)
            params.extend(part.params)
        elif isinstance(part, list | tuple):
            text.append(", ".join(["%s"] * len(part)))
            params.extend(part)
        else:
            text.append("%s")
            params.append(part)
        text.append(literal)
    return Sql("".join(text), tuple(params))


def joined(separator: str, pieces: Iterable[Sql]) -> Sql:
    pieces = list(pieces)
    return Sql(
        separator.join(piece.text for piece in pieces),
        tuple(value for piece in pieces for value in piece.params),
    )


def name(*words: str) -> Sql:
    """A column, as `name("f", "industry_key")`; refuses what is no plain identifier."""
    for word in words:
        if not _NAME.fullmatch(word):
            raise ValueError(f"{word!r} is no column name.")
    return Sql(".".join(words))


def with_tables(tables: Iterable[tuple[str, Sql]], statement: Sql, *, streamed: Collection[str] = ()) -> Sql:
    """The statement behind its common tables.

    They are materialised: the planners would otherwise copy a clause's whole subquery to every place
    where its column is used. A `streamed` one is read once and not kept: rows go through it one by one,
    and OFFSET 0 is what keeps PostgreSQL from folding it into its reader.
    """
    parts = [
        sql(
            "{} AS NOT MATERIALIZED ({} OFFSET 0)" if table in streamed else "{} AS MATERIALIZED ({})",
            name(table),
            query,
        )
        for table, query in tables
    ]
    return sql("WITH {} {}", joined(", ", parts), statement) if parts else statement
