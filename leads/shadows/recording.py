"""When a lead first qualified under the candidate and under the version in force.

Written in the transaction that writes the scores, so that nothing that a lead was for a moment is lost,
and nothing that it becomes later changes what was found.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from leads import bulk
from leads.models import LeadFit, Score, Shadow, ShadowLead
from leads.shadows.states import SHADOW
from portal.common import audit
from portal.common.errors import Conflict

ROWS = 5_000
# The column that each side of a shadow writes.
_SIDES = (("version_id", "candidate_at"), ("against_id", "active_at"))


def shadow_begin(version_id: int, now: datetime) -> bool:
    """Every lead has its score under the candidate: it runs from now. False when it has ended meanwhile.

    Who qualifies now did so before anybody looked, and is kept apart.
    """
    shadow = Shadow.objects.select_related("version").get(version=version_id)
    try:
        SHADOW.apply(shadow, "begin", began_at=now)
    except Conflict:
        return False
    both = [_qualified(getattr(shadow, side)) for side, _column in _SIDES]
    found: list[set[int]] = [set(scores.values_list("lead_id", flat=True)) for scores in both]
    ShadowLead.objects.bulk_create(
        (
            ShadowLead(
                shadow=shadow,
                lead_id=lead_id,
                candidate_at=now if lead_id in found[0] else None,
                active_at=now if lead_id in found[1] else None,
                is_from_start=True,
            )
            for lead_id in sorted(found[0] | found[1])
        ),
        batch_size=ROWS,
    )
    audit.record("shadow.began", subject=shadow, actor=None)
    return True


def record_leads(version_ids: Collection[int], lead_ids: Sequence[int], now: datetime) -> None:
    """These leads, and everybody of their accounts, have just been scored under these versions."""
    shadows = _running(version_ids, now)
    if not shadows:
        return
    accounts = LeadFit.objects.filter(lead__in=lead_ids, account__isnull=False).values("account")
    mates = LeadFit.objects.filter(account__in=accounts).values_list("lead_id", flat=True)
    for batch in bulk.batches({*lead_ids, *mates}):
        _record(shadows, version_ids, Q(lead__in=batch), now)


def record_span(version_id: int, first: int, last: int, now: datetime) -> None:
    """The leads of this span, both ends included, have just been scored under this version."""
    if shadows := _running([version_id], now):
        _record(shadows, [version_id], Q(lead__gte=first, lead__lte=last), now)


def _running(version_ids: Collection[int], now: datetime) -> list[Shadow]:
    concerned = Q(version__in=version_ids) | Q(against__in=version_ids)
    return list(Shadow.objects.filter(concerned, status=Shadow.Status.RUNNING, ends_at__gt=now))


def _qualified(version_id: int) -> QuerySet[Score]:
    return Score.objects.filter(version=version_id, is_qualified=True)


def _record(shadows: list[Shadow], version_ids: Collection[int], leads: Q, now: datetime) -> None:
    for shadow in shadows:
        for side, column in _SIDES:
            if getattr(shadow, side) in version_ids:
                _record_side(shadow, column, _qualified(getattr(shadow, side)).filter(leads), leads, now)


def _record_side(shadow: Shadow, column: str, scores: QuerySet[Score], leads: Q, now: datetime) -> None:
    qualified = set(scores.values_list("lead_id", flat=True))
    rows = ShadowLead.objects.filter(leads, shadow=shadow)
    known = dict(rows.values_list("lead_id", column))
    ShadowLead.objects.bulk_create(
        ShadowLead(shadow=shadow, lead_id=lead_id, **{column: now})
        for lead_id in sorted(qualified - known.keys())
    )
    late = [lead_id for lead_id in qualified & known.keys() if known[lead_id] is None]
    if late:
        rows.filter(lead__in=late).update(**{column: now})
