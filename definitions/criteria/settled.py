"""A document that somebody wrote by hand, as the portal keeps it: what was left out is filled in. Pure."""

from __future__ import annotations

import re
from typing import Any

from definitions.criteria.problems import Problems

LONGEST_TITLE = 160
LONGEST_LABEL = 80
LONGEST_PERSONA = 120
_PERSONA_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")

Json = dict[str, Any]


def check_storable(document: Any) -> None:
    """Raises `DocumentError` where a text holds what no database keeps: NUL, or half a surrogate pair.

    Both come out of JSON escapes. Walked without recursion: the document has not been looked at yet.
    """
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and ("\0" in value or not _is_text(value)):
            problems = Problems()
            problems.add("", "A text in the file holds a character that cannot be stored.")
            problems.raise_if_any()


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def settled(document: Json) -> Json:
    """A document that `parse` takes, whole. Raises `DocumentError` for names that are too long or no text."""
    problems = Problems()
    title = _text(document.get("title") or "", "title", LONGEST_TITLE, problems)
    groups = [
        {**group, "label": _text(group.get("label") or group["key"], "groups", LONGEST_LABEL, problems)}
        for group in document.get("groups") or []
    ]
    personas = document.get("personas") or {}
    for key, persona in personas.items():
        path = f"personas.{key}"
        if not _PERSONA_KEY.fullmatch(key):
            problems.add(path, "A persona needs a key of at most 60 letters, digits and hyphens.")
        if not _text(persona.get("name") or "", f"{path}.name", LONGEST_PERSONA, problems):
            problems.add(f"{path}.name", "A persona needs a name.")
    problems.raise_if_any()
    return {
        **document,
        "title": title,
        "minimums": _halves(document.get("minimums")),
        "caps": _halves(document.get("caps")),
        "groups": groups,
        "personas": personas,
        "criteria": [_criterion(item) for item in document["criteria"]],
    }


def _text(value: Any, path: str, most: int, problems: Problems) -> str:
    if isinstance(value, str) and len(value) <= most:
        return value
    problems.add(path, f"This is text of at most {most} letters.")
    return ""


def _halves(value: Json | None) -> Json:
    return {"fit": None, "behaviour": None, **(value or {})}


def _criterion(item: Json) -> Json:
    return {
        **item,
        **{name: item.get(name) or "" for name in ("group", "owner", "reason")},
        "basis": item.get("basis", "assumption"),
        "review_on": item.get("review_on") or None,
        "personas": item.get("personas") or [],
    }
