"""Reads of marketing's side: what came back and waits for somebody, and where people decide otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from leads.models import (
    Clock,
    ClockKind,
    Handoff,
    HandoffStatus,
    Lead,
    LeadStage,
    Override,
    PickUp,
    Score,
)
from leads.selectors.handoffs import handoffs_visible_to
from leads.words import words_match
from portal.common.models import User


class Waiting(NamedTuple):
    """Since when a return waits, and for whom: the one who picked it up, or (None) anybody in marketing."""

    since: datetime | None
    person: User | None


def waiting_of(handoff: Handoff) -> Waiting | None:
    """Whose move a return is, and since when; None where it is settled or was never marketing's."""
    pick_up = pick_up_of(handoff)
    if handoff.status != HandoffStatus.RETURNED or (pick_up and pick_up.settled_at):
        return None
    return Waiting(handoff.ended_at, pick_up.picked_by if pick_up else None)


def pick_up_of(handoff: Handoff) -> PickUp | None:
    return getattr(handoff, "pick_up", None)


def _is_newest() -> Q:
    return ~Q(Exists(Handoff.objects.filter(lead=OuterRef("lead"), pk__gt=OuterRef("pk"))))


def _is_last_word() -> Q:
    """The return is what was last said of its lead, and the lead is marketing's."""
    return _is_newest() & Q(
        status=HandoffStatus.RETURNED, lead__stage=LeadStage.NURTURE, lead__merged_into=None
    )


def _is_unsettled() -> Q:
    return Q(pick_up=None) | Q(pick_up__settled_at=None)


def unsettled_returns() -> QuerySet[Handoff]:
    """Every return that waits for marketing."""
    return Handoff.objects.filter(_is_last_word(), _is_unsettled())


def returned(user: User) -> QuerySet[Handoff]:
    """Every return that is its lead's last word, settled or not."""
    return handoffs_visible_to(user).filter(_is_last_word()).select_related("pick_up__picked_by")


def to_pick_up(user: User, *, q: str = "", family: str = "", whose: str = "") -> QuerySet[Handoff]:
    """Returns that nobody has settled, who has waited longest first. `whose` is "mine" or "nobody".

    `pick_up_due_at` is until when marketing promised to pick each up; None once somebody has.
    """
    running = Clock.objects.filter(handoff=OuterRef("pk"), kind=ClockKind.PICK_UP, stopped_at=None)
    due_at = Subquery(running.values("due_at")[:1])
    rows = returned(user).filter(_is_unsettled()).annotate(pick_up_due_at=due_at)
    if q:
        rows = rows.filter(words_match(q, "lead"))
    if family:
        rows = rows.filter(reason__family=family)
    if whose == "mine":
        rows = rows.filter(pick_up__picked_by=user)
    elif whose == "nobody":
        rows = rows.filter(pick_up=None)
    return rows.order_by("ended_at", "pk")


def with_pick_ups(user: User, handoffs: Iterable[Handoff]) -> None:
    """Sets `picked` (its pick-up or None), `is_waiting` and `pick_up_due_at` on each. One query.

    An older return does not wait: a later handoff has answered it.
    """
    rows = list(handoffs)
    waiting = to_pick_up(user).filter(pk__in=[row.pk for row in rows]).order_by()
    due_at = dict(waiting.values_list("pk", "pick_up_due_at"))  # type: ignore[misc]
    for row in rows:
        row.picked, row.is_waiting = pick_up_of(row), row.pk in due_at  # type: ignore[attr-defined]
        row.pick_up_due_at = due_at.get(row.pk)  # type: ignore[attr-defined]


def settled_lately(user: User, limit: int = 10) -> list[PickUp]:
    if not user.is_active:
        return []
    rows = PickUp.objects.filter(settled_at__isnull=False).select_related("handoff__lead", "settled_by")
    return list(rows.order_by("-settled_at")[:limit])


def overrides_visible_to(user: User) -> QuerySet[Override]:
    if not user.is_active:
        return Override.objects.none()
    return Override.objects.select_related("lead__account", "made_by", "ended_by").defer(
        "lead__provenance", "lead__account__provenance"
    )


def override_of(lead: Lead) -> Override | None:
    """The decision that stands for this lead now."""
    return Override.objects.select_related("made_by").filter(lead=lead, ended_at=None).first()


def overrides(user: User) -> QuerySet[Override]:
    """Those that stand, the next to end first; then those that have ended, the newest first."""
    return overrides_visible_to(user).order_by(F("ended_at").desc(nulls_first=True), "ends_on", "-pk")


def scores_of(version_id: int | None, lead_ids: list[int]) -> dict[int, Score]:
    """Points by lead under a version, for a page that shows them beside a decision by hand."""
    if version_id is None:
        return {}
    return {row.lead_id: row for row in Score.objects.filter(version=version_id, lead__in=lead_ids)}
