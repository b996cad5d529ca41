"""Fields that are filled in only after the handoff: a clause on one judges by what sales found out.

The record of changes says when a field of a lead was filled in; of accounts there is none. Looked at are
the latest thousand handoffs, so the time is the same however long the history.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from definitions.criteria.catalogue import Field
from leads import bulk
from leads.models import FieldChange, Handoff
from leads.scoring.preview.columns import Column
from leads.scoring.preview.looks import Look
from leads.scoring.preview.questions import fields_of
from leads.suggest.reading import FILLED_AFTER, LEAST, recorded_name

LATEST = 1_000


@dataclass(frozen=True)
class Late:
    """Of `known` leads handed over whose field is known today, it was filled in after the first handoff of
    these."""

    lead_ids: tuple[int, ...]
    known: int

    @property
    def is_leak(self) -> bool:
        """By the same measure as a suggestion leaves a field out."""
        return len(self.lead_ids) >= LEAST and len(self.lead_ids) >= FILLED_AFTER * self.known


def late_of(look: Look, known: dict[str, Column]) -> dict[str, Late]:
    """What was filled in after the handoff, of the fields that the draft asks for."""
    first = handed_over()
    ids = look.lead_ids
    places = np.flatnonzero(np.isin(ids, np.fromiter(first, np.int64, len(first))))
    handed = ids[places]
    known_ids = {
        key: set(handed[np.unpackbits(column.hits, count=ids.size).view(bool)[places]].tolist())
        for key, column in known.items()
    }
    return late_fields(fields_of(look.asked.draft.criteria).values(), known_ids, first)


def handed_over() -> dict[int, datetime]:
    """When each lead of the latest handoffs was first handed over."""
    latest = list(Handoff.objects.order_by("-offered_at", "-pk").values_list("lead_id", flat=True)[:LATEST])
    first: dict[int, datetime] = {}
    for batch in bulk.batches(latest):
        rows = Handoff.objects.filter(lead__in=batch).order_by("-offered_at")
        first.update(rows.values_list("lead_id", "offered_at"))
    return first


def late_fields(
    fields: Iterable[Field], known: dict[str, set[int]], first: dict[int, datetime]
) -> dict[str, Late]:
    """By key. `known` has the leads of `first` of which a field is known today; others are left out."""
    by_name = {recorded_name(field): field for field in fields if _is_recorded(field) and field.key in known}
    after: dict[str, set[int]] = defaultdict(set)
    told: set[tuple[int, str]] = set()
    for batch in bulk.batches(first):
        rows = FieldChange.objects.filter(lead__in=batch, field__in=by_name).order_by("changed_at", "pk")
        for lead, name, before, at in rows.values_list("lead_id", "field", "before", "changed_at"):
            # The first change after the handoff says what was known until then.
            if at < first[lead] or (lead, name) in told:
                continue
            told.add((lead, name))
            key = by_name[name].key
            if not before and lead in known[key]:
                after[key].add(lead)
    return {
        field.key: Late(tuple(sorted(after[field.key])), len(known[field.key])) for field in by_name.values()
    }


def _is_recorded(field: Field) -> bool:
    return field.holder == "lead" and not field.key.startswith("account.")
