"""Reading one rule: a small closed tree of typed conditions. Pure; nothing in it is evaluated here."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from definitions.criteria.catalogue import OPERATORS, Catalogue, Field
from definitions.criteria.matching import key_form, words_form
from definitions.criteria.nodes import (
    ANY_KIND,
    ActivityTest,
    AttributeTest,
    Grouping,
    Narrowing,
    Node,
    PeopleTest,
    PersonaTest,
    RolesTest,
    SilenceTest,
    Value,
)
from definitions.criteria.problems import Problems

MOST_LEVELS = 4
MOST_LEAVES = 40
MOST_VALUES = 200
MOST_LETTERS = 200
MOST_NUMBER = 10**15
MOST_DAYS = 3650
MOST_HOURS = 8760

GROUPINGS = ("all", "any", "none")
LEAVES = ("attribute", "persona", "silence_days", "activity", "account_people", "account_roles")
OF_PERSONAS = frozenset({"attribute"})
OF_PEOPLE = frozenset({"attribute", "persona", "activity"})

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PROPERTY = re.compile(r"[A-Za-z0-9_-]{1,60}")


class RuleReader:
    """Reads rules of one document. `personas` are the raw rules that a persona condition may name."""

    def __init__(self, catalogue: Catalogue, personas: Mapping[str, Any], problems: Problems) -> None:
        self.catalogue = catalogue
        self.personas = personas
        self.problems = problems
        self.leaves = 0

    def read(self, rule: Any, path: str) -> Node | None:
        """The rule as a node, or None where a problem was found."""
        self.leaves = 0
        return self._node(rule, path, 1, frozenset(LEAVES))

    def read_persona_rule(self, rule: Any, path: str) -> Node | None:
        """Who fits a persona is told by attributes alone."""
        self.leaves = 0
        return self._node(rule, path, 1, OF_PERSONAS)

    def _node(self, node: Any, path: str, level: int, allowed: frozenset[str]) -> Node | None:
        if not isinstance(node, dict) or not node:
            self.problems.add(path, "Choose at least one condition.")
            return None
        if level > MOST_LEVELS:
            self.problems.add(path, f"A rule has at most {MOST_LEVELS} levels.")
            return None
        for op in GROUPINGS:
            if op in node:
                return self._grouping(op, node, path, level, allowed)
        # "activity" stands last: silence and account conditions may carry it too.
        kind = next((leaf for leaf in ("silence_days", *LEAVES) if leaf in node), None)
        if kind is None:
            self.problems.add(path, "This is no condition that a rule can have.")
            return None
        if kind not in allowed:
            self.problems.add(path, f"A condition of the kind “{kind}” cannot stand here.")
            return None
        self.leaves += 1
        if self.leaves == MOST_LEAVES + 1:
            self.problems.add(path, f"A rule has at most {MOST_LEAVES} conditions.")
        return getattr(self, f"_{kind}")(node, path, level)

    def _grouping(
        self, op: str, node: dict[str, Any], path: str, level: int, allowed: frozenset[str]
    ) -> Node | None:
        self.problems.unknown_keys(node, {op}, path)
        members = node[op]
        if not isinstance(members, list) or not members:
            self.problems.add(f"{path}.{op}", "Choose at least one condition.")
            return None
        read = [
            self._node(member, f"{path}.{op}[{number}]", level + 1, allowed)
            for number, member in enumerate(members[: MOST_LEAVES + 1])
        ]
        found = tuple(member for member in read if member is not None)
        return Grouping(op, found) if len(found) == len(members) else None

    # -- attributes and personas ---------------------------------------------------------------------------

    def _attribute(self, node: dict[str, Any], path: str, level: int) -> Node | None:
        self.problems.unknown_keys(node, {"attribute", "is", "value", "values"}, path)
        name = node["attribute"]
        field = self.catalogue.fields.get(name) if isinstance(name, str) else None
        if field is None:
            self.problems.add(f"{path}.attribute", f"There is no attribute “{name}”.")
            return None
        operator = node.get("is")
        if operator not in OPERATORS[field.value_type]:
            fitting = ", ".join(OPERATORS[field.value_type])
            self.problems.add(f"{path}.is", f"“{field.label}” can be compared by: {fitting}.")
            return None
        values = self._attribute_values(node, field, operator, path)
        return None if values is None else AttributeTest(field, operator, values)

    def _attribute_values(
        self, node: dict[str, Any], field: Field, operator: str, path: str
    ) -> tuple[Value, ...] | None:
        if operator in ("known", "unknown", "yes", "no"):
            return ()
        if operator in ("at_least", "at_most", "before", "after"):
            raw: Any = [node.get("value")]
            path = f"{path}.value"
        else:
            raw, path = node.get("values"), f"{path}.values"
        if not isinstance(raw, list) or not raw:
            self.problems.add(path, f"“{field.label}” needs at least one value.")
            return None
        if operator == "between" and len(raw) != 2:
            self.problems.add(path, f"“{field.label}” needs the two ends of the span.")
            return None
        if field.value_type == "number":
            values = self._numbers(raw, field.label, path)
        elif field.value_type == "date":
            values = self._days(raw, field.label, path)
        else:
            values = self._texts(raw, field.label, path, is_words=operator == "contains_word")
        if values is not None and operator == "between" and values[0] > values[1]:  # type: ignore[operator]
            self.problems.add(path, f"“{field.label}”: the span ends before it begins.")
            return None
        return values

    def _numbers(self, raw: list[Any], label: str, path: str) -> tuple[Value, ...] | None:
        for value in raw:
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if not is_number or abs(value) > MOST_NUMBER or not math.isfinite(value):
                self.problems.add(path, f"“{label}” is compared with numbers.")
                return None
        return tuple(int(v) if isinstance(v, float) and v.is_integer() else v for v in raw)

    def _days(self, raw: list[Any], label: str, path: str) -> tuple[Value, ...] | None:
        days: list[date] = []
        for value in raw:
            try:
                if not isinstance(value, str) or not _DAY.fullmatch(value):
                    raise ValueError
                days.append(date.fromisoformat(value))
            except ValueError:
                self.problems.add(path, f"“{label}” is compared with days like 2026-01-31.")
                return None
        return tuple(days)

    def _texts(self, raw: Any, label: str, path: str, *, is_words: bool) -> tuple[str, ...] | None:
        if not isinstance(raw, list) or not raw or len(raw) > MOST_VALUES:
            self.problems.add(path, f"“{label}” needs from 1 to {MOST_VALUES} values.")
            return None
        texts: list[str] = []
        for value in raw:
            if not isinstance(value, str) or len(value) > MOST_LETTERS or not _is_storable(value):
                self.problems.add(
                    path, f"“{label}” is compared with texts of at most {MOST_LETTERS} letters."
                )
                return None
            text = words_form(value) if is_words else key_form(value)
            if not text:
                self.problems.add(path, f"“{label}”: a value has no {'words' if is_words else 'text'}.")
                return None
            texts.append(text)
        return tuple(dict.fromkeys(texts))

    def _persona(self, node: dict[str, Any], path: str, level: int) -> Node | None:
        self.problems.unknown_keys(node, {"persona"}, path)
        key = node["persona"]
        if not isinstance(key, str) or key not in self.personas:
            self.problems.add(f"{path}.persona", f"The persona “{key}” is not known here.")
            return None
        leaves = self.leaves
        rule = self._node(self.personas[key], f"{path}.persona", 1, OF_PERSONAS)
        self.leaves = leaves
        return None if rule is None else PersonaTest(key, rule)

    # -- activities ----------------------------------------------------------------------------------------

    def _activity(self, node: dict[str, Any], path: str, level: int) -> Node | None:
        measures = ("at_least", "total_seconds", "different_subjects")
        known = {"activity", "where", "within_days", "within_any_hours", *measures}
        self.problems.unknown_keys(node, known, path)
        before = len(self.problems.found)
        kind = self._kind(node["activity"], f"{path}.activity")
        days = self.problems.whole_or_none(
            node.get("within_days"), f"{path}.within_days", "The days", 1, MOST_DAYS
        )
        hours = self.problems.whole_or_none(
            node.get("within_any_hours"), f"{path}.within_any_hours", "The hours", 1, MOST_HOURS
        )
        where = self._where(node.get("where"), f"{path}.where")
        given = [measure for measure in measures if node.get(measure) is not None]
        if len(given) != 1:
            self.problems.add(
                path, "An activity is counted in one way: at least, total seconds or different subjects."
            )
            return None
        measure = given[0]
        most = 10**8 if measure == "total_seconds" else 10_000
        number = self.problems.whole(node[measure], f"{path}.{measure}", "The number", 1, most)
        if hours is not None:
            if measure != "at_least" or number < 2:
                self.problems.add(path, "“Within any hours” needs at least 2 activities.")
            measure = "within_any_hours"
        if len(self.problems.found) > before:
            return None
        return ActivityTest(kind, where, days, measure, number, hours or 0)

    def _kind(self, value: Any, path: str) -> str:
        if value == ANY_KIND:
            return ANY_KIND
        kind = self.catalogue.kinds.get(value) if isinstance(value, str) else None
        if kind is None:
            self.problems.add(path, f"There is no kind of activity “{value}”.")
            return ""
        if not kind.is_by_lead:
            self.problems.add(path, f"“{kind.label}” is what sales does, not behaviour of the lead.")
        return kind.key

    def _where(self, value: Any, path: str) -> tuple[Narrowing, ...]:
        result: list[Narrowing] = []
        for number, item in enumerate(self.problems.items(value or [], path, "The narrowings")):
            narrowing = self._narrowing(item, f"{path}[{number}]")
            if narrowing is not None:
                result.append(narrowing)
        return tuple(result)

    def _narrowing(self, item: Any, path: str) -> Narrowing | None:
        on = item.get("on") if isinstance(item, dict) else None
        if on not in ("subject", "campaign", "channel", "property"):
            self.problems.add(path, "An activity is narrowed by subject, campaign, channel or property.")
            return None
        known = {"on", "is", "values"} | ({"property"} if on == "property" else set())
        self.problems.unknown_keys(item, known, path)
        operator, name = item.get("is"), ""
        if on == "property":
            name = item.get("property")
            if not isinstance(name, str) or not _PROPERTY.fullmatch(name):
                self.problems.add(f"{path}.property", "Name the property in letters, digits and hyphens.")
                return None
        if operator not in (("one_of",) if on == "property" else ("one_of", "contains_word")):
            self.problems.add(f"{path}.is", "An activity is narrowed by “one_of” or “contains_word”.")
            return None
        values = self._texts(item.get("values"), on, f"{path}.values", is_words=operator == "contains_word")
        return None if values is None else Narrowing(on, operator, values, name)

    def _silence_days(self, node: dict[str, Any], path: str, level: int) -> Node | None:
        self.problems.unknown_keys(node, {"silence_days", "activity"}, path)
        before = len(self.problems.found)
        days = self.problems.whole(node["silence_days"], f"{path}.silence_days", "The days", 1, MOST_DAYS)
        kind = self._kind(node.get("activity", ANY_KIND), f"{path}.activity")
        return SilenceTest(days, kind) if len(self.problems.found) == before else None

    # -- the account ---------------------------------------------------------------------------------------

    def _account_people(self, node: dict[str, Any], path: str, level: int) -> Node | None:
        self.problems.unknown_keys(node, {"account_people", "meet"}, path)
        number = self.problems.whole(node["account_people"], f"{path}.account_people", "People", 1, 1000)
        meet = self._node(node.get("meet"), f"{path}.meet", level + 1, OF_PEOPLE)
        return PeopleTest(number, meet) if meet is not None and number else None

    def _account_roles(self, node: dict[str, Any], path: str, level: int) -> Node | None:
        self.problems.unknown_keys(node, {"account_roles", "at_least"}, path)
        roles = self._texts(node["account_roles"], "Roles", f"{path}.account_roles", is_words=False)
        if roles is None:
            return None
        number = self.problems.whole(node.get("at_least"), f"{path}.at_least", "Roles", 1, len(roles))
        return RolesTest(roles, number) if number else None


def _is_storable(text: str) -> bool:
    """Lone halves of surrogate pairs come out of JSON, but no database takes them."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
