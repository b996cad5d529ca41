"""Field types that both databases treat alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def to_microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970-01-01T00:00Z of an aware instant; exact, no floats."""
    return (instant - EPOCH) // MICROSECOND


def from_microseconds(value: int) -> datetime:
    return EPOCH + timedelta(microseconds=value)


if TYPE_CHECKING:
    _InstantBase = models.BigIntegerField[datetime, datetime]
else:
    _InstantBase = models.BigIntegerField


class InstantField(_InstantBase):
    """An aware instant, stored as whole microseconds since the epoch.

    Scoring does arithmetic on instants (windows, fading, sliding hours). As integers they give
    equal results on SQLite and PostgreSQL and make the activity indexes eight bytes wide.
    """

    description = "An instant"

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> datetime | None:
        return None if value is None else from_microseconds(value)

    def to_python(self, value: Any) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value
        try:
            return from_microseconds(int(value))
        except (TypeError, ValueError, OverflowError) as error:
            raise ValidationError("This is not an instant.") from error

    def get_prep_value(self, value: Any) -> int | None:
        if isinstance(value, datetime):
            return to_microseconds(value)
        return super().get_prep_value(value)

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.get_prep_value(self.value_from_object(obj)))


class Microseconds(models.Func):
    """A date and time as an `InstantField` holds it, to compare the two."""

    output_field = InstantField()
    arity = 1
    # EXTRACT gives an exact decimal number.
    template = "(EXTRACT(EPOCH FROM %(expressions)s) * 1000000)::bigint"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Of text such as “2026-04-01 12:00:00.000001”; without a fraction where that is nought."""
        sql, params = compiler.compile(self.source_expressions[0])
        # Without its fraction, which would be rounded.
        seconds, fraction = f"strftime('%%s', substr({sql}, 1, 19))", f"substr({sql}, 21, 6)"
        return f"(CAST({seconds} AS INTEGER) * 1000000 + CAST({fraction} AS INTEGER))", [*params, *params]
