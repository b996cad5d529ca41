"""The published JSON Schema (draft 2020-12) of the definition document. Pure.

What a schema cannot say (which operators fit which attribute, which kinds exist, depth and number of
conditions, groups within one half) is said by `document.parse`, which has the last word.
"""

from __future__ import annotations

from typing import Any

from definitions.criteria.document import (
    FORMAT,
    HALVES,
    MOST_CRITERIA,
    MOST_POINTS,
    MOST_SCORE,
    MOST_TIMES,
    STAGES,
)
from definitions.criteria.rules import MOST_DAYS, MOST_HOURS, MOST_LEAVES, MOST_LETTERS, MOST_VALUES

Json = dict[str, Any]

SLUG = r"^[A-Za-z0-9_-]{1,40}$"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def json_schema() -> Json:
    """A fresh copy; valid for every document that `document.parse` takes."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:accord:definition:1",
        "title": "Accord definition",
        "description": "What a qualified lead is: criteria of fit and behaviour, points, threshold, grades.",
        **_object(
            {
                "format": {"const": FORMAT},
                "stage": {"enum": list(STAGES)},
                "title": {"type": ["string", "null"]},
                "threshold": _whole(1, MOST_SCORE),
                "minimums": _halves(-MOST_SCORE),
                "caps": _halves(0),
                "groups": _nullable(_list({"$ref": "#/$defs/group"}, lowest=0)),
                "grades": {
                    "description": "The lowest scores of grades 2, 3, 4 and 5, rising.",
                    **_list(_whole(-MOST_SCORE, MOST_SCORE), lowest=4, most=4),
                },
                "personas": {
                    "type": ["object", "null"],
                    "additionalProperties": {
                        "type": "object",
                        "properties": {"name": {"type": "string"}, "rule": {"$ref": "#/$defs/rule"}},
                        "required": ["rule"],
                    },
                },
                "criteria": _list({"$ref": "#/$defs/criterion"}, lowest=0, most=MOST_CRITERIA),
            },
            required=["format", "stage", "threshold", "grades", "criteria"],
        ),
        "$defs": {
            "group": _object(
                {"key": _slug(), "label": {"type": ["string", "null"]}, "cap": _whole(0, MOST_SCORE)},
                required=["key", "cap"],
            ),
            "criterion": _criterion(),
            "effect": _effect(),
            "rule": _rule(),
            "text": {"type": "string", "minLength": 1, "maxLength": MOST_LETTERS},
            "texts": _list({"$ref": "#/$defs/text"}, most=MOST_VALUES),
        },
    }


def _criterion() -> Json:
    return _object(
        {
            "key": _slug(),
            "half": {"enum": list(HALVES)},
            "wording": {"type": "string", "minLength": 1, "maxLength": 400, "pattern": r"\S"},
            "rule": {"$ref": "#/$defs/rule"},
            "effect": {"$ref": "#/$defs/effect"},
            "group": {"type": ["string", "null"]},
            "owner": {"type": ["string", "null"], "description": "An e-mail address, or empty."},
            "reason": {"type": ["string", "null"]},
            "basis": {"enum": ["data", "assumption"]},
            "review_on": {"anyOf": [{"type": "string", "pattern": DAY}, {"enum": [None, ""]}]},
            "personas": _nullable(_list({"type": "string"}, lowest=0)),
        },
        required=["key", "half", "wording", "rule", "effect"],
    )


def _effect() -> Json:
    points = {"type": "integer", "minimum": -MOST_POINTS, "maximum": MOST_POINTS, "not": {"const": 0}}
    fade = _nullable(_whole(1, MOST_DAYS))
    return {
        "oneOf": [
            _object({"kind": {"enum": ["required", "alone", "disqualifies"]}}, required=["kind"]),
            _object(
                {
                    "kind": {"const": "points"},
                    "points": points,
                    "count": {"const": "once"},
                    "times": {"type": "null"},
                    "per_days": {"type": "null"},
                    "fade_days": fade,
                },
                required=["kind", "points"],
            ),
            _object(
                {
                    "kind": {"const": "points"},
                    "points": points,
                    "count": {"const": "each"},
                    "times": _nullable(_whole(1, MOST_TIMES)),
                    "per_days": _nullable(_whole(1, MOST_DAYS)),
                    "fade_days": fade,
                },
                required=["kind", "points", "count"],
            ),
        ]
    }


def _rule() -> Json:
    members = _list({"$ref": "#/$defs/rule"}, most=MOST_LEAVES)
    groupings = [_object({op: members}, required=[op]) for op in ("all", "any", "none")]
    return {
        "oneOf": [
            *groupings,
            *_attribute_conditions(),
            _object({"persona": {"type": "string"}}, required=["persona"]),
            *_activity_conditions(),
            _object(
                {"silence_days": _whole(1, MOST_DAYS), "activity": {"type": "string"}},
                required=["silence_days"],
            ),
            _object(
                {"account_people": _whole(1, 1000), "meet": {"$ref": "#/$defs/rule"}},
                required=["account_people", "meet"],
            ),
            _object(
                {"account_roles": {"$ref": "#/$defs/texts"}, "at_least": _whole(1, MOST_VALUES)},
                required=["account_roles", "at_least"],
            ),
        ]
    }


def _attribute_conditions() -> list[Json]:
    """By operator, with what each compares with."""
    attribute = {"type": "string", "pattern": r"^(lead|account|custom)\."}
    scalar = {"anyOf": [{"$ref": "#/$defs/text"}, {"type": "number"}]}
    values = _list(scalar, most=MOST_VALUES)
    compared: list[tuple[list[str], Json, list[str]]] = [
        (["known", "unknown", "yes", "no"], {"values": {}, "value": {}}, []),
        (["at_least", "at_most"], {"value": {"type": "number"}}, ["value"]),
        (["before", "after"], {"value": {"type": "string", "pattern": DAY}}, ["value"]),
        (["one_of", "none_of"], {"values": values}, ["values"]),
        (["contains_word"], {"values": {"$ref": "#/$defs/texts"}}, ["values"]),
        (["between"], {"values": _list(scalar, lowest=2, most=2)}, ["values"]),
    ]
    return [
        _object(
            {"attribute": attribute, "is": {"enum": operators}, **properties},
            required=["attribute", "is", *required],
        )
        for operators, properties, required in compared
    ]


def _activity_conditions() -> list[Json]:
    """By what is counted: exactly one of the measures."""
    shared = {
        "activity": {"type": "string", "minLength": 1},
        "where": _nullable(_list({"oneOf": _narrowings()}, lowest=0)),
        "within_days": _nullable(_whole(1, MOST_DAYS)),
    }
    nothing = {"type": "null"}
    counts = {"at_least": nothing, "total_seconds": nothing, "different_subjects": nothing}
    return [
        _object(
            {**shared, **counts, "at_least": _whole(1, MOST_TIMES), "within_any_hours": nothing},
            required=["activity", "at_least"],
        ),
        _object(
            {
                **shared,
                **counts,
                "at_least": _whole(2, MOST_TIMES),
                "within_any_hours": _whole(1, MOST_HOURS),
            },
            required=["activity", "at_least", "within_any_hours"],
        ),
        *(
            _object(
                {**shared, **counts, measure: _whole(1, most), "within_any_hours": nothing},
                required=["activity", measure],
            )
            for measure, most in (("total_seconds", 10**8), ("different_subjects", MOST_TIMES))
        ),
    ]


def _narrowings() -> list[Json]:
    texts = {"$ref": "#/$defs/texts"}
    return [
        _object(
            {
                "on": {"enum": ["subject", "campaign", "channel"]},
                "is": {"enum": ["one_of", "contains_word"]},
                "values": texts,
            },
            required=["on", "is", "values"],
        ),
        _object(
            {
                "on": {"const": "property"},
                "property": {"type": "string", "pattern": r"^[A-Za-z0-9_-]{1,60}$"},
                "is": {"const": "one_of"},
                "values": texts,
            },
            required=["on", "property", "is", "values"],
        ),
    ]


# -- words of the schema -----------------------------------------------------------------------------------


def _object(properties: Json, required: list[str]) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _list(items: Json, *, lowest: int = 1, most: int | None = None) -> Json:
    schema: Json = {"type": "array", "items": items, "minItems": lowest}
    return schema if most is None else {**schema, "maxItems": most}


def _whole(lowest: int, most: int) -> Json:
    return {"type": "integer", "minimum": lowest, "maximum": most}


def _slug() -> Json:
    return {"type": "string", "pattern": SLUG}


def _nullable(schema: Json) -> Json:
    return {**schema, "type": [schema["type"], "null"]}


def _halves(lowest: int) -> Json:
    limit = _nullable(_whole(lowest, MOST_SCORE))
    return _nullable(_object(dict.fromkeys(HALVES, limit), required=[]))
