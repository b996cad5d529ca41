"""Where the leads came from: what captured them, and what they did last before they were offered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Subquery

from leads.models import Activity, Handoff, Term
from leads.selectors.funnel.conditions import as_number, condition, last_acts
from leads.selectors.funnel.numbers import Numbers

Cause = str | int | None
# The causes of some handoffs, then how many of them each name of `OF_CAUSE` counts.
Alike = Sequence[Any]

# What is counted of each cause. “definitional” is a return because the definition let the lead through.
OF_CAUSE = (
    "offered_in_all",
    "decided",
    "ever_accepted",
    "returned",
    "definitional",
    "sales_qualified",
    "won",
)
# Of a lead, and of its last act.
CAPTURED = ("channel", "campaign")
LAST = {"last_channel": "channel", "last_campaign": "campaign", "last_content": "subject"}


def cause_numbers(rows: QuerySet[Handoff]) -> dict[str, list[Numbers]]:
    """By what captured the lead, and by what its last act before the offer came through and was about.

    {"channel", "campaign", "last_channel", "last_campaign", "last_content": [{"cause", "label", each of
    `OF_CAUSE`}]}, the most frequent first. `cause` is what `narrowed` takes; "" and None are “not known”.
    Three queries; what is added up here are the counts of handoffs of the same causes.
    """
    captured, last = _added(CAPTURED, _by_capture(rows)), _added(tuple(LAST), _by_last_act(rows))
    known = {term for found in last.values() for term in found if term is not None}
    words: dict[Cause, str] = dict(Term.objects.filter(pk__in=known).values_list("pk", "text"))
    return {
        **{
            name: _most_first(found, {cause: str(cause) for cause in found})
            for name, found in captured.items()
        },
        **{name: _most_first(found, words) for name, found in last.items()},
    }


def _by_capture(rows: QuerySet[Handoff]) -> Iterable[Alike]:
    columns = [f"lead__{name}" for name in CAPTURED]
    counts = {f"n_{name}": Count("pk", filter=condition(name)) for name in OF_CAUSE[1:]}
    found: Any = rows.order_by().values(*columns).annotate(n_offered_in_all=Count("pk"), **counts)
    return found.values_list(*columns, *(f"n_{name}" for name in OF_CAUSE))


def _by_last_act(rows: QuerySet[Handoff]) -> list[Alike]:
    """One look at the last act of each lead."""
    flags = [f"is_{name}" for name in OF_CAUSE[1:]]
    inner = rows.order_by().annotate(
        act=Subquery(last_acts().values("pk")[:1]),
        **{flag: as_number(name) for flag, name in zip(flags, OF_CAUSE[1:], strict=True)},
    )
    sql, params = inner.values("act", *flags).query.sql_with_params()
    columns = ", ".join(f"a.{column}_id" for column in LAST.values())
    sums = ", ".join(f"SUM(h.{flag})" for flag in flags)
    table = connection.ops.quote_name(Activity._meta.db_table)
    # Only fixed words of this module go into the statement; everything else is a parameter of the subquery.
    statement = (
        f"SELECT {columns}, COUNT(*), {sums} FROM ({sql}) AS h LEFT JOIN {table} AS a ON a.id = h.act "
        f"GROUP BY {columns}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())


def _added(names: Sequence[str], alike: Iterable[Alike]) -> dict[str, dict[Cause, list[int]]]:
    """For each of these names: the counts of each cause."""
    added: dict[str, dict[Cause, list[int]]] = {name: {} for name in names}
    for row in alike:
        counts = [int(count) for count in row[len(names) :]]
        for name, cause in zip(names, row, strict=False):
            so_far = added[name].get(cause, [0] * len(OF_CAUSE))
            added[name][cause] = [a + b for a, b in zip(so_far, counts, strict=True)]
    return added


def _most_first(found: dict[Cause, list[int]], words: dict[Cause, str]) -> list[Numbers]:
    rows = [
        {"cause": cause, "label": words.get(cause, ""), **dict(zip(OF_CAUSE, counts, strict=True))}
        for cause, counts in found.items()
    ]
    return sorted(rows, key=lambda row: (-row["offered_in_all"], row["label"]))
