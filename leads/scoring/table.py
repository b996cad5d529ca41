"""Scoring a table of leads that is in no database: the same statement, on SQLite in memory.

The table has one line per lead. Nothing is known of what its leads did: conditions on activities are
not met, and a lead has been silent since it was captured.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from definitions.criteria.catalogue import BUILT_IN_FIELDS, BUILT_IN_KINDS, Catalogue, Field, Kind
from definitions.criteria.document import parse
from definitions.criteria.matching import key_form
from definitions.criteria.nodes import ActivityTest, AttributeTest, SilenceTest, nodes_of
from leads.facts import fit_values
from leads.intake.profiles import profile_of
from leads.intake.recognise import LEADS, SYNONYMS, plain
from leads.intake.rows import AttributeColumn, Row, RowReader
from leads.intake.values import MEANS_UNKNOWN
from leads.models import LeadFit
from leads.scoring.compiler import ScoreRow
from leads.scoring.compiler_statement import Compiled
from leads.scoring.scope import Scope

Json = dict[str, Any]

_FIT = tuple(str(field.column) for field in LeadFit._meta.fields)
_VALUES = ("lead_id", "attribute_id", "text_key", "text_words", "number", "day")
_TABLES = {
    "leads_leadfit": _FIT,
    "leads_leadvalue": _VALUES,
    "leads_activity": (
        "lead_id", "kind_id", "occurred_at", "subject_id", "campaign_id", "channel_id", "seconds",
        "properties",
    ),
    "leads_term": ("id", "key", "words"),
}  # fmt: skip
# Fields of a rule whose column of a file goes by another name.
_TARGETS = {"lead.source": "lead_source", "lead.captured_on": "captured_at", "account.name": "company"}
_FROM_EMAIL = ("lead.email_domain", "lead.has_free_email", "lead.has_disposable_email")


class LeadTable:
    """A definition and the header of a table; `add` each line, then ask for `scores`.

    Raises `DocumentError` where the document cannot be read. Attributes of a workspace's own
    (`custom.plan`) are columns of the same name, of the type that the rules give them.
    """

    def __init__(self, document: Json, headers: list[str], as_of: datetime) -> None:
        self.as_of = as_of
        self.catalogue = _catalogue_of(document)
        self.document = parse(document, self.catalogue)
        columns = self._columns(headers)
        self.filled = set(columns.values())
        self.reader = RowReader(
            LEADS,
            headers,
            {"columns": columns, "unknown_words": MEANS_UNKNOWN},
            {
                key.partition(".")[2]: AttributeColumn(field.attribute_id, field.value_type)
                for key, field in self.catalogue.fields.items()
                if field.attribute_id is not None
            },
        )
        self.accounts: dict[str, int] = {}
        self.connection = sqlite3.connect(":memory:")
        for table, names in _TABLES.items():
            self.connection.execute(f"CREATE TABLE {table} ({', '.join(names)})")

    def add(self, row: Row) -> None:
        """One line; its number is the lead's id."""
        fit = fit_of_row(row, self.as_of, self._account(row.values))
        self._insert("leads_leadfit", tuple(fit[name] for name in _FIT))
        for attribute_id, (_text, key, words, number, day) in row.attributes.items():
            self._insert(
                "leads_leadvalue", (row.line, attribute_id, key, words, number, day and day.isoformat())
            )

    def scores(self) -> Iterator[ScoreRow]:
        """By line."""
        self.connection.execute("CREATE UNIQUE INDEX fit_by_lead ON leads_leadfit (lead_id)")
        ready = Compiled(self.document, self.catalogue, "sqlite")
        statement = ready.scores(Scope.all(), self.as_of)
        # The statement holds no other percent sign: it is made of our own fragments.
        for row in self.connection.execute(statement.text.replace("%s", "?"), statement.params):
            yield ScoreRow._make((*row[:-1], bool(row[-1])))

    def unfilled_fields(self) -> list[str]:
        """Keys of attributes that the definition asks for and no column of the table gives."""
        asked = {
            node.field.key
            for clause in self.document.criteria
            for node in nodes_of(clause.rule)
            if isinstance(node, AttributeTest)
        }
        return sorted(key for key in asked if not self._is_filled(key))

    def criteria_on_activities(self) -> list[str]:
        """Wordings of the criteria that ask for what leads did."""
        return [
            clause.wording
            for clause in self.document.criteria
            if any(isinstance(node, ActivityTest | SilenceTest) for node in nodes_of(clause.rule))
        ]

    def _columns(self, headers: list[str]) -> dict[str, str]:
        """{header: target}; of two columns for one target the first counts."""
        own = {
            plain(key.partition(".")[2]): f"attribute:{key.partition('.')[2]}"
            for key, field in self.catalogue.fields.items()
            if field.attribute_id is not None
        }
        built_in = {plain(field.key): target_of(field.key) for field in BUILT_IN_FIELDS}
        profile = profile_of(headers)
        by_profile = profile.columns if profile and profile.kind == LEADS else {}
        columns: dict[str, str] = {}
        for header in headers:
            word = plain(header)
            target = own.get(word.removeprefix("custom_")) or (
                by_profile[word] if word in by_profile else SYNONYMS[LEADS].get(word) or built_in.get(word)
            )
            if target and target not in (*columns.values(), "is_deleted", "attribute"):
                columns[header] = target
        return columns

    def _is_filled(self, key: str) -> bool:
        if key.startswith("custom."):
            return f"attribute:{key.partition('.')[2]}" in self.filled
        if key in _FROM_EMAIL:
            return "email" in self.filled
        if key == "lead.has_phone":
            return "phone" in self.filled
        if key == "lead.has_business_website":
            return bool(self.filled & {"website", "account.website", "account.domain"})
        return target_of(key) in self.filled

    def _account(self, values: Json) -> int | None:
        """Leads of one company are of one account."""
        names = (values.get(name) for name in ("account.external_id", "account.domain", "company"))
        key = next((key_form(name) for name in names if name), None)
        return None if key is None else self.accounts.setdefault(key, len(self.accounts) + 1)

    def _insert(self, table: str, values: tuple[Any, ...]) -> None:
        self.connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)


