"""The fingerprint of a definition: SHA-256 over the canonical text of what makes it score as it does. Pure.

Order of clauses, wording, owners, reasons and dates do not change it; anything that can change one
lead's score or qualification does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from definitions.criteria.matching import key_form

Json = dict[str, Any]

_GROUPINGS = ("all", "any", "none")
_EMPTY: tuple[Any, ...] = (None, "", [], {})


def fingerprint(document: Json) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(canonical(document)).hexdigest()


def canonical(document: Json) -> bytes:
    """The material parts as JSON in UTF-8: sorted keys, no spaces, what is absent or null left out."""
    criteria = document.get("criteria") or []
    named = {key for criterion in criteria for key in personas_of(criterion.get("rule") or {})}
    personas = document.get("personas") or {}
    material = {
        "stage": document.get("stage"),
        "threshold": document.get("threshold"),
        "minimums": _plain(document.get("minimums") or {}),
        "caps": _plain(document.get("caps") or {}),
        "groups": sorted(
            ({"key": group.get("key"), "cap": group.get("cap")} for group in document.get("groups") or []),
            key=_text,
        ),
        "grades": document.get("grades"),
        "personas": {
            key: canonical_rule((personas.get(key) or {}).get("rule") or {}) for key in sorted(named)
        },
        "criteria": sorted(
            (canonical_criterion(criterion) for criterion in criteria),
            key=lambda criterion: (str(criterion.get("key")), _text(criterion)),
        ),
    }
    return _text(material).encode("utf-8", "surrogatepass")


def canonical_criterion(criterion: Json) -> Json:
    """The material part of one clause."""
    return _plain(
        {
            "key": criterion.get("key"),
            "half": criterion.get("half"),
            "rule": canonical_rule(criterion.get("rule") or {}),
            "effect": _plain(criterion.get("effect") or {}),
            "group": criterion.get("group"),
        }
    )


def canonical_rule(node: Any) -> Any:
    """The rule with its values in key form and everything whose order does not matter sorted."""
    if not isinstance(node, dict):
        return _value(node)
    result: Json = {}
    for key, value in node.items():
        if key in _GROUPINGS and isinstance(value, list):
            result[key] = sorted((canonical_rule(member) for member in value), key=_text)
        elif key == "meet":
            result[key] = canonical_rule(value)
        elif key == "where" and isinstance(value, list):
            result[key] = sorted((canonical_rule(member) for member in value), key=_text)
        elif key in ("values", "account_roles") and isinstance(value, list):
            values = [key_form(item) if isinstance(item, str) else _value(item) for item in value]
            # Both ends of a span keep their places; a list of choices is a set.
            is_span = node.get("is") == "between"
            result[key] = values if is_span else [json.loads(text) for text in sorted({*map(_text, values)})]
        else:
            result[key] = _value(value)
    return _plain(result)


def personas_of(node: Any) -> Iterator[str]:
    """The keys of the personas that a rule names."""
    if isinstance(node, dict):
        if isinstance(node.get("persona"), str):
            yield node["persona"]
        for value in node.values():
            yield from personas_of(value)
    elif isinstance(node, list):
        for member in node:
            yield from personas_of(member)


def _plain(mapping: Json) -> Json:
    return {key: _value(value) for key, value in mapping.items() if value not in _EMPTY}


def _value(value: Any) -> Any:
    """50.0 and 50 are one number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
