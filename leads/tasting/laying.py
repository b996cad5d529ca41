"""The leads of a tasting: drawn by lot, then written down with what is shown of each and its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from leads.models import Lead, LeadStage, Tasting, TastingLead
from leads.scoring.compiler import compiled, criterion_columns, score_rows
from leads.scoring.scope import Scope
from leads.tasting.draw import Candidate, draw, pool_of
from leads.tasting.sketches import sketches_of

LEADS = 20
# So many leads, by lot, are judged to draw from: enough for every quarter, and quick on any workspace.
POOL = 3_000


def drawn_of(document: dict[str, Any], seed: int, as_of: datetime) -> list[int]:
    """Up to twenty lead ids, in the order of tasting. Raises `DocumentError`."""
    # Nobody needs to be asked whether to take a customer.
    open_to_sales = Lead.objects.filter(merged_into=None, fit__isnull=False).exclude(stage=LeadStage.CUSTOMER)
    pool = pool_of(open_to_sales.order_by().values_list("pk", flat=True).iterator(), seed, POOL)
    rows = score_rows(document, Scope.ids(pool), as_of)
    candidates = [Candidate(row.lead_id, row.points, row.is_qualified) for row in rows]
    return draw(candidates, threshold=document["threshold"], seed=seed, count=LEADS)


def leads_lay(tasting: Tasting, lead_ids: Sequence[int]) -> list[TastingLead]:
    """Write the leads down at places from 1 on, as of the tasting's instant."""
    ready, scope = compiled(tasting.document), Scope.ids(lead_ids)
    rows = {row.lead_id: row for row in score_rows(ready, scope, tasting.as_of)}
    columns = criterion_columns(ready, scope, tasting.as_of)
    sketches = sketches_of(lead_ids, tasting.document, ready.catalogue, tasting.as_of)
    keys = [clause.key for clause in ready.document.criteria]
    return TastingLead.objects.bulk_create(
        TastingLead(
            tasting=tasting,
            place=place,
            lead_id=lead_id,
            sketch=sketches[lead_id],
            points=rows[lead_id].points,
            is_qualified=rows[lead_id].is_qualified,
            met=[key for key, hit in zip(keys, columns[lead_id], strict=True) if hit.is_met],
        )
        for place, lead_id in enumerate(lead_ids, start=1)
    )
