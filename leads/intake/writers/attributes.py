"""Values of custom attributes, of leads or of accounts: read, compared, written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leads import bulk
from leads.intake.rows import Value
from leads.models import AccountValue, LeadValue

Known = dict[tuple[int, int], tuple[str, float | None, Any]]  # (holder id, attribute id): text, number, day


def read(
    model: type[LeadValue] | type[AccountValue], holders: Iterable[int], attributes: Iterable[int]
) -> Known:
    """The values of these attributes that these leads or accounts have."""
    holder = "lead_id" if model is LeadValue else "account_id"
    wanted = list(attributes)
    found: Known = {}
    if not wanted:
        return found
    for batch in bulk.batches(holders):
        rows = model.objects.filter(**{f"{holder}__in": batch}, attribute__in=wanted)
        for pk, attribute, text, number, day in rows.values_list(
            holder, "attribute_id", "text", "number", "day"
        ):
            found[pk, attribute] = (text, number, day)
    return found


def compared(value: Value) -> tuple[str, float | None, Any]:
    return (value[0], value[3], value[4])


def shown(value: tuple[str, float | None, Any] | None) -> str:
    """A value as the history shows it."""
    if value is None:
        return ""
    text, number, day = value
    if number is not None:
        return f"{number:g}"
    return day.isoformat() if day else text


def write(
    model: type[LeadValue] | type[AccountValue], rows: list[tuple[int, int, Value]], import_id: int
) -> None:
    """Insert or replace values, as (holder id, attribute id, value)."""
    holder = "lead_id" if model is LeadValue else "account_id"
    columns = ("text", "text_key", "text_words", "number", "day", "import_id")
    bulk.insert(
        model,
        (holder, "attribute_id", *columns),
        [(pk, attribute, *value[:4], bulk.day_value(value[4]), import_id) for pk, attribute, value in rows],
        conflict=(holder, "attribute_id"),
        update=columns,
    )
