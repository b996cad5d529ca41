"""Rows that every workspace has from the start: the two definitions and the built-in activity kinds."""

from __future__ import annotations

from typing import Any

from django.apps.registry import Apps

from definitions.criteria.catalogue import BUILT_IN_KINDS


def lay(apps: Apps, using: str, **kwargs: Any) -> None:
    definitions = apps.get_model("definitions", "Definition").objects.using(using)
    for stage in ("mql", "sql"):
        definitions.get_or_create(stage=stage)
    kinds = apps.get_model("definitions", "ActivityKind").objects.using(using)
    known = set(kinds.values_list("key", flat=True))
    kinds.bulk_create(
        kinds.model(key=kind.key, label=kind.label, is_built_in=True, is_by_lead=kind.is_by_lead)
        for kind in BUILT_IN_KINDS
        if kind.key not in known
    )
