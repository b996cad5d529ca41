"""What rules may speak of in this workspace: built-in and custom attributes, kinds, personas."""

from __future__ import annotations

from django.db.models import F, QuerySet

from definitions.criteria.catalogue import BUILT_IN_FIELDS, Catalogue, Field, Kind
from definitions.models import ActivityKind, Attribute, Persona


def catalogue() -> Catalogue:
    """The catalogue of this workspace. Three queries."""
    fields = {field.key: field for field in BUILT_IN_FIELDS}
    for row in Attribute.objects.all():
        key = f"custom.{row.key}"
        fields[key] = Field(key, row.label, row.value_type, attribute_id=row.pk, holder=row.holder)
    kinds: dict[str, Kind] = {}
    kind_ids: dict[str, int] = {}
    for kind in ActivityKind.objects.order_by("-is_by_lead", "pk"):
        kinds[kind.key] = Kind(kind.key, kind.label, kind.is_by_lead)
        kind_ids[kind.key] = kind.pk
    rows = list(Persona.objects.all())
    return Catalogue(
        fields=fields,
        kinds=kinds,
        kind_ids=kind_ids,
        personas={row.key: row.rule for row in rows},
        persona_names={row.key: row.name for row in rows},
    )


def personas() -> QuerySet[Persona]:
    """Personas in use, by name."""
    return Persona.objects.filter(retired_at=None)


def persona_of(key: str) -> QuerySet[Persona]:
    """At most one row: for `get_object_or_404`."""
    return Persona.objects.filter(key=key)


def all_personas() -> QuerySet[Persona]:
    """Retired ones last."""
    return Persona.objects.order_by(F("retired_at").asc(nulls_first=True), "name")
