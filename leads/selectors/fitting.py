"""Handoffs of leads that fit a persona, by what is known of them now."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from definitions import selectors as definitions
from definitions.criteria.document import DocumentError, parse_rule
from definitions.models import Persona
from leads.models import Handoff
from leads.scoring.compiler_rules import RuleCompiler
from leads.scoring.scope import Scope
from leads.scoring.sql import sql
from portal.common.fields import to_microseconds


def fitting(rows: QuerySet[Handoff], persona: Persona) -> QuerySet[Handoff]:
    """Those of leads that fit; none where the rule can no longer be read, so that nobody can say."""
    known = definitions.catalogue()
    try:
        rule = parse_rule(persona.rule, known)
    except DocumentError:
        return rows.none()
    # Personas speak of facts alone, so the instant changes nothing.
    compiler = RuleCompiler(known, connection.vendor, to_microseconds(timezone.now()), Scope.all())
    fits = sql("SELECT f.lead_id FROM leads_leadfit f WHERE {}", compiler.condition(rule))
    return rows.filter(lead__in=RawSQL(fits.text, fits.params))


def fitting_key(rows: QuerySet[Handoff], key: str) -> QuerySet[Handoff]:
    """The same by the key of a persona in use; a key that there is not fits nobody."""
    persona = definitions.personas().filter(key=key).first()
    return fitting(rows, persona) if persona else rows.none()
