"""Where the leads came from: what captured them, and what they did last before they were offered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet, Subquery
from django.db.models.functions import JSONArray

from leads.models import Handoff, Term
from leads.selectors.funnel.conditions import last_acts
from leads.selectors.funnel.numbers import Numbers, total_counts

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
    Two queries; what is added up here are the counts of handoffs of the same causes.
    """
    found = _added((*CAPTURED, *LAST), _alike(rows))
    known = {term for name in LAST for term in found[name] if term is not None}
    words: dict[Cause, str] = dict(Term.objects.filter(pk__in=known).values_list("pk", "text"))
    as_written: dict[Cause, str] = {cause: str(cause) for name in CAPTURED for cause in found[name]}
    return {
        name: _most_first(causes, words if name in LAST else as_written) for name, causes in found.items()
    }


def _alike(rows: QuerySet[Handoff]) -> Iterable[Alike]:
    """One look at the last act of each lead, which gives all its causes at once.

    By its id they would be one more table to join, and PostgreSQL would read all activities for it.
    """
    captured = [f"lead__{name}" for name in CAPTURED]
    last = last_acts().values(causes=JSONArray(*LAST.values()))[:1]
    totals = total_counts(OF_CAUSE)
    found: Any = rows.order_by().values(*captured, last=Subquery(last)).annotate(**totals)
    for channel, campaign, acts, *counts in found.values_list(*captured, "last", *totals):
        yield channel, campaign, *(acts or [None] * len(LAST)), *counts


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
