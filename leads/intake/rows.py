"""From cells to typed values, by one mapping: compiled once, then run for every line. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from definitions.criteria.matching import key_form, words_form
from leads.domains import domain_of_website
from leads.intake import values
from leads.intake.reading import Record
from leads.intake.recognise import ACCOUNTS, ACTIVITIES, LEADS

Convert = Callable[[str], Any]
# text, its two forms, number, day: the columns of one value of a custom attribute.
Value = tuple[str, str | None, str | None, float | None, date | None]
DELETED = "The source says that this one was deleted."


class LineProblem(Exception):
    """Why a line is not taken. `column` is the header to blame, if one is."""

    def __init__(self, reason: str, column: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.column = column


@dataclass(slots=True)
class Row:
    """One line, typed. `values` by target; `attributes` by attribute id; `properties` by header."""

    line: int
    cells: list[str]
    values: dict[str, Any]
    attributes: dict[int, Value] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AttributeColumn:
    id: int
    value_type: str


# Longest text per field, as the columns of the database have it.
TEXT_LIMITS = {
    ACCOUNTS: {
        "name": 250, "website": 500, "industry": 200, "employee_band": 60, "revenue_band": 60,
        "country": 120, "region": 120, "city": 120, "kind": 60,
    },
    LEADS: {
        "first_name": 120, "last_name": 120, "full_name": 240, "phone": 60, "company": 250, "job_title": 250,
        "role": 120, "seniority": 120, "department": 120, "website": 500, "country": 120, "region": 120,
        "city": 120, "language": 60, "lead_source": 200, "channel": 200, "campaign": 200,
        "account.industry": 200, "account.employee_band": 60, "account.revenue_band": 60,
    },
}  # fmt: skip


class RowReader:
    """Reads the records of one import. Raises `LineProblem` for a line that cannot be taken."""

    def __init__(
        self, kind: str, headers: list[str], mapping: dict[str, Any], attributes: dict[str, AttributeColumn]
    ) -> None:
        self.unknown = frozenset(word.casefold() for word in mapping.get("unknown_words", ()))
        zone = ZoneInfo(mapping.get("time_zone") or "UTC")
        self.instant = values.instant_of(zone, bool(mapping.get("day_first")))
        self.day = values.day_of(bool(mapping.get("day_first")))
        self.fields: list[tuple[int, str, str, Convert]] = []
        self.attributes: list[tuple[int, str, int, Callable[[str], Value]]] = []
        self.properties: list[tuple[int, str, str]] = []
        self.headers = headers
        for place, header in enumerate(headers):
            target = mapping.get("columns", {}).get(header, "")
            if target == "property":
                self.properties.append((place, header, header.strip()[:80]))
            elif target.startswith("attribute:"):
                column = attributes[target.partition(":")[2]]
                self.attributes.append((place, header, column.id, self._attribute(column.value_type)))
            elif target:
                self.fields.append((place, header, target, self._field(kind, target)))
        # An activity's own texts are cut by its writer, and must not fail a line.
        self.is_activity = kind == ACTIVITIES

    def read(self, record: Record) -> Row:
        cells, unknown, place = record.cells, self.unknown, 0
        row = Row(record.line, cells, {})
        try:
            for place, _header, target, convert in self.fields:
                cell = cells[place].strip()
                if cell and cell.casefold() not in unknown:
                    row.values[target] = convert(cell)
            for place, _header, attribute_id, to_value in self.attributes:
                cell = cells[place].strip()
                if cell and cell.casefold() not in unknown:
                    row.attributes[attribute_id] = to_value(cell)
        except ValueError as error:
            raise LineProblem(str(error), self.headers[place]) from None
        for place, _header, name in self.properties:
            cell = cells[place].strip()
            if cell and cell.casefold() not in unknown:
                row.properties[name] = cell[:300]
        if row.values.pop("is_deleted", 0.0):
            raise LineProblem(DELETED, self.header_of("is_deleted"))
        return row

    def header_of(self, target: str) -> str:
        """The column that fills `target`, to name it in a reason."""
        return next((header for _place, header, known, _convert in self.fields if known == target), "")

    def _field(self, kind: str, target: str) -> Convert:
        if target.startswith("match:"):
            return lambda cell: key_form(cell)
        if target in ("external_id", "message_id", "lead.external_id", "account.external_id"):
            return _long_key if target == "message_id" else values.key_text
        if target in ("email", "lead.email"):
            return values.email_of
        if target in ("captured_at", "created_at", "occurred_at", "opened_at", "closed_at"):
            return self.instant
        if target in ("domain", "account.domain"):
            return _domain
        if target.removeprefix("account.") in ("employees", "annual_revenue"):
            return values.whole_number
        if target in ("seconds", "minutes", "views.pricing", "views.demo", "value"):
            return values.whole_number
        if target in ("is_deleted", "is_won", "is_closed"):
            return values.yes_no
        limit = TEXT_LIMITS.get(kind, {}).get(target)
        return values.text_of(limit) if limit else str

    def _attribute(self, value_type: str) -> Callable[[str], Value]:
        if value_type == "number":
            return lambda cell: ("", None, None, values.number_of(cell), None)
        if value_type == "yes_no":
            return lambda cell: ("", None, None, values.yes_no(cell), None)
        if value_type == "date":
            return lambda cell: ("", None, None, None, self.day(cell))
        to_text = values.text_of(500)
        is_choice = value_type == "choice"

        def to_value(cell: str) -> Value:
            text = to_text(cell)
            words = None if is_choice else words_form(text)
            return (text, key_form(text)[:500], words if words is None else words[:520], None, None)

        return to_value


def _long_key(cell: str) -> str:
    """A message id of any length: a long one is known by its hash."""
    return cell if len(cell) <= 80 else "sha256:" + hashlib.sha256(cell.encode()).hexdigest()


def _domain(cell: str) -> str:
    domain = domain_of_website(cell)
    if domain is None or len(domain) > 253:
        raise ValueError(f"“{values.shortened(cell)}” is not a domain.")
    return domain


def row_hash(cells: list[str]) -> str:
    """What a line without an id is known by."""
    return "row:" + hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:40]
