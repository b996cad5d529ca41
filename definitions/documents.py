"""Between rows and the definition document: what a draft says right now, and what any version says."""

from __future__ import annotations

from typing import Any

from definitions.criteria.document import FORMAT
from definitions.criteria.fingerprint import personas_of
from definitions.models import Criterion, Persona, Version
from definitions.selectors.versions import criteria_of

DEFAULT_GRADES = [20, 40, 60, 80]


def criterion_document(criterion: Criterion) -> dict[str, Any]:
    return {
        "key": criterion.key,
        "half": criterion.half,
        "wording": criterion.wording,
        "rule": criterion.rule,
        "effect": criterion.effect,
        "group": criterion.group,
        "owner": criterion.owner.email if criterion.owner else "",
        "reason": criterion.reason,
        "basis": criterion.basis,
        "review_on": criterion.review_on.isoformat() if criterion.review_on else None,
        "personas": sorted(persona.key for persona in criterion.personas.all()),
    }


def draft_document(version: Version) -> dict[str, Any]:
    """The document of a version as its rows stand now; `accord.definition/1`, ready for JSON.

    Personas that rules name are copied in with their rule, so that the document stands by itself.
    """
    rows = criteria_of(version).select_related(None).select_related("owner")
    criteria = [criterion_document(criterion) for criterion in rows]
    named = {key for criterion in criteria for key in personas_of(criterion["rule"])}
    personas = Persona.objects.filter(key__in=named) if named else Persona.objects.none()
    return {
        "format": FORMAT,
        "stage": version.definition.stage,
        "title": version.title,
        "threshold": version.threshold,
        "minimums": {"fit": version.minimum_fit, "behaviour": version.minimum_behaviour},
        "caps": {"fit": version.cap_fit, "behaviour": version.cap_behaviour},
        "groups": version.groups,
        "grades": grade_bounds_of(version),
        "personas": {row.key: {"name": row.name, "rule": row.rule} for row in personas},
        "criteria": criteria,
    }


def grade_bounds_of(version: Version) -> list[int]:
    """The lowest scores of grades 2 to 5, in a list of the caller's own."""
    return list(version.grade_bounds or DEFAULT_GRADES)


def columns_of(document: dict[str, Any]) -> dict[str, Any]:
    """The columns of a version that a document's numbers fill: the reverse of `draft_document`."""
    return {
        "threshold": document["threshold"],
        "minimum_fit": document["minimums"]["fit"],
        "minimum_behaviour": document["minimums"]["behaviour"],
        "cap_fit": document["caps"]["fit"],
        "cap_behaviour": document["caps"]["behaviour"],
        "groups": document["groups"],
        "grade_bounds": document["grades"],
    }


def document_of(version: Version) -> dict[str, Any]:
    """The frozen document once there is one, else the draft's."""
    return version.document if version.document is not None else draft_document(version)
