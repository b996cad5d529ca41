"""The numbers of a period in all, and by version, reason, clause and channel; ready for JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from leads.models import Handoff, HandoffStatus
from leads.selectors.funnel.clauses import carried_by_clause, wordings
from leads.selectors.funnel.conditions import condition, narrowed
from leads.selectors.funnel.periods import Period
from leads.selectors.reasons import present_reasons

# Below this many decisions a share says more about chance than about the definition.
ENOUGH = 20
CHANNELS_SHOWN = 20

Numbers = dict[str, Any]

TOTALS = (
    "offered_in_all",
    "ever_accepted",
    "decided",
    "returned",
    "offered",
    "expired",
    "withdrawn",
    "sales_qualified",
    "disqualified",
    "won",
    "in_time",
    "late",
    "something_missing",
)


def total_counts(names: Sequence[str] = TOTALS) -> dict[str, Count]:
    """For `annotate` and `aggregate`: these numbers, each by its name behind “n_”."""
    return {
        f"n_{name}": Count("pk") if name == "offered_in_all" else Count("pk", filter=condition(name))
        for name in names
    }


def totals_in(row: Numbers) -> Numbers:
    """The totals of a row that `total_counts` annotated."""
    return {name: row[f"n_{name}"] for name in TOTALS}


def totals_of(rows: QuerySet[Handoff]) -> Numbers:
    """`offered_in_all` and what became of them. `offered` is what still waits. One query."""
    return totals_in(rows.order_by().aggregate(**total_counts()))


def rate(part: int, whole: int) -> float | None:
    """A share from 0 to 1; None while there is too little to say so."""
    return part / whole if whole >= ENOUGH else None


def funnel(period: Period) -> Numbers:
    """All numbers of a period, ready for JSON. Six queries at most, whatever the number of leads.

    `decided` is accepted or returned; the acceptance rate is `ever_accepted` of `decided`. A handoff
    accepted first and returned later counts as both.
    """
    rows = narrowed(Handoff.objects.all(), period=period)
    # Counted once: the totals, the versions and the channels are sums of these.
    counted: Any = rows.order_by().values(
        "version", "version__number", "version__definition__stage", "lead__channel"
    )
    cells: list[Numbers] = list(counted.annotate(**total_counts()))
    by_version = _by_version(cells)
    return {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "as_of": timezone.now().isoformat(),
        "totals": _summed(cells),
        "by_version": by_version,
        "by_reason": _by_reason(rows),
        "by_criterion": _by_criterion(rows, [each["version"] for each in by_version]),
        "by_channel": _by_channel(cells),
    }


def _summed(cells: Iterable[Numbers]) -> Numbers:
    cells = list(cells)
    return {name: sum(cell[f"n_{name}"] for cell in cells) for name in TOTALS}


def _by_version(cells: list[Numbers]) -> list[Numbers]:
    """Newest version first."""
    groups: dict[tuple[int, int, str], list[Numbers]] = defaultdict(list)
    for cell in cells:
        key = (-cell["version__number"], cell["version"], cell["version__definition__stage"])
        groups[key].append(cell)
    return [
        {"version": version, "label": f"{stage.upper()} v{-number}", **_summed(mine)}
        for (number, version, stage), mine in sorted(groups.items(), key=lambda item: item[0])
    ]


def _by_channel(cells: list[Numbers]) -> list[Numbers]:
    """The most frequent first, and no more than are worth showing."""
    groups: dict[str, list[Numbers]] = defaultdict(list)
    for cell in cells:
        groups[cell["lead__channel"]].append(cell)
    found = [{"channel": channel, **_summed(mine)} for channel, mine in groups.items()]
    return sorted(found, key=lambda row: (-row["offered_in_all"], row["channel"]))[:CHANNELS_SHOWN]


def _by_reason(rows: QuerySet[Handoff]) -> list[Numbers]:
    """Returned handoffs by reason, the most frequent first. They add up to `returned`.

    A reason that was only reworded is one, under its present name.
    """
    found: Any = (
        rows.filter(status=HandoffStatus.RETURNED)
        .order_by()
        .values_list("reason__key", "reason__family")
        .annotate(n=Count("pk"))
    )
    present = present_reasons()
    named = [
        {
            "reason": present[key, family].pk,
            "label": present[key, family].label,
            "family": family,
            "returned": count,
        }
        for key, family, count in found
    ]
    return sorted(named, key=lambda row: (-row["returned"], row["label"]))


def _by_criterion(rows: QuerySet[Handoff], versions: list[int]) -> list[Numbers]:
    """Challenged clauses, the most challenged first: `returned` of the `carried` handoffs that met it."""
    challenged: Any = (
        narrowed(rows, status="challenged").order_by().values_list("challenged_key").annotate(n=Count("pk"))
    )
    counts = dict(challenged)
    if not counts:
        return []
    carried, words = carried_by_clause(rows), wordings(versions)
    named = [
        {
            "key": key,
            "label": words.get(key, key),
            "returned": count,
            "carried": carried.get(key, {}).get("carried", 0),
        }
        for key, count in counts.items()
    ]
    return sorted(named, key=lambda row: (-row["returned"], row["label"]))
