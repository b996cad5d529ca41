"""What PostgreSQL needs for laying millions of rows in one transaction. SQLite needs none of it."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Max

from leads import bulk

# For each sort and hash. With the default of 4 MB the planner finds a set of a million leads too large to
# hash, and looks for each lead in all of it.
MEMORY = "256MB"
WORTH_BARING = 100_000
SLICE = 5_000


def give_room() -> None:
    """Let the statements of this transaction, the making of indexes among them, have some memory."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{MEMORY}'; SET LOCAL maintenance_work_mem = '{MEMORY}'")


def take_statistics(*tables: type[models.Model]) -> None:
    """Let PostgreSQL plan for the rows that stand here now: nobody else sees them before the commit.

    Without it, scoring a thousand leads takes seconds instead of milliseconds.
    """
    if connection.vendor != "postgresql":
        return
    names = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}")


def follow_sequences(*tables: type[models.Model]) -> None:
    """Rows were written with their ids; PostgreSQL counts on from there."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)


def create(model: type[models.Model], rows: Sequence[Any]) -> None:
    """What `bulk_create` does for rows of `model`, at the speed of COPY. They get their ids here."""
    first = (model._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1
    for pk, row in enumerate(rows, start=first):
        row.pk = pk
    fields = model._meta.concrete_fields
    for start in range(0, len(rows), SLICE):
        bulk.insert(
            model,
            [str(field.column) for field in fields],
            [
                [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
                for row in rows[start : start + SLICE]
            ],
        )
    follow_sequences(model)


@contextmanager
def bare(tables: Sequence[type[models.Model]], *, rows: int) -> Iterator[None]:
    """Inside, these tables have no foreign keys and no index but the primary key; afterwards those declared.

    Making an index of all rows at once costs a fraction of adding to it row by row, and a foreign key is
    then checked by one join. Runs in the caller's transaction and locks the tables until its end. For few
    rows to come it does not pay, and SQLite cannot alter tables within a transaction: they stay as they are.
    """
    if connection.vendor != "postgresql" or rows < WORTH_BARING:
        yield
        return
    connection.check_constraints()  # no table with checks to come can be altered
    with connection.schema_editor() as editor:
        for model in tables:
            _strip(editor, model)
    yield
    connection.check_constraints()
    with connection.schema_editor() as editor:
        for model in tables:
            _restore(editor, model)


def _strip(editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
    for constraint in _unique(model):
        editor.remove_constraint(model, constraint)
    for index in model._meta.indexes:
        editor.remove_index(model, index)
    for field in _references(model):
        editor.alter_field(model, field, _loose(field), strict=True)


def _restore(editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
    for constraint in _unique(model):
        editor.add_constraint(model, constraint)
    for index in model._meta.indexes:
        editor.add_index(model, index)
    for field in _references(model):
        editor.alter_field(model, _loose(field), field, strict=True)


def _unique(model: type[models.Model]) -> list[models.UniqueConstraint]:
    return [each for each in model._meta.constraints if isinstance(each, models.UniqueConstraint)]


def _references(model: type[models.Model]) -> list[Any]:
    """The columns with a foreign key, or with an index for following one back."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and (field.db_constraint or field.db_index)  # type: ignore[attr-defined]
    ]


def _loose(field: Any) -> Any:
    """The same column without foreign key and index."""
    loose = copy.copy(field)
    loose.db_constraint = loose.db_index = False
    return loose
