"""Scores of superseded versions: kept for a while, then deleted in batches."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from definitions.models import Version, VersionStatus
from leads.models import Run, Score, Shadow
from leads.scoring.kept import versions_kept_scored
from leads.scoring.marks import OPEN_RUNS

# Receipts of handoffs are kept with the handoffs; scores can be computed again from the facts.
KEPT_FOR = timedelta(days=7)
BATCH = 10_000
_ENDED = (VersionStatus.SUPERSEDED, VersionStatus.REJECTED, VersionStatus.LAPSED, VersionStatus.WITHDRAWN)


@transaction.atomic
def delete_batch() -> int:
    """Delete up to 10,000 scores that nobody reads any more; returns how many."""
    is_old = Q(status__in=_ENDED, ended_at__lt=timezone.now() - KEPT_FOR)
    # Nobody ever reads those of a shadow: what it found is kept apart.
    ended = Version.objects.filter(is_old | Q(shadow__status=Shadow.Status.ENDED))
    ended = ended.exclude(pk__in=Run.objects.filter(status__in=OPEN_RUNS).values("version"))
    ended = ended.exclude(pk__in=versions_kept_scored().values("pk"))
    for version in ended.order_by("pk"):
        scores = Score.objects.filter(version=version)
        lead_ids = list(scores.order_by("lead_id").values_list("lead_id", flat=True)[:BATCH])
        if lead_ids:
            return scores.filter(lead__lte=lead_ids[-1]).delete()[0]
    return 0
