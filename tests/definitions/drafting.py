"""What the tests of drafting share: somebody signed in, a draft with clauses, a clause form as posted."""

from __future__ import annotations

from typing import Any

from definitions.models import Criterion, Version
from definitions.selectors import the_definition
from definitions.services.criteria import criterion_add
from definitions.services.drafts import draft_create
from tests.builders import (
    maya,
)

SOFTWARE = {"attribute": "account.industry", "is": "one_of", "values": ["Software"]}
TWENTY = {"kind": "points", "points": 20, "count": "once"}
HTMX = {"HTTP_HX_REQUEST": "true"}


def a_draft(**options: Any) -> Version:
    return draft_create(definition=the_definition("mql"), actor=maya(), **options)


def a_clause(version: Version, **values: Any) -> Criterion:
    return criterion_add(
        **{"version": version, "actor": maya(), "half": "fit", "rule": SOFTWARE, "effect": TWENTY, **values}
    )


def posted(**values: Any) -> dict[str, Any]:
    """What the browser sends for a clause of one condition: the industry is software, 20 points."""
    return {
        "do": "save",
        "rule_form": "rows",
        "join": "all",
        "r0-type": "attribute",
        "r0-field": "account.industry",
        "r0-is": "one_of",
        "r0-values": "Software",
        "half": "fit",
        "effect_kind": "points",
        "points": "20",
        "count": "once",
        "auto_wording": "on",
        "wording": "",
        "basis": "assumption",
        **values,
    }