def fit_of_row(row: Row, as_of: datetime, account_id: int | None = None) -> Json:
    """The columns of a fit row for one line of a file of leads; its number is the lead's id."""
    values = row.values
    lead: Json = {"captured_at": as_of, **values, "pk": row.line, "account_id": account_id}
    account = {
        target.removeprefix("account."): value
        for target, value in values.items()
        if target.startswith("account.")
    }
    if account.get("kind"):
        account["kind"] = key_form(account["kind"])
    return fit_values(lead, {"name": values.get("company"), **account})


def target_of(key: str) -> str:
    """The field of a file that fills a built-in attribute."""
    return _TARGETS.get(key) or (key if key.startswith("account.") else key.partition(".")[2])


# -- what the document takes for granted -------------------------------------------------------------------


def _catalogue_of(document: Any) -> Catalogue:
    """The built-in catalogue, with the custom attributes and kinds that the document speaks of."""
    fields = {field.key: field for field in BUILT_IN_FIELDS}
    kinds = {kind.key: kind for kind in BUILT_IN_KINDS}
    for leaf in _leaves(document):
        key, kind = leaf.get("attribute"), leaf.get("activity")
        if isinstance(key, str) and key.startswith("custom."):
            known = fields.get(key)
            number = known.attribute_id if known else len(fields)
            value_type = _type_of(leaf, known.value_type if known else "")
            fields[key] = Field(key, key.partition(".")[2], value_type, attribute_id=number)
        if isinstance(kind, str) and kind != "any":
            kinds.setdefault(kind, Kind(kind, kind))
    return Catalogue(fields, kinds, {key: number for number, key in enumerate(kinds, 1)})


def _leaves(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from _leaves(member)
    elif isinstance(value, list):
        for member in value:
            yield from _leaves(member)


def _type_of(leaf: Json, so_far: str) -> str:
    """The type that fits the operator and the values; what says nothing leaves it as it is."""
    operator, given = leaf.get("is"), leaf.get("values") or [leaf.get("value")]
    if operator in ("yes", "no"):
        return "yes_no"
    if operator in ("before", "after"):
        return "date"
    if operator in ("at_least", "at_most"):
        return "number"
    if operator == "between":
        return "date" if isinstance(given, list) and isinstance(given[0], str) else "number"
    if operator in ("one_of", "none_of") and isinstance(given, list) and isinstance(given[0], int | float):
        return "number"
    return so_far or "text"
