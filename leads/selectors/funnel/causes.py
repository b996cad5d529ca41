"""Where the leads came from: what captured them, and what they did last before they were offered."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Subquery

from leads.models import Activity, Handoff, Term
from leads.selectors.funnel.conditions import as_number, condition, last_acts

Numbers = dict[str, Any]

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
# Of a lead, and of what it did last.
CAPTURED = ("channel", "campaign")
LAST = {"last_channel": "channel", "last_campaign": "campaign", "last_content": "subject"}


def cause_numbers(rows: QuerySet[Handoff]) -> dict[str, list[Numbers]]:
    """By what captured the lead, and by what its last act before the offer came through and was about.

    {"channel", "campaign", "last_channel", "last_campaign", "last_content": [{"cause", "label", each of
    `OF_CAUSE`}]}, the most frequent first. `cause` is what `narrowed` takes; "" and None are “not known”.
    Five queries.
    """
    return {
        **{name: _most_first(_by_capture(rows, name)) for name in CAPTURED},
        **{name: _most_first(found) for name, found in _by_last_act(rows).items()},
    }


def _by_capture(rows: QuerySet[Handoff], name: str) -> list[Numbers]:
    column = f"lead__{name}"
    counts = {f"n_{each}": Count("pk", filter=condition(each)) for each in OF_CAUSE[1:]}
    found: Any = rows.order_by().values(column).annotate(n_offered_in_all=Count("pk"), **counts)
    return [
        {"cause": row[column], "label": row[column], **{each: row[f"n_{each}"] for each in OF_CAUSE}}
        for row in found
    ]


def _by_last_act(rows: QuerySet[Handoff]) -> dict[str, list[Numbers]]:
    """One look at the last act of each lead; what is added up here are the counts of alike ones."""
    inner = rows.order_by().annotate(
        act=Subquery(last_acts().values("pk")[:1]), **{f"is_{each}": as_number(each) for each in OF_CAUSE[1:]}
    )
    flags = [f"is_{each}" for each in OF_CAUSE[1:]]
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
        alike = cursor.fetchall()
    added: dict[str, dict[int | None, list[int]]] = {
        name: defaultdict(lambda: [0] * len(OF_CAUSE)) for name in LAST
    }
    for row in alike:
        terms, counts = row[: len(LAST)], row[len(LAST) :]
        for name, term in zip(LAST, terms, strict=True):
            added[name][term] = [a + int(b) for a, b in zip(added[name][term], counts, strict=True)]
    known = {term for found in added.values() for term in found if term is not None}
    words = dict(Term.objects.filter(pk__in=known).values_list("pk", "text"))
    return {
        name: [
            {"cause": term, "label": words.get(term, ""), **dict(zip(OF_CAUSE, counts, strict=True))}
            for term, counts in found.items()
        ]
        for name, found in added.items()
    }


def _most_first(rows: list[Numbers]) -> list[Numbers]:
    return sorted(rows, key=lambda row: (-row["offered_in_all"], row["label"], row["cause"] or 0))
