"""What two independent sources say differently about leads: each kind as the leads that it concerns.

Each is asked in one statement: an act writes all its rows in one transaction, so a statement that sees some
of them sees them all, and nobody who works at night is taken for a leak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from definitions.models import Stage
from definitions.selectors import active_version
from leads.handoffs.overriding import open_override
from leads.handoffs.reconcile import qualified_and_not_offered
from leads.handoffs.states import FURTHER, STAGE_WHILE
from leads.models import (
    OPEN,
    Clock,
    ClockKind,
    Handoff,
    HandoffStatus,
    Lead,
    LeadStage,
    LeakKind,
    Override,
    Score,
    StageChange,
    TouchedLead,
)
from portal.common.models import Team
from portal.common.selectors import workspace_zone

ENDED = tuple(status for status in HandoffStatus.values if status not in OPEN)
# What reconciling does within seconds should be done after so long.
PATIENCE = timedelta(hours=1)

Rows = QuerySet[Any]  # of handoffs or of leads


class Difference(NamedTuple):
    """`lead_id` is None where an offer of the trail has no row: then nothing says whose it was."""

    key: str
    lead_id: int | None
    handoff_id: int | None


def differences_of(kind: LeakKind, now: datetime) -> list[Difference]:
    """All of one kind, each once, by id."""
    found = set(_CHECKS[kind](now))
    return sorted(found, key=lambda each: (each.handoff_id or 0, each.lead_id or 0, each.key))


def _named(rows: Rows) -> Iterator[Difference]:
    if rows.model is Lead:
        for pk in rows.order_by().values_list("pk", flat=True):
            yield Difference(f"lead {pk}", pk, None)
    else:
        for pk, lead_id in rows.order_by().values_list("pk", "lead_id"):
            yield Difference(f"handoff {pk}", lead_id, pk)


# -- the trail and the rows ------------------------------------------------------------------------------

_AUDIT = "common_auditentry"
_LISTED = {
    "sqlite": ("CAST(v.value AS integer)", "json_each(a.after, '$.{}') AS v"),
    "postgresql": ("CAST(v.value AS bigint)", "jsonb_array_elements_text(a.after->'{}') AS v(value)"),
}


def _told() -> str:
    """SQL: ids of the handoffs that the trail says were offered. Batches name them in a list."""
    value, listed = _LISTED[connection.vendor]
    return (
        f"SELECT {value} AS id FROM {_AUDIT} a CROSS JOIN {listed.format('handoffs')} "
        "WHERE a.verb = 'handoffs.offered' "
        f"UNION SELECT {value} FROM {_AUDIT} a CROSS JOIN {listed.format('offered')} "
        "WHERE a.verb IN ('handoffs.expired', 'handoffs.passed_on') "
        f"UNION SELECT CAST(a.subject_id AS bigint) FROM {_AUDIT} a "
        "WHERE a.subject_type = 'leads.handoff' AND a.verb IN ('handoff.offered_again', 'lead.pulled')"
    )


def _asked(sql: str) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def offers_told_of() -> int:
    """How many offers the trail tells of: what entered, counted without looking at a handoff."""
    return int(_asked(f"SELECT COUNT(*) FROM ({_told()}) AS told")[0][0])


def _offers_unrecorded(now: datetime) -> Iterator[Difference]:
    rows = _asked(
        f"SELECT h.id, h.lead_id FROM leads_handoff h LEFT JOIN ({_told()}) AS told ON told.id = h.id "
        "WHERE told.id IS NULL"
    )
    for pk, lead_id in rows:
        yield Difference(f"handoff {pk}", lead_id, pk)


def _offers_lost(now: datetime) -> Iterator[Difference]:
    rows = _asked(
        f"SELECT told.id FROM ({_told()}) AS told LEFT JOIN leads_handoff h ON h.id = told.id "
        "WHERE h.id IS NULL"
    )
    for (pk,) in rows:
        yield Difference(f"handoff {pk}", None, None)


# -- stages ----------------------------------------------------------------------------------------------


def _off_their_journal(now: datetime) -> Iterator[Difference]:
    """The first look moves a lead from “not assessed” to “lead” and writes no row; every other move does."""
    last = StageChange.objects.filter(lead=OuterRef("pk")).order_by("-changed_at", "-id")
    rows = Lead.objects.filter(merged_into=None).annotate(told=Subquery(last.values("after")[:1]))
    at_first = Q(told=None, stage__in=(LeadStage.NOT_ASSESSED, LeadStage.LEAD))
    for pk, stage, told in rows.exclude(at_first).order_by().values_list("pk", "stage", "told").iterator():
        if told != stage:
            yield Difference(f"lead {pk}", pk, None)


def stages_that_disagree() -> Iterator[tuple[str, Rows]]:
    """Open handoffs against the stage of their lead, and the other way round."""
    for status, stage in STAGE_WHILE.items():
        allowed = (stage, *FURTHER) if status == HandoffStatus.ACCEPTED else (stage,)
        rows = Handoff.objects.filter(status=status)
        yield (
            f"Handoffs that are {status} while their lead is not at {stage}",
            rows.exclude(lead__stage__in=allowed),
        )
        yield (
            f"Leads at {stage} without a handoff that is {status}",
            Lead.objects.filter(~Exists(rows.filter(lead=OuterRef("pk"))), stage=stage, merged_into=None),
        )


# -- instants --------------------------------------------------------------------------------------------


def instants_that_disagree() -> Iterator[tuple[str, Rows]]:
    yield (
        "Handoffs that have ended at no time",
        Handoff.objects.filter(status__in=ENDED, ended_at=None),
    )
    yield "Open handoffs that have an end", Handoff.objects.filter(status__in=OPEN, ended_at__isnull=False)
    yield (
        "Accepted handoffs without a follow-up clock",
        Handoff.objects.filter(status=HandoffStatus.ACCEPTED, follow_up_due_at=None),
    )


def _each(pairs: Callable[[], Iterator[tuple[str, Rows]]]) -> Callable[[datetime], Iterator[Difference]]:
    return lambda now: (found for _sentence, rows in pairs() for found in _named(rows))


# -- nobody's --------------------------------------------------------------------------------------------


def _merged(now: datetime) -> Iterator[Difference]:
    return _named(Handoff.objects.filter(status__in=OPEN, lead__merged_into__isnull=False))


def _not_offered(now: datetime) -> Iterator[Difference]:
    """Qualified for an hour, nothing owed for them, and no offer; the rest of those in nurture is over."""
    version = active_version(Stage.MQL)
    since = now - PATIENCE
    if version is None or version.activated_at is None or version.activated_at > since:
        return
    marked = Exists(TouchedLead.objects.filter(lead=OuterRef("lead_id")))
    is_open = Exists(Handoff.objects.filter(lead=OuterRef("lead_id"), status__in=OPEN))
    today = now.astimezone(workspace_zone()).date()
    rested = Score.objects.filter(
        ~is_open,
        ~open_override(Override.Kind.HOLD, "lead_id"),
        version=version,
        is_qualified=True,
        lead__stage=LeadStage.NURTURE,
        lead__merged_into=None,
        lead__nurture_until__lt=today,
    )
    for scores in (qualified_and_not_offered(version), rested):
        waiting = scores.filter(~marked, as_of__lte=since).order_by()
        for pk in waiting.values_list("lead_id", flat=True):
            yield Difference(f"lead {pk}", pk, None)


def _nobodys(now: datetime) -> Iterator[Difference]:
    """Returned, resting without a day, and never on marketing's list: nothing will bring them back."""
    returned = Handoff.objects.filter(lead=OuterRef("pk"), status=HandoffStatus.RETURNED)
    asked = Clock.objects.filter(handoff__lead=OuterRef("pk"), kind=ClockKind.PICK_UP)
    return _named(
        Lead.objects.filter(
            Exists(returned), ~Exists(asked), stage=LeadStage.NURTURE, nurture_until=None, merged_into=None
        )
    )


def _left_sales(now: datetime) -> Iterator[Difference]:
    gone = Q(owner__is_active=False) | ~Q(owner__team=Team.SALES)
    return _named(Handoff.objects.filter(gone, owner__isnull=False, status__in=OPEN))


_CHECKS: dict[LeakKind, Callable[[datetime], Iterator[Difference]]] = {
    LeakKind.OFFER_UNRECORDED: _offers_unrecorded,
    LeakKind.OFFER_LOST: _offers_lost,
    LeakKind.STAGE_JOURNAL: _off_their_journal,
    LeakKind.STAGE_HANDOFF: _each(stages_that_disagree),
    LeakKind.INSTANTS: _each(instants_that_disagree),
    LeakKind.MERGED: _merged,
    LeakKind.NOT_OFFERED: _not_offered,
    LeakKind.NOBODYS: _nobodys,
    LeakKind.LEFT_SALES: _left_sales,
}
