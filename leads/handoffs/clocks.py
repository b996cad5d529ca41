"""The clocks of handoffs: started, paused and stopped with the act that does so, in its own transaction.

A promise is working time of a team; the instants at which it warns, is due and has run over are computed
once, when the clock starts. What the portal itself takes, from the score to the offer, is before that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Case, Exists, F, OuterRef, Q, When

from leads.models import Clock, ClockKind, ClockNotice, Handoff, HandoffStatus, ReasonFamily, Threshold
from portal.common.calendars import calendar_of
from portal.common.models import Workspace
from portal.common.selectors import the_workspace
from portal.common.working_time import Calendar, add_working_time, working_time_between

# Shares of the promise, in percent.
PERCENT = {Threshold.WARN: 75, Threshold.DUE: 100, Threshold.OVER: 150}
# Whoever gets a lead that was passed on has at least so much of the promise, however long it waited before.
LEAST_PERCENT_LEFT = 50
# With somebody else meanwhile: the clock waits for the lead to come back.
PAUSING = (ReasonFamily.PROCEDURAL, ReasonFamily.CLERICAL)


@dataclass(frozen=True)
class Promise:
    """So many seconds of working time from `started_at` on, and the instants that follow."""

    started_at: datetime
    seconds: int
    warn_at: datetime
    due_at: datetime
    over_at: datetime


def promised_hours(kind: ClockKind, workspace: Workspace, *, is_contact_request: bool = False) -> int:
    if kind == ClockKind.DECIDE:
        return workspace.contact_request_hours if is_contact_request else workspace.decide_hours
    return workspace.follow_up_hours if kind == ClockKind.FOLLOW_UP else workspace.pick_up_hours


def promise_from(
    start: datetime, hours: int, calendar: Calendar, *, left_seconds: int | None = None
) -> Promise:
    """The promise of so many working hours, of which `left_seconds` are left, if not all of it."""
    length = timedelta(hours=hours)
    left = length if left_seconds is None else min(length, timedelta(seconds=left_seconds))
    used = length - left
    at = {
        threshold: add_working_time(start, max(timedelta(), length * percent / 100 - used), calendar)
        for threshold, percent in PERCENT.items()
    }
    return Promise(
        started_at=start,
        seconds=int(length.total_seconds()),
        warn_at=at[Threshold.WARN],
        due_at=at[Threshold.DUE],
        over_at=at[Threshold.OVER],
    )


def promise_of(kind: ClockKind, *, at: datetime) -> Promise:
    """What the team owes from `at` on, by the settings and hours of now. Five queries at most."""
    workspace = the_workspace()
    return promise_from(at, promised_hours(kind, workspace), calendar_of(kind.team, workspace))


# -- start -----------------------------------------------------------------------------------------------


def clocks_start(kind: ClockKind, promises: Iterable[tuple[int, Promise]]) -> None:
    """Each is (handoff id, promise). A clock of that kind that the handoff already had begins anew."""
    Clock.objects.bulk_create(
        [
            Clock(
                handoff_id=handoff_id,
                kind=kind,
                started_at=promise.started_at,
                promised_seconds=promise.seconds,
                warn_at=promise.warn_at,
                due_at=promise.due_at,
                over_at=promise.over_at,
                next_at=promise.warn_at,
            )
            for handoff_id, promise in promises
        ],
        update_conflicts=True,
        unique_fields=["handoff", "kind"],
        update_fields=[
            *("started_at", "promised_seconds", "warn_at", "due_at", "over_at", "next_at"),
            *("paused_at", "left_seconds", "stopped_at"),
        ],
    )


def left_of_leads(lead_ids: Iterable[int]) -> dict[int, int]:
    """Lead id to the seconds that are left of a decision that waits for the lead to come back."""
    waiting = Clock.objects.filter(
        handoff__lead_id__in=list(lead_ids), kind=ClockKind.DECIDE, paused_at__isnull=False, stopped_at=None
    )
    return {
        lead_id: max(left or 0, promised * LEAST_PERCENT_LEFT // 100)
        for lead_id, left, promised in waiting.order_by("id").values_list(
            "handoff__lead_id", "left_seconds", "promised_seconds"
        )
    }


def clocks_of_leads_end(lead_ids: Iterable[int], *, at: datetime) -> None:
    """These leads are being offered: what earlier handoffs of theirs still waited for has come."""
    Clock.objects.filter(handoff__lead_id__in=list(lead_ids), stopped_at=None).update(
        stopped_at=at, next_at=None
    )


# -- stop and pause --------------------------------------------------------------------------------------


def clocks_stop(handoff_ids: Iterable[int], *, at: datetime, kind: ClockKind | None = None) -> None:
    """What was owed is done, or owed no more. Of one `kind`, or of every one."""
    chosen = Q(kind=kind) if kind else Q()
    Clock.objects.filter(chosen, handoff_id__in=list(handoff_ids), stopped_at=None).update(
        stopped_at=at, next_at=None
    )


def handoff_accepted(handoff: Handoff, *, promise: Promise, at: datetime) -> None:
    """The decision is made; the follow-up is owed."""
    clocks_stop([handoff.pk], at=at)
    clocks_start(ClockKind.FOLLOW_UP, [(handoff.pk, promise)])


def handoff_returned(handoff: Handoff, *, family: str, at: datetime) -> None:
    """Procedural and clerical returns pause what ran, others end it."""
    if family in PAUSING:
        _pause(handoff, at)
    else:
        clocks_stop([handoff.pk], at=at)


def pick_ups_owed(handoff_ids: Iterable[int], *, at: datetime) -> None:
    """These returns are marketing's to pick up from now on."""
    if ids := list(handoff_ids):
        promise = promise_of(ClockKind.PICK_UP, at=at)
        clocks_start(ClockKind.PICK_UP, [(pk, promise) for pk in ids])


