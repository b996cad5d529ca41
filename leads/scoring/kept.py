"""Which versions have their scores kept as facts and time go on, beside those that a run is made for."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from definitions.models import Definition, Version
from leads.models import Shadow


def versions_kept_scored() -> QuerySet[Version]:
    """The active version of each definition, what an active relaxation relaxes, and running shadows.

    By the second a lead is known that only the relaxation lets in, and the day it ends nothing is missing.
    The scores of the third are read by nobody but `leads.shadows`.
    """
    definitions = Definition.objects.filter(active_version__isnull=False)
    relaxed = definitions.filter(active_version__is_relaxation=True).values("active_version__returns_to")
    active = definitions.values("active_version")
    shadows = Shadow.objects.filter(status=Shadow.Status.RUNNING).values("version")
    return Version.objects.filter(
        Q(pk__in=active) | Q(pk__in=relaxed) | Q(pk__in=shadows),
    ).order_by(F("pk"))
