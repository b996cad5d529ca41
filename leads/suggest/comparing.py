"""The version in force, on the leads that judged the suggestion."""

from __future__ import annotations

from typing import Any

import numpy as np

from leads.models import Qualification
from leads.scoring.compiler import compiled, score_rows
from leads.scoring.scope import Scope
from leads.suggest.deeds import DAY
from leads.suggest.evidence import Quality
from leads.suggest.history import Bools
from leads.suggest.population import Population
from portal.common.fields import from_microseconds

# Each day of judging is a question of its own to the database.
MOST_DAYS = 60
# Above and below every sum of points.
_FAR = 10**7


def quality_of_document(
    document: dict[str, Any], population: Population, which: Bools, weeks: float | None
) -> Quality:
    """How a definition does on these leads of the population, `weeks` long.

    The leads of one day are judged together, at the instant of the last of them: a few see some hours
    more of their own future, which favours the definition. Where they were judged on more than
    `MOST_DAYS` days, evenly chosen ones stand for all. Attributes are those of today.
    """
    ids, judged = population.lead_ids[which], population.judged_at[which]
    days = judged // DAY
    chosen = np.unique(days)
    share = 1.0
    if len(chosen) > MOST_DAYS:
        chosen = chosen[np.linspace(0, len(chosen) - 1, MOST_DAYS).astype(int)]
        share = float(np.isin(days, chosen).mean())
    ready = compiled(document)
    scores: dict[int, tuple[int, bool]] = {}
    for day in chosen:
        of_day = days == day
        as_of = from_microseconds(int(judged[of_day].max()))
        for row in score_rows(ready, Scope.ids(ids[of_day].tolist()), as_of):
            shift = {Qualification.ALONE: _FAR, Qualification.DISQUALIFIED: -_FAR}.get(row.qualification, 0)  # type: ignore[call-overload]
            scores[row.lead_id] = (row.points + shift, row.is_qualified)
    asked = np.isin(ids, list(scores))
    found = np.array([scores[lead] for lead in ids[asked].tolist()], dtype=np.int64).reshape(-1, 2)
    return Quality.of(
        found[:, 0],
        found[:, 1] == 1,
        population.outcome[which][asked],
        weeks * share if weeks else None,
    )
