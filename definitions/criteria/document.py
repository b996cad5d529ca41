"""Reading a definition document: from JSON that anybody may have written to nodes that can be trusted.

Pure. The format is published as JSON Schema by `schema.py`; here every deviation gets a sentence that
says where and what, and all of them are told at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from definitions.criteria.catalogue import Catalogue
from definitions.criteria.nodes import Clause, ClauseGroup, Document, Effect, Node
from definitions.criteria.problems import DocumentError, Problem, Problems
from definitions.criteria.rules import RuleReader

__all__ = ["FORMAT", "HALVES", "DocumentError", "Problem", "parse", "parse_effect", "parse_rule"]

FORMAT = "accord.definition/1"
STAGES = ("mql", "sql")
HALVES = ("fit", "behaviour")
EFFECTS = ("points", "required", "alone", "disqualifies")
# Bounds that no honest definition reaches. SQLite joins at most 64 tables in one statement.
MOST_CRITERIA = 60
MOST_POINTS = 1000
MOST_SCORE = 1_000_000
MOST_DAYS = 3650
MOST_TIMES = 10_000

_SLUG = re.compile(r"[A-Za-z0-9_-]{1,40}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DOCUMENT_KEYS = {
    "format", "stage", "title", "threshold", "minimums", "caps", "groups", "grades", "personas", "criteria",
}  # fmt: skip
_CRITERION_KEYS = {
    "key", "half", "wording", "rule", "effect", "group", "owner", "reason", "basis", "review_on", "personas",
}  # fmt: skip


def parse(document: Any, catalogue: Catalogue) -> Document:
    """The document as nodes. Raises `DocumentError` with all problems found."""
    problems = Problems()
    result = _read_document(document, catalogue, problems)
    problems.raise_if_any()
    assert result is not None
    return result


def parse_rule(
    rule: Any, catalogue: Catalogue, personas: Mapping[str, Any] | None = None, path: str = "rule"
) -> Node:
    """One rule as a node. `personas` maps keys to rules; without it, those of the catalogue count."""
    problems = Problems()
    reader = RuleReader(catalogue, catalogue.personas if personas is None else personas, problems)
    node = reader.read(rule, path)
    problems.raise_if_any()
    assert node is not None
    return node


def parse_effect(effect: Any, rule: Any, path: str = "effect") -> Effect:
    """One effect. `rule` is the raw rule beside it: counting and fading need a single activity."""
    problems = Problems()
    result = _read_effect(effect, rule, path, problems)
    problems.raise_if_any()
    assert result is not None
    return result


def is_countable(rule: Any) -> bool:
    """Whether points for this raw rule may count each time or fade: one activity, counted plainly."""
    return (
        isinstance(rule, dict)
        and "activity" in rule
        and not rule.get("silence_days")
        and rule.get("at_least") is not None
        and rule.get("within_any_hours") is None
    )


# -- the document ------------------------------------------------------------------------------------------


def _read_document(document: Any, catalogue: Catalogue, problems: Problems) -> Document | None:
    if not isinstance(document, dict):
        problems.add("", "A definition is a JSON object.")
        return None
    problems.unknown_keys(document, _DOCUMENT_KEYS, "")
    if document.get("format") != FORMAT:
        problems.add("format", f"The format is not “{FORMAT}”.")
    if document.get("stage") not in STAGES:
        problems.add("stage", "The stage is “mql” or “sql”.")
    threshold = problems.whole(document.get("threshold"), "threshold", "The threshold", 1, MOST_SCORE)
    minimums = _read_halves(document.get("minimums"), "minimums", "The minimum of", -MOST_SCORE, problems)
    caps = _read_halves(document.get("caps"), "caps", "The cap of", 0, problems)
    groups = _read_groups(document.get("groups"), problems)
    grades = _read_grades(document.get("grades"), problems)
    personas = _read_personas(document.get("personas"), catalogue, problems)
    criteria = _read_criteria(document.get("criteria"), catalogue, personas, groups, problems)
    if problems.found:
        return None
    return Document(
        stage=document["stage"],
        title=str(document.get("title") or ""),
        threshold=threshold,
        minimums=minimums,
        caps=caps,
        groups=groups,
        grades=grades,
        criteria=criteria,
    )


def _read_halves(value: Any, path: str, what: str, lowest: int, problems: Problems) -> dict[str, int | None]:
    value = {} if value is None else value
    if not isinstance(value, dict):
        problems.add(path, "This is an object with “fit” and “behaviour”.")
        return {}
    problems.unknown_keys(value, set(HALVES), path)
    return {
        half: problems.whole_or_none(value.get(half), f"{path}.{half}", f"{what} {half}", lowest, MOST_SCORE)
        for half in HALVES
    }


def _read_groups(value: Any, problems: Problems) -> tuple[ClauseGroup, ...]:
    groups: list[ClauseGroup] = []
    for number, item in enumerate(problems.items(value or [], "groups", "The groups")):
        path = f"groups[{number}]"
        if not isinstance(item, dict):
            problems.add(path, "A group is an object with key, label and cap.")
            continue
        problems.unknown_keys(item, {"key", "label", "cap"}, path)
        key = item.get("key")
        if not isinstance(key, str) or not _SLUG.fullmatch(key):
            problems.add(f"{path}.key", "A group needs a key of letters, digits and hyphens.")
            continue
        if any(group.key == key for group in groups):
            problems.add(f"{path}.key", f"Two groups have the key “{key}”.")
        cap = problems.whole(item.get("cap"), f"{path}.cap", f"The cap of group “{key}”", 0, MOST_SCORE)
        groups.append(ClauseGroup(key, str(item.get("label") or key), cap))
    return tuple(groups)


def _read_grades(value: Any, problems: Problems) -> tuple[int, ...]:
    bounds = [
        problems.whole(bound, f"grades[{number}]", "A grade's lowest score", -MOST_SCORE, MOST_SCORE)
        for number, bound in enumerate(problems.items(value, "grades", "The grades"))
    ]
    is_rising = all(low < high for low, high in pairwise(bounds))
    if len(bounds) != 4 or not is_rising:
        problems.add("grades", "The grades are four rising scores: the lowest of grades 2, 3, 4 and 5.")
    return tuple(bounds)


def _read_personas(value: Any, catalogue: Catalogue, problems: Problems) -> dict[str, Any]:
    value = {} if value is None else value
    if not isinstance(value, dict):
        problems.add("personas", "The personas are an object from key to name and rule.")
        return {}
    rules: dict[str, Any] = {}
    for key, item in value.items():
        path = f"personas.{key}"
        if not isinstance(item, dict) or not isinstance(item.get("rule"), dict):
            problems.add(path, f"The persona “{key}” needs a name and a rule.")
            continue
        rules[key] = item["rule"]
        RuleReader(catalogue, {}, problems).read_persona_rule(item["rule"], f"{path}.rule")
    return rules


def _read_criteria(
    value: Any,
    catalogue: Catalogue,
    personas: Mapping[str, Any],
    groups: tuple[ClauseGroup, ...],
    problems: Problems,
) -> tuple[Clause, ...]:
    clauses: list[Clause] = []
    items = problems.items(value, "criteria", "The criteria")
    if len(items) > MOST_CRITERIA:
        problems.add("criteria", f"A definition has at most {MOST_CRITERIA} criteria.")
        items = items[:MOST_CRITERIA]
    for number, item in enumerate(items):
        clause = _read_clause(item, f"criteria[{number}]", catalogue, personas, problems)
        if clause is not None:
            clauses.append(clause)
    _check_together(clauses, groups, problems)
    return tuple(clauses)


def _check_together(clauses: list[Clause], groups: tuple[ClauseGroup, ...], problems: Problems) -> None:
    seen: set[str] = set()
    halves: dict[str, str] = {}
    known = {group.key for group in groups}
    for clause in clauses:
        if clause.key in seen:
            problems.add("criteria", f"Two criteria have the key “{clause.key}”.")
        seen.add(clause.key)
        if clause.group and clause.group not in known:
            problems.add(
                "criteria", f"“{clause.wording}” is in the group “{clause.group}”, which is missing."
            )
        # The cap of a group takes from one half; a group across both would leave open from which.
        if clause.group and halves.setdefault(clause.group, clause.half) != clause.half:
            problems.add("groups", f"The group “{clause.group}” has criteria of both halves.")


def _read_clause(
    item: Any, path: str, catalogue: Catalogue, personas: Mapping[str, Any], problems: Problems
) -> Clause | None:
    if not isinstance(item, dict):
        problems.add(path, "A criterion is a JSON object.")
        return None
    before = len(problems.found)
    problems.unknown_keys(item, _CRITERION_KEYS, path)
    key = item.get("key")
    if not isinstance(key, str) or not _SLUG.fullmatch(key):
        problems.add(f"{path}.key", "A criterion needs a key of at most 40 letters, digits and hyphens.")
    if item.get("half") not in HALVES:
        problems.add(f"{path}.half", "The half is “fit” or “behaviour”.")
    if not isinstance(item.get("wording"), str) or not 0 < len(item["wording"].strip()) <= 400:
        problems.add(f"{path}.wording", "A criterion needs a wording of at most 400 characters.")
    if item.get("basis", "assumption") not in ("data", "assumption"):
        problems.add(f"{path}.basis", "The basis is “data” or “assumption”.")
    for name in ("group", "owner", "reason"):
        if not isinstance(item.get(name) or "", str):
            problems.add(f"{path}.{name}", "This is text.")
    if not _is_day_or_none(item.get("review_on")):
        problems.add(f"{path}.review_on", "The review date is a date like 2026-12-01, or nothing.")
    served = item.get("personas") or []
    if not isinstance(served, list) or not all(isinstance(one, str) for one in served):
        problems.add(f"{path}.personas", "The personas that a criterion serves are a list of keys.")
    rule = RuleReader(catalogue, personas, problems).read(item.get("rule"), f"{path}.rule")
    effect = _read_effect(item.get("effect"), item.get("rule"), f"{path}.effect", problems)
    if len(problems.found) > before or rule is None or effect is None:
        return None
    return Clause(str(key), item["half"], item["wording"].strip(), rule, effect, item.get("group") or "")


def _is_day_or_none(value: Any) -> bool:
    if value is None or value == "":
        return True
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


# -- effects -----------------------------------------------------------------------------------------------


def _read_effect(effect: Any, rule: Any, path: str, problems: Problems) -> Effect | None:
    if not isinstance(effect, dict) or effect.get("kind") not in EFFECTS:
        problems.add(path, "The effect is points, required, alone or disqualifies.")
        return None
    if effect["kind"] != "points":
        problems.unknown_keys(effect, {"kind"}, path)
        return Effect(effect["kind"])
    before = len(problems.found)
    problems.unknown_keys(effect, {"kind", "points", "count", "times", "per_days", "fade_days"}, path)
    points = problems.whole(effect.get("points"), f"{path}.points", "The points", -MOST_POINTS, MOST_POINTS)
    if points == 0 and len(problems.found) == before:
        problems.add(f"{path}.points", "The points are not 0: such a criterion would change nothing.")
    count = effect.get("count", "once")
    if count not in ("once", "each"):
        problems.add(f"{path}.count", "Points count once or each time.")
    times = problems.whole_or_none(effect.get("times"), f"{path}.times", "The times", 1, MOST_TIMES)
    per_days = problems.whole_or_none(effect.get("per_days"), f"{path}.per_days", "The period", 1, MOST_DAYS)
    fade_days = problems.whole_or_none(
        effect.get("fade_days"), f"{path}.fade_days", "The days of fading", 1, MOST_DAYS
    )
    if count == "once" and (times is not None or per_days is not None):
        problems.add(path, "A limit of times belongs to points that count each time.")
    if per_days is not None and times is None:
        problems.add(f"{path}.times", "Say how many times may count per period.")
    if (count == "each" or fade_days is not None) and not is_countable(rule):
        problems.add(
            path,
            "Points that count each time or fade need a rule of one single activity, counted by “at least”.",
        )
    if len(problems.found) > before:
        return None
    return Effect("points", points, count, times, per_days, fade_days)
