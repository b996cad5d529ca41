"""Which leads qualify only because the agreement is relaxed for a time: those wear a tag."""

from __future__ import annotations

from collections.abc import Iterable

from definitions.models import Version, VersionStatus
from leads.models import Score


def only_relaxed_ids(version: Version | None, lead_ids: Iterable[int]) -> set[int]:
    """Of these leads, those that qualify under `version`, a relaxation, and not under what it relaxes.

    Empty, without a query, when `version` is no relaxation, or one that has ended.
    """
    if version is None or not version.is_relaxation or version.status != VersionStatus.ACTIVE:
        return set()
    scores = Score.objects.filter(lead_id__in=list(lead_ids))
    let_in = set(scores.filter(version=version, is_qualified=True).values_list("lead_id", flat=True))
    without = scores.filter(version=version.returns_to_id, is_qualified=True)
    return let_in - set(without.values_list("lead_id", flat=True))
