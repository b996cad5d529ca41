"""How often each clause carried a lead to sales, and what became of these. By the frozen receipts."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Concat

from definitions.models import Version
from leads.models import Handoff
from leads.selectors.funnel.conditions import condition, narrowed

Counts = dict[str, int]

# What is counted of the handoffs that carried a clause, by the name that the watch list narrows to.
OF_CARRIED = ("decided", "ever_accepted", "sales_qualified", "won")


def carried_by_clause(rows: QuerySet[Handoff]) -> dict[str, Counts]:
    """For each clause: how many of these handoffs `carried` it (their receipt says it was met), how many
    of those were `decided`, and how many `accepted`. One query.
    """
    found = _by_clause(rows, ("decided", "ever_accepted"))
    return {
        key: {"carried": met["carried"], "decided": met["decided"], "accepted": met["ever_accepted"]}
        for key, met in found.items()
    }


def clause_numbers(rows: QuerySet[Handoff]) -> list[dict[str, Any]]:
    """Each clause of the versions that these handoffs were offered under, the most carried first.

    {"key", "label", "carried", each of `OF_CARRIED`, "challenged", "challenged_carried"}: a challenge may
    name a clause that did not carry the lead. Four queries.
    """
    versions = list(rows.order_by().values_list("version", flat=True).distinct())
    words, found, challenged = wordings(versions), _by_clause(rows, OF_CARRIED), _challenged(rows)
    nothing = dict.fromkeys(("carried", *OF_CARRIED), 0)
    numbers = [
        {
            "key": key,
            "label": words.get(key, key),
            **found.get(key, nothing),
            **challenged.get(key, {"challenged": 0, "challenged_carried": 0}),
        }
        for key in {**words, **found, **challenged}
    ]
    return sorted(numbers, key=lambda row: (-row["carried"], row["label"]))


def wordings(versions: list[int]) -> dict[str, str]:
    """The wording of each clause by key; where versions differ, that of the newest among `versions`."""
    found: dict[str, str] = {}
    for document in (
        Version.objects.filter(pk__in=versions).order_by("number").values_list("document", flat=True)
    ):
        for criterion in (document or {}).get("criteria", ()):
            found[criterion["key"]] = criterion["wording"]
    return found


def _challenged(rows: QuerySet[Handoff]) -> dict[str, Counts]:
    """The returns that name each clause, and those of leads that it had carried."""
    named = Concat(Value(" "), F("challenged_key"), Value(" "))
    found: Any = (
        narrowed(rows, status="challenged")
        .order_by()
        .values("challenged_key")
        .annotate(n=Count("pk"), n_carried=Count("pk", filter=Q(carried__contains=named)))
    )
    return {
        row["challenged_key"]: {"challenged": row["n"], "challenged_carried": row["n_carried"]}
        for row in found
    }


def _by_clause(rows: QuerySet[Handoff], names: tuple[str, ...]) -> dict[str, Counts]:
    """The handoffs that carried each clause: `carried` all of them, and those that each name counts.

    The database counts those that carried the same clauses, of which there are few kinds; what is added up
    here are these counts.
    """
    counts = {f"n_{name}": Count("pk", filter=condition(name)) for name in names}
    same: Any = rows.order_by().values("carried").annotate(n=Count("pk"), **counts)
    found: dict[str, Counts] = defaultdict(lambda: dict.fromkeys(("carried", *names), 0))
    for row in same:
        for key in row["carried"].split():
            found[key]["carried"] += row["n"]
            for name in names:
                found[key][name] += row[f"n_{name}"]
    return dict(found)
