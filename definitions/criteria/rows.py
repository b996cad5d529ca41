"""A rule as a few flat rows that a form can hold, and back. Pure.

A row is a dict of texts as a browser posts them. `rule_of` never raises: what cannot be read stays as
it was typed, and `definitions.criteria.document.parse_rule` says in a sentence what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from definitions.criteria.catalogue import Catalogue

Json = dict[str, Any]
Row = dict[str, str]

MOST_ROWS = 5
JOINS = ("all", "any", "none")
TYPES = ("attribute", "activity", "silence", "persona", "account_people", "account_roles")
# Narrowings of one activity that the form offers.
WHERES = ("w0", "w1")

LIST_OPERATORS = ("one_of", "none_of", "contains_word")
ONE_OPERATORS = ("at_least", "at_most", "before", "after")
BARE_OPERATORS = ("yes", "no", "known", "unknown")

ROW_KEYS = (
    "type",
    "field",
    "is",
    "values",
    "value",
    "value_to",
    "persona",
    "kind",
    *(f"{where}_{part}" for where in WHERES for part in ("on", "is", "property", "values")),
    "within_days",
    "count",
    "number",
    "hours",
    "silence_days",
    "people",
    "meet_type",
    "roles",
    "roles_at_least",
)


def empty_row(kind_of_row: str = "attribute") -> Row:
    row = dict.fromkeys(ROW_KEYS, "")
    row |= {"type": kind_of_row, "count": "at_least", "number": "1", "meet_type": "attribute"}
    row |= {"w0_is": "contains_word", "w1_is": "contains_word"}
    row |= {"people": "2", "roles_at_least": "2", "silence_days": "60", "hours": "24"}
    return row


def lines_of(text: str) -> list[str]:
    """One value per line; blank lines and repetitions are left out."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def number_of(text: str) -> Any:
    """A whole number where it is one, else a decimal, else None for nothing, else the text itself."""
    text = text.strip().replace("\u00a0", "").replace(" ", "")
    if not text:
        return None
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text


# -- rows to rule ------------------------------------------------------------------------------------------


def rule_of(join: str, rows: Iterable[Row], catalogue: Catalogue) -> Json:
    """The rule that the rows say. One row joined by all or any is the bare condition."""
    leaves = [leaf_of(row, catalogue) for row in rows]
    join = join if join in JOINS else "all"
    if len(leaves) == 1 and join != "none":
        return leaves[0]
    return {join: leaves}


def leaf_of(row: Row, catalogue: Catalogue) -> Json:
    match row["type"]:
        case "persona":
            return {"persona": row["persona"]}
        case "activity":
            return _activity(row)
        case "silence":
            return {"silence_days": number_of(row["silence_days"]), "activity": row["kind"] or "any"}
        case "account_people":
            inner = (
                row["meet_type"] if row["meet_type"] in ("attribute", "persona", "activity") else "attribute"
            )
            meet = leaf_of({**row, "type": inner}, catalogue)
            return {"account_people": number_of(row["people"]), "meet": meet}
        case "account_roles":
            return {
                "account_roles": lines_of(row["roles"]),
                "at_least": number_of(row["roles_at_least"]),
            }
        case _:
            return _attribute(row, catalogue)


def _attribute(row: Row, catalogue: Catalogue) -> Json:
    field = catalogue.fields.get(row["field"])
    is_number = field is not None and field.value_type == "number"
    read = number_of if is_number else str.strip
    leaf: Json = {"attribute": row["field"], "is": row["is"]}
    if row["is"] in LIST_OPERATORS:
        values = lines_of(row["values"])
        leaf["values"] = [number_of(value) for value in values] if is_number else values
    elif row["is"] in ONE_OPERATORS:
        leaf["value"] = read(row["value"])
    elif row["is"] == "between":
        leaf["values"] = [read(row["value"]), read(row["value_to"])]
    return leaf


