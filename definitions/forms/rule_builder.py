"""The rule builder: up to five rows of typed fields, joined by all, any or none.

It works by reposting: "Add a condition" and every choice that changes a row's shape come back with the
form as it stands. `static/js/rules.js` and htmx only spare the reload. Nothing is stored here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from definitions.criteria.catalogue import OPERATORS, Catalogue, Field
from definitions.criteria.rows import (
    BARE_OPERATORS,
    LIST_OPERATORS,
    MOST_ROWS,
    ROW_KEYS,
    WHERES,
    Row,
    empty_row,
    rows_of,
    rule_of,
)
from portal.common.whole_numbers import whole_number

JOIN_WORDS = (
    ("all", _("All of these are met")),
    ("any", _("Any of these is met")),
    ("none", _("None of these is met")),
)
TYPE_WORDS = (
    ("attribute", _("A fact about the lead or account")),
    ("activity", _("Something the lead did")),
    ("silence", _("Silence: nothing done for some days")),
    ("persona", _("A persona")),
    ("account_people", _("Several people of the account")),
    ("account_roles", _("Roles covered in the account")),
)
OPERATOR_WORDS = {
    "one_of": _("is one of"),
    "none_of": _("is none of"),
    "contains_word": _("contains any word of"),
    "at_least": _("is at least"),
    "at_most": _("is at most"),
    "between": _("is between"),
    "before": _("is before"),
    "after": _("is after"),
    "yes": _("is yes"),
    "no": _("is no"),
    "known": _("is known"),
    "unknown": _("is unknown"),
}
COUNT_WORDS = (
    ("at_least", _("times")),
    ("within_any_hours", _("times within any hours")),
    ("total_seconds", _("seconds in total")),
    ("different_subjects", _("different subjects")),
)
WHERE_WORDS = (
    ("", _("anything")),
    ("subject", _("subject")),
    ("campaign", _("campaign")),
    ("channel", _("channel")),
    ("property", _("property")),
)
WHERE_OPERATOR_WORDS = (("contains_word", _("contains any word of")), ("one_of", _("is one of")))
MEET_WORDS = (
    ("attribute", _("a fact")),
    ("activity", _("something done")),
    ("persona", _("a persona")),
)
INPUT_TYPES = {"number": "number", "date": "date"}


@dataclass
class Where:
    """One narrowing of an activity, ready to be drawn."""

    prefix: str
    values: Row
    operators: Any = WHERE_OPERATOR_WORDS
    ons: Any = WHERE_WORDS


@dataclass
class RowView:
    """One row, ready to be drawn: its texts, and what fits the field and operator chosen."""

    number: int
    row: Row
    catalogue: Catalogue

    @property
    def prefix(self) -> str:
        return f"r{self.number}"

    @property
    def type_label(self) -> Any:
        return dict(TYPE_WORDS)[self.row["type"]]

    @property
    def leaf_type(self) -> str:
        """The kind of condition whose fields are shown; that of the inner one for people of the account."""
        return self.row["meet_type"] if self.row["type"] == "account_people" else self.row["type"]

    @property
    def field(self) -> Field | None:
        return self.catalogue.fields.get(self.row["field"])

    @property
    def operators(self) -> list[tuple[str, Any]]:
        names = OPERATORS[self.field.value_type] if self.field else OPERATORS["text"]
        return [(name, OPERATOR_WORDS[name]) for name in names]

    @property
    def takes(self) -> str:
        """Which inputs follow the operator: "list", "one", "two" or "none"."""
        operator = self.row["is"]
        if operator in LIST_OPERATORS:
            return "list"
        if operator in BARE_OPERATORS:
            return "none"
        return "two" if operator == "between" else "one"

    @property
    def input_type(self) -> str:
        return INPUT_TYPES.get(self.field.value_type, "text") if self.field else "text"

    @property
    def field_groups(self) -> list[tuple[Any, list[Field]]]:
        fields = self.catalogue.fields.values()
        return [
            (_("Lead"), [each for each in fields if each.key.startswith("lead.")]),
            (_("Account"), [each for each in fields if each.key.startswith("account.")]),
            (_("Your own"), [each for each in fields if each.key.startswith("custom.")]),
        ]

    @property
    def kinds(self) -> list[Any]:
        return [kind for kind in self.catalogue.kinds.values() if kind.is_by_lead]

    @property
    def personas(self) -> list[tuple[str, str]]:
        return sorted(self.catalogue.persona_names.items(), key=lambda item: item[1].casefold())

    @property
    def wheres(self) -> list[Where]:
        """The narrowings in use and one more; never more than the form holds."""
        used = sum(bool(self.row[f"{where}_on"]) for where in WHERES)
        return [
            Where(
                f"{self.prefix}-{where}",
                {part: self.row[f"{where}_{part}"] for part in ("on", "is", "property", "values")},
            )
            for where in WHERES[: used + 1]
        ]

    counts: Any = COUNT_WORDS
    meets: Any = MEET_WORDS


@dataclass
class RuleBuilder:
    """The builder's state between two posts. `is_plain` false: the rule is deeper than rows, and is text."""

    catalogue: Catalogue
    join: str = "all"
    rows: list[Row] = field(default_factory=list)
    text: str = ""
    is_plain: bool = True
    allows: tuple[str, ...] = tuple(name for name, _words in TYPE_WORDS)

    @classmethod
    def for_rule(cls, rule: dict[str, Any], catalogue: Catalogue, **options: Any) -> RuleBuilder:
        text = json.dumps(rule, indent=2, ensure_ascii=False)
        shown = rows_of(rule) if rule else ("all", [empty_row()])
        if shown is None:
            return cls(catalogue, text=text, is_plain=False, **options)
        join, rows = shown
        return cls(catalogue, join, [_settled(row, catalogue) for row in rows], text=text, **options)

    @classmethod
    def from_post(cls, data: Mapping[str, str], catalogue: Catalogue, **options: Any) -> RuleBuilder:
        """Read what a browser posted, and do what its button asked: add, drop-N, or as-text."""
        if data.get("rule_form") == "text":
            return cls(catalogue, text=data.get("rule_text", ""), is_plain=False, **options)
        numbers = [number for number in range(MOST_ROWS) if f"r{number}-type" in data]
        # A field that was not shown was not posted: it has its first value when the row's shape calls for it.
        blank = empty_row()
        rows = [{key: data.get(f"r{number}-{key}", blank[key]) for key in ROW_KEYS} for number in numbers]
        builder = cls(catalogue, data.get("join", "all"), rows, **options)
        builder.do(data.get("do", ""), data.get("add_type", "attribute"))
        return builder

    def do(self, action: str, add_type: str = "attribute") -> None:
        if action == "add" and len(self.rows) < MOST_ROWS and add_type in self.allows:
            self.rows.append(empty_row(add_type))
        elif action.startswith("drop-"):
            place = whole_number(action[5:])
            self.rows = [row for number, row in enumerate(self.rows) if number != place]
        elif action == "as-text":
            self.text = json.dumps(self.rule(), indent=2, ensure_ascii=False)
            self.is_plain = False
        self.rows = [_settled(row, self.catalogue) for row in self.rows if row["type"] in self.allows]

    def rule(self) -> Any:
        """The rule as it stands; raises ValueError with a sentence when the text is no JSON."""
        if self.is_plain:
            return rule_of(self.join, self.rows, self.catalogue)
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError) as error:
            raise ValueError(str(_("The rule is not valid JSON: %s") % error)) from error

    @property
    def views(self) -> list[RowView]:
        return [RowView(number, row, self.catalogue) for number, row in enumerate(self.rows)]

    @property
    def joins(self) -> Any:
        return JOIN_WORDS

    @property
    def types(self) -> list[tuple[str, Any]]:
        return [each for each in TYPE_WORDS if each[0] in self.allows]

    @property
    def has_room(self) -> bool:
        return len(self.rows) < MOST_ROWS


def _settled(row: Row, catalogue: Catalogue) -> Row:
    """The row with an operator that fits its field: the first one when the field has just been changed."""
    fields = catalogue.fields
    if row["field"] not in fields:
        row = {**row, "field": next(iter(fields))}
    fitting = OPERATORS[fields[row["field"]].value_type]
    if row["is"] not in fitting:
        row = {**row, "is": fitting[0]}
    return row
