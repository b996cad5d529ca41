"""The numbers of a period: what became of the leads that were offered in it.

Every number is a count of handoffs offered in the period (days of the workspace's time zone, both
ends included), and `narrowed` is the one place that says which handoffs it counts: the watch list
uses it too, so that a number and the list behind it cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from definitions.models import Version
from leads.models import Handoff, HandoffStatus, Outcome, OutcomeKind, Reason
from leads.selectors.reasons import same_reason
from portal.common.selectors import workspace_zone

# Below this many decisions a share says more about chance than about the definition.
ENOUGH = 20
CHANNELS_SHOWN = 20
# How an address says “no channel is known”, since an empty parameter means “any”.
NO_CHANNEL = "-"

EARLIEST, LATEST = date(1900, 1, 1), date(9000, 1, 1)

Numbers = dict[str, Any]


@dataclass(frozen=True)
class Period:
    """Days of the workspace's time zone, both included."""

    first: date
    last: date

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From (included) to (not included)."""
        end = datetime.combine(self.last + timedelta(days=1), time.min, zone)
        return datetime.combine(self.first, time.min, zone), end

    @property
    def is_countable(self) -> bool:
        """Whether its ends are instants in every zone: the first and last days of all time are not."""
        return EARLIEST <= self.first <= self.last <= LATEST

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def quarter_of(day: date) -> Period:
    """The calendar quarter around a day."""
    first_month = day.month - (day.month - 1) % 3
    following = date(day.year + first_month // 10, (first_month + 2) % 12 + 1, 1)
    return Period(date(day.year, first_month, 1), following - timedelta(days=1))


def _conditions() -> dict[str, Any]:
    """What each name of a number, and each `status` of the watch list, asks of a handoff."""
    won = Outcome.objects.filter(lead=OuterRef("lead"), kind=OutcomeKind.WON, at__gte=OuterRef("offered_at"))
    stands: dict[str, Any] = {status: Q(status=status) for status in HandoffStatus.values}
    decided = Q(accepted_at__isnull=False) | Q(status=HandoffStatus.RETURNED)
    return {
        **stands,
        "ever_accepted": Q(accepted_at__isnull=False),
        "decided": decided,
        "won": Exists(won),
        "in_time": decided & Q(decided_at__lte=F("due_at")),
        "late": (decided & Q(decided_at__gt=F("due_at"))) | Q(status=HandoffStatus.EXPIRED),
        "challenged": Q(status=HandoffStatus.RETURNED) & ~Q(challenged_key=""),
        "something_missing": Q(status=HandoffStatus.RETURNED, is_something_missing=True),
        "pulled": Q(is_pulled=True),
    }


def narrowed(
    rows: QuerySet[Handoff],
    *,
    period: Period | None = None,
    status: str = "",
    reason: int | str = "",
    criterion: str = "",
    version: int | str = "",
    channel: str | None = None,
) -> QuerySet[Handoff]:
    """Only the handoffs that a number counts. `reason` and `version` are ids; `channel` "" is “not known”.

    A reason is one and the same however often it was reworded.
    The numbers of a period leave out what a rep pulled: nobody offered it, so nothing was accepted.
    """
    if period:
        start, end = period.bounds(workspace_zone())
        rows = rows.filter(offered_at__gte=start, offered_at__lt=end)
        if status != "pulled":
            rows = rows.filter(is_pulled=False)
    if status:
        rows = rows.filter(_conditions()[status])
    if reason:
        rows = rows.filter(reason__in=same_reason(int(reason)))
    if criterion:
        rows = rows.filter(status=HandoffStatus.RETURNED, challenged_key=criterion)
    if version:
        rows = rows.filter(version=int(version))
    if channel is not None:
        rows = rows.filter(lead__channel=channel)
    return rows


_TOTALS = (
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


def _counts() -> dict[str, Count]:
    conditions = _conditions()
    return {
        f"n_{name}": Count("pk") if name == "offered_in_all" else Count("pk", filter=conditions[name])
        for name in _TOTALS
    }


def _named(row: Numbers) -> Numbers:
    return {name: row[f"n_{name}"] for name in _TOTALS}


def totals_of(rows: QuerySet[Handoff]) -> Numbers:
    """`offered_in_all` and what became of them. `offered` is what still waits. One query."""
    return _named(rows.order_by().aggregate(**_counts()))


def rate(part: int, whole: int) -> float | None:
    """A share from 0 to 1; None while there is too little to say so."""
    return part / whole if whole >= ENOUGH else None


def funnel(period: Period) -> Numbers:
    """All numbers of a period, ready for JSON. Eight queries at most, whatever the number of leads.

    `decided` is accepted or returned; the acceptance rate is `ever_accepted` of `decided`. A handoff
    accepted first and returned later counts as both.
    """
    rows = narrowed(Handoff.objects.all(), period=period)
    by_version = _by_version(rows)
    return {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "as_of": timezone.now().isoformat(),
        "totals": totals_of(rows),
        "by_version": by_version,
        "by_reason": _by_reason(rows),
        "by_criterion": _by_criterion(rows, [each["version"] for each in by_version]),
        "by_channel": _by_channel(rows),
    }


def _by_version(rows: QuerySet[Handoff]) -> list[Numbers]:
    """Newest version first."""
    found: Any = (
        rows.order_by("-version__number")
        .values("version", "version__number", "version__definition__stage")
        .annotate(**_counts())
    )
    return [
        {
            "version": row["version"],
            "label": f"{row['version__definition__stage'].upper()} v{row['version__number']}",
            **_named(row),
        }
        for row in found
    ]


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
    # A few dozen rows; the last of a key and family is its present name.
    present = {(row.key, row.family): row for row in Reason.objects.order_by("pk")}
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


def _by_channel(rows: QuerySet[Handoff]) -> list[Numbers]:
    counted: Any = rows.order_by().values("lead__channel").annotate(**_counts())
    found = counted.order_by("-n_offered_in_all", "lead__channel")
    return [{"channel": row["lead__channel"], **_named(row)} for row in found[:CHANNELS_SHOWN]]


def wordings(versions: list[int]) -> dict[str, str]:
    """The wording of each clause by key; where versions differ, that of the newest among `versions`."""
    found: dict[str, str] = {}
    for document in (
        Version.objects.filter(pk__in=versions).order_by("number").values_list("document", flat=True)
    ):
        for criterion in (document or {}).get("criteria", ()):
            found[criterion["key"]] = criterion["wording"]
    return found


_LINES = {
    # A line's `is_met` is a JSON boolean: 1 to SQLite, "true" to PostgreSQL.
    "sqlite": (
        "json_each(h.receipt, '$.lines') AS l",
        "json_extract(l.value, '$.key')",
        "json_extract(l.value, '$.is_met') = 1",
    ),
    "postgresql": (
        "jsonb_array_elements(h.receipt->'lines') AS l(value)",
        "l.value->>'key'",
        "l.value->>'is_met' = 'true'",
    ),
}


def carried_by_clause(rows: QuerySet[Handoff]) -> dict[str, dict[str, int]]:
    """For each clause: how many of these handoffs `carried` it (their receipt says it was met), how many
    of those were `decided`, and how many `accepted`. One query over the frozen receipts.
    """
    inner = rows.order_by().annotate(
        was_decided=_as_number("decided"), was_accepted=_as_number("ever_accepted")
    )
    sql, params = inner.values("receipt", "was_decided", "was_accepted").query.sql_with_params()
    lines, key, is_met = _LINES[connection.vendor]
    # Only fixed words of this module go into the statement; everything else is a parameter of the subquery.
    statement = (
        f"SELECT {key}, COUNT(*), SUM(h.was_decided), SUM(h.was_accepted) "
        f"FROM ({sql}) AS h CROSS JOIN {lines} WHERE {is_met} GROUP BY 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return {
            key: {"carried": int(carried), "decided": int(decided), "accepted": int(accepted)}
            for key, carried, decided, accepted in cursor.fetchall()
            if key
        }


def _as_number(name: str) -> Any:
    return Case(When(_conditions()[name], then=1), default=0)


def decided_instants(rows: QuerySet[Handoff], limit: int = 1000) -> list[tuple[datetime, datetime]]:
    """When the newest `limit` decided handoffs were offered and decided."""
    decided = narrowed(rows, status="decided").annotate(first=Coalesce("decided_at", "accepted_at"))
    return list(
        decided.filter(first__isnull=False).order_by("-offered_at").values_list("offered_at", "first")[:limit]
    )


def condition(name: str) -> Any:
    """What the number of that name asks of a handoff, for those who count the same in another way."""
    return _conditions()[name]