def _activity(row: Row) -> Json:
    leaf: Json = {"activity": row["kind"] or "any"}
    wheres = []
    for where in WHERES:
        if not row[f"{where}_on"] or not lines_of(row[f"{where}_values"]):
            continue
        narrowing: Json = {"on": row[f"{where}_on"], "is": row[f"{where}_is"] or "contains_word"}
        if narrowing["on"] == "property":
            narrowing |= {"property": row[f"{where}_property"].strip(), "is": "one_of"}
        wheres.append({**narrowing, "values": lines_of(row[f"{where}_values"])})
    if wheres:
        leaf["where"] = wheres
    if (days := number_of(row["within_days"])) is not None:
        leaf["within_days"] = days
    count = row["count"] if row["count"] in ("total_seconds", "different_subjects") else "at_least"
    leaf[count] = number_of(row["number"])
    if row["count"] == "within_any_hours":
        leaf["within_any_hours"] = number_of(row["hours"])
    return leaf


# -- rule to rows ------------------------------------------------------------------------------------------


def rows_of(rule: Json) -> tuple[str, list[Row]] | None:
    """How the rule is joined and its rows; None when it is deeper than the form can show."""
    join, leaves = "all", [rule]
    for name in JOINS:
        if name in rule:
            join, leaves = name, rule[name]
            break
    if not isinstance(leaves, list) or len(leaves) > MOST_ROWS:
        return None
    rows = [_row_of(leaf) for leaf in leaves]
    if any(row is None for row in rows):
        return None
    return join, [row for row in rows if row is not None]


def _row_of(leaf: Json) -> Row | None:
    row: Row | None = None
    if "attribute" in leaf:
        row = empty_row("attribute") | _attribute_texts(leaf)
    elif "persona" in leaf:
        row = empty_row("persona") | {"persona": leaf["persona"]}
    elif "silence_days" in leaf:
        row = empty_row("silence") | {"silence_days": _text(leaf["silence_days"]), "kind": leaf["activity"]}
    elif "activity" in leaf:
        row = _activity_row(leaf)
    elif "account_people" in leaf:
        inner = _row_of(leaf["meet"])
        if inner and inner["type"] in ("attribute", "persona", "activity"):
            row = inner | {
                "type": "account_people",
                "meet_type": inner["type"],
                "people": _text(leaf["account_people"]),
            }
    elif "account_roles" in leaf:
        row = empty_row("account_roles") | {
            "roles": "\n".join(leaf["account_roles"]),
            "roles_at_least": _text(leaf.get("at_least")),
        }
    return row


def _attribute_texts(leaf: Json) -> Row:
    texts = {"field": leaf["attribute"], "is": leaf["is"], "value": _text(leaf.get("value"))}
    values = [_text(value) for value in leaf.get("values", [])]
    if leaf["is"] == "between" and len(values) == 2:
        return texts | {"value": values[0], "value_to": values[1]}
    return texts | {"values": "\n".join(values)}


def _activity_row(leaf: Json) -> Row | None:
    row = empty_row("activity") | {"kind": leaf["activity"], "within_days": _text(leaf.get("within_days"))}
    wheres = leaf.get("where", [])
    if len(wheres) > len(WHERES):
        return None
    for where, narrowing in zip(WHERES, wheres, strict=False):
        row |= {
            f"{where}_on": narrowing["on"],
            f"{where}_is": narrowing["is"],
            f"{where}_property": narrowing.get("property", ""),
            f"{where}_values": "\n".join(_text(value) for value in narrowing["values"]),
        }
    if "within_any_hours" in leaf:
        row |= {"count": "within_any_hours", "hours": _text(leaf["within_any_hours"])}
    for count in ("total_seconds", "different_subjects"):
        if count in leaf:
            row |= {"count": count, "number": _text(leaf[count])}
    if "at_least" in leaf:
        row["number"] = _text(leaf["at_least"])
    return row


def _text(value: Any) -> str:
    return "" if value is None else str(value)
