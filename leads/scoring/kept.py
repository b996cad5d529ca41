"""Which versions have their scores kept as facts and time go on, beside those that a run is made for."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from definitions.models import Definition, Version


def versions_kept_scored() -> QuerySet[Version]:
    """The active version of each definition, and what an active relaxation relaxes.

    By the second a lead is known that only the relaxation lets in, and the day it ends nothing is missing.
    """
    definitions = Definition.objects.filter(active_version__isnull=False)
    relaxed = definitions.filter(active_version__is_relaxation=True).values("active_version__returns_to")
    active = definitions.values("active_version")
    return Version.objects.filter(Q(pk__in=active) | Q(pk__in=relaxed)).order_by(F("pk"))
