"""Reads of the nightly counts and of the incidents they opened."""

from __future__ import annotations

from django.db.models import F, QuerySet

from leads.models import Incident, IncidentLead, NightlyCount

NIGHTS_SHOWN = 14


def incidents() -> QuerySet[Incident]:
    return Incident.objects.select_related("closed_by")


def open_incidents() -> QuerySet[Incident]:
    return Incident.objects.filter(closed_at=None)


def closed_incidents() -> QuerySet[Incident]:
    """The latest first."""
    return Incident.objects.exclude(closed_at=None).select_related("closed_by").order_by("-closed_at", "-pk")


def leads_of(incident: Incident) -> QuerySet[IncidentLead]:
    """Those still found first, then those that are gone."""
    rows = incident.leads.select_related("lead__account", "handoff")
    rows = rows.defer("lead__provenance", "lead__account__provenance", "handoff__receipt")
    return rows.order_by(F("gone_at").desc(nulls_first=True), "pk")


def nights() -> list[NightlyCount]:
    """The last fortnight, newest first."""
    return list(NightlyCount.objects.all()[:NIGHTS_SHOWN])
