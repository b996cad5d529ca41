"""The stage of a lead follows its handoffs; every move leaves a row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from leads.models import Handoff, Lead, StageChange
from portal.common.models import User


def stage_move(
    *, lead: Lead, after: str, at: datetime, actor: User | None, handoff: Handoff | None, **values: Any
) -> None:
    """Set the stage and `values` of one lead; in the caller's transaction."""
    before = lead.stage
    changes = {"stage": after, **values}
    Lead.objects.filter(pk=lead.pk).update(**changes)
    for name, value in changes.items():
        setattr(lead, name, value)
    if before != after:
        StageChange.objects.create(
            lead=lead, handoff=handoff, before=before, after=after, changed_at=at, changed_by=actor
        )


def stages_move(
    *, leads: Iterable[tuple[int, str, int | None]], after: str, at: datetime, **values: Any
) -> None:
    """The same for many, by the portal itself. Each is (lead id, stage before, handoff id or None)."""
    rows = list(leads)
    Lead.objects.filter(pk__in=[row[0] for row in rows]).update(stage=after, **values)
    StageChange.objects.bulk_create(
        StageChange(lead_id=lead_id, handoff_id=handoff_id, before=before, after=after, changed_at=at)
        for lead_id, before, handoff_id in rows
        if before != after
    )
