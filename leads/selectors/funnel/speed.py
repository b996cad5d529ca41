"""How long it takes until a lead is decided on: the system's time and people's time, apart.

The system's is that of the clock, from when the portal could first have known that a lead qualifies until it
offered it: from its capture, its last act before the offer or the day its version came into force, whichever
was last. It is counted of leads offered by the definition alone and for the first time; others waited for a
person or a date. People's is sales' working time from the offer to the decision.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection
from django.db.models import BigIntegerField, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Greatest
from numpy.typing import NDArray

from leads.evidence.intervals import quantile
from leads.models import Handoff
from leads.selectors.funnel.conditions import condition, last_acts, narrowed, step_number
from leads.selectors.funnel.numbers import Numbers
from leads.selectors.funnel.periods import Period
from portal.common.fields import Microseconds
from portal.common.working_spans import working_spans
from portal.common.working_time import Calendar

Column = NDArray[np.int64]

SECOND = 1_000_000  # microseconds
MOST = 0.9


def speed_numbers(
    rows: QuerySet[Handoff], steps: list[Period], zone: ZoneInfo, calendar: Calendar
) -> dict[str, list[Numbers]]:
    """For each step, and behind them in all: {"counted", "median", "most"}, in seconds.

    {"system": of the `straight` handoffs, by the clock, "human": of the `decided`, in working time}; `most`
    is what nine of ten do not exceed. Both are None where nothing is counted. Two queries.
    """
    rows = rows.order_by().annotate(step=step_number(steps, zone), offered=_whole("offered_at"))
    straight = _columns(
        rows.filter(condition("straight")).annotate(known=_known()), "step", "known", "offered"
    )
    step, offered, first = _columns(_decided(rows), "step", "offered", "first")
    return {
        # Facts that were put right later may say that the offer came first: then it took no time.
        "system": _by_step(steps, straight[0], np.maximum(straight[2] - straight[1], 0)),
        "human": _by_step(steps, step, working_spans(offered, first, calendar)),
    }


def hours_to_decide(rows: QuerySet[Handoff], calendar: Calendar) -> float | None:
    """The median of the working hours from the offer to the decision; None when nothing was decided."""
    decided = _decided(rows.order_by().annotate(offered=_whole("offered_at")))
    offered, first = _columns(decided, "offered", "first")
    spans = working_spans(offered, first, calendar)
    return float(np.median(spans)) / SECOND / 3600 if len(spans) else None


def _decided(rows: QuerySet[Handoff]) -> QuerySet[Handoff]:
    """Those decided on, with when that was `first`."""
    decided = narrowed(rows, status="decided").annotate(first=_whole(Coalesce("decided_at", "accepted_at")))
    return decided.filter(first__isnull=False)


def _known() -> Greatest:
    """When all was there that the offer needed, in microseconds."""
    # Of acts of the same instant any will do: so the index answers alone, and nothing is sorted.
    newest = last_acts().order_by("-occurred_at").values("occurred_at")[:1]
    act = Cast(Subquery(newest), BigIntegerField())
    nothing = Value(0)
    return Greatest(
        _whole("lead__captured_at"),
        Coalesce(act, nothing),
        Coalesce(_whole("version__activated_at"), nothing),
    )


def _whole(instant: Any) -> Microseconds:
    """As a number, since arithmetic is all that is done with it."""
    return Microseconds(instant, output_field=BigIntegerField())


def _columns(rows: QuerySet[Handoff], *names: str) -> list[Column]:
    # Whole numbers as the database says them: to convert each would take as long as to find it.
    sql, params = rows.values_list(*names).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = np.array(cursor.fetchall(), np.int64)
    return list(found.reshape(-1, len(names)).T)


def _by_step(steps: list[Period], step: Column, spans: Column) -> list[Numbers]:
    return [*(_told(spans[step == number]) for number in range(len(steps))), _told(spans)]


def _told(spans: Column) -> Numbers:
    if not len(spans):
        return {"counted": 0, "median": None, "most": None}
    return {
        "counted": len(spans),
        "median": float(np.median(spans)) / SECOND,
        "most": quantile(spans.tolist(), MOST) / SECOND,
    }