def _pause(handoff: Handoff, at: datetime) -> None:
    for clock in Clock.objects.select_for_update().filter(handoff=handoff, stopped_at=None, paused_at=None):
        left = working_time_between(at, clock.due_at, calendar_of(clock.team))
        Clock.objects.filter(pk=clock.pk).update(
            paused_at=at, left_seconds=int(left.total_seconds()), next_at=None
        )


def clocks_undo(handoff: Handoff, *, at: datetime) -> None:
    """The act of that instant is taken back, and `handoff` stands again as it did before.

    What the act stopped or paused runs on with its instants unmoved; what it started never was.
    """
    kind = ClockKind.DECIDE if handoff.status == HandoffStatus.OFFERED else ClockKind.FOLLOW_UP
    after = (ClockKind.FOLLOW_UP, ClockKind.PICK_UP) if kind == ClockKind.DECIDE else (ClockKind.PICK_UP,)
    Clock.objects.filter(handoff=handoff, kind__in=after).delete()
    Clock.objects.filter(Q(stopped_at=at) | Q(paused_at=at), handoff=handoff, kind=kind).update(
        stopped_at=None, paused_at=None, left_seconds=None, next_at=next_of_unsaid()
    )


def next_of_unsaid() -> Case:
    """The instant of the first threshold that has not been told of yet."""

    def is_unsaid(threshold: Threshold) -> Q:
        return ~Q(Exists(ClockNotice.objects.filter(clock=OuterRef("pk"), threshold=threshold)))

    return Case(
        When(is_unsaid(Threshold.WARN), then=F("warn_at")),
        When(is_unsaid(Threshold.DUE), then=F("due_at")),
        When(is_unsaid(Threshold.OVER), then=F("over_at")),
        default=None,
    )


# -- what has none ---------------------------------------------------------------------------------------


def clocks_lay_missing() -> int:
    """Start the clocks that open handoffs should have and do not, from then, as their due times say.

    For handoffs older than their clocks, and for those that are written past the services.
    """
    workspace, calendar = the_workspace(), calendar_of(ClockKind.DECIDE.team)
    laid = 0
    for kind, start, due, rows in (
        (ClockKind.DECIDE, "offered_at", "due_at", Q(status=HandoffStatus.OFFERED)),
        (
            ClockKind.FOLLOW_UP,
            "accepted_at",
            "follow_up_due_at",
            Q(status=HandoffStatus.ACCEPTED, followed_up_at=None),
        ),
    ):
        without = Handoff.objects.filter(rows).exclude(clocks__kind=kind)
        found = list(without.values_list("pk", start, due, "is_contact_request"))
        hours = {
            is_asked: promised_hours(kind, workspace, is_contact_request=is_asked)
            for is_asked in (False, True)
        }
        clocks_start(
            kind,
            [
                (pk, _promise_as_due(promise_from(at, hours[is_asked], calendar), due_at))
                for pk, at, due_at, is_asked in found
            ],
        )
        laid += len(found)
    return laid


def _promise_as_due(promise: Promise, due_at: datetime) -> Promise:
    """The same promise, due when people were told that it is."""
    return replace(
        promise,
        warn_at=min(promise.warn_at, due_at),
        due_at=due_at,
        over_at=max(promise.over_at, due_at),
    )
