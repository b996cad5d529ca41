"""Working off back-tests: week by week, each week one transaction under a lease.

A killed worker costs its week. What is asked of a week is one statement over all leads for the document
and one for the version in force.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Min, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from leads.evidence import weeks
from leads.evidence.cycle import sales_cycle
from leads.evidence.happened import captures, what_happened
from leads.evidence.past import all_as_of
from leads.evidence.rewinding import Rewinder
from leads.evidence.states import BACK_TEST
from leads.models import BackTest, BackTestWeek
from leads.scoring.compiler import Compiled, compiled, reaching
from portal.common import owed

log = structlog.get_logger(__name__)

# A week of a million leads takes half a minute; a killed worker costs this long at most.
LEASE_SECONDS = 120
MAX_ATTEMPTS = 3
RETRY_SECONDS = 5
OPEN = (BackTest.Status.QUEUED, BackTest.Status.RUNNING)


class LeaseLost(Exception):
    """Another worker has the back-test, or a newer one took its place."""


def due(now: datetime) -> QuerySet[BackTest]:
    return BackTest.objects.filter(status__in=OPEN).exclude(lease_until__gt=now).order_by("pk")


def oldest_due(now: datetime) -> datetime | None:
    """Since when the oldest back-test without a worker waits."""
    return due(now).aggregate(since=Min(Coalesce("lease_until", "requested_at")))["since"]


def work_due(*, has_time: Callable[[], bool], only: BackTest | None = None) -> bool:
    """Take one due back-test (this one, if given) and work on it while there is time; whether any was due."""
    now = timezone.now()
    free = due(now) if only is None else due(now).filter(pk=only.pk)
    started = Coalesce("started_at", now)
    claimed = owed.claim(
        free, seconds=LEASE_SECONDS, now=now, status=BackTest.Status.RUNNING, started_at=started
    )
    for back_test in claimed:
        _work(BackTest.objects.select_related("version", "against").get(pk=back_test.pk), has_time)
    return bool(claimed)


def _work(back_test: BackTest, has_time: Callable[[], bool]) -> None:
    try:
        _Weeks(back_test).go_on(has_time)
    except LeaseLost:
        return
    except Exception as error:
        log.exception("back_test_failed", back_test=back_test.pk)
        sentence = f"{type(error).__name__}: {error}"[:500]
        if back_test.attempts >= MAX_ATTEMPTS:
            _end(back_test, "fail", error=sentence)
        else:
            _release(back_test, seconds=RETRY_SECONDS, error=sentence)


def ends_of(back_test: BackTest) -> list[datetime]:
    """The ends of its weeks; number 0 is the instant at which the first week begins."""
    last = back_test.weeks_total - 1
    return [back_test.as_of - (last - number) * weeks.WEEK for number in range(last + 1)]


def past_of(back_test: BackTest, cycle_days: int) -> weeks.Past:
    as_of = back_test.as_of
    return weeks.Past(ends_of(back_test), as_of, cycle_days, what_happened(as_of), captures(as_of))


def reached_of(back_test: BackTest) -> list[weeks.Reached]:
    """What was found at the end of each week that is done, for the document itself."""
    rows = back_test.weeks.order_by("number").values_list("reached", flat=True)
    return [{int(lead): points for lead, points in found.items()} for found in rows]


class _Weeks:
    """The weeks of one claimed back-test, from where it stands to the end."""

    def __init__(self, back_test: BackTest) -> None:
        self.back_test = back_test
        self.ends = ends_of(back_test)
        self.sides = [_Side(back_test.document, lowest(back_test.document), self.ends[0])]
        if back_test.against is not None:
            document = back_test.against.document
            assert document is not None, "An active version is frozen."
            self.sides.append(_Side(document, document["threshold"], self.ends[0]))
        for row in back_test.weeks.order_by("number"):
            for side, found in zip(self.sides, (row.reached, row.against), strict=False):
                side.remember(found)

    def go_on(self, has_time: Callable[[], bool]) -> None:
        for number in range(len(self.sides[0].reached), len(self.ends)):
            if not has_time():
                _release(self.back_test, seconds=0)
                return
            self._write(number, [side.ask(self.ends[number]) for side in self.sides])
        _end(self.back_test, "finish", error="", result=self._result())

    @transaction.atomic
    def _write(self, number: int, found: list[weeks.Reached]) -> None:
        is_ours = _guarded(self.back_test).update(
            weeks_done=number + 1, attempts=0, lease_until=timezone.now() + timedelta(seconds=LEASE_SECONDS)
        )
        if not is_ours:
            raise LeaseLost
        self.back_test.attempts = 0
        BackTestWeek.objects.create(
            back_test=self.back_test,
            number=number,
            ends_at=self.ends[number],
            reached=found[0],
            against=found[1] if len(found) > 1 else {},
        )

    def _result(self) -> dict[str, Any]:
        """{"cycle", "version", "against", "dial"}: see `weeks.told` and `weeks.dial`."""
        cycle = sales_cycle(self.back_test.as_of)
        past = past_of(self.back_test, cycle.days)
        own, threshold = self.sides[0], self.back_test.document["threshold"]
        told = [weeks.told(side.reached, side.threshold, past) for side in self.sides]
        return {
            "cycle": {"days": cycle.days, "wins": cycle.wins, "since": cycle.since},
            "version": told[0],
            "against": told[1] if len(told) > 1 else None,
            "dial": weeks.dial(own.reached, weeks.dial_thresholds(threshold), past),
        }


class _Side:
    """One document asked at the end of each week; only points from `floor` on are told apart."""

    def __init__(self, document: dict[str, Any], floor: int, start: datetime) -> None:
        self.ready: Compiled = compiled(document)
        self.threshold: int = document["threshold"]
        self.floor = floor
        self.rewinder = Rewinder((clause.rule for clause in self.ready.document.criteria), start)
        self.best: dict[int, int | None] = {}
        self.reached: list[weeks.Reached] = []

    def ask(self, end: datetime) -> weeks.Reached:
        scope = all_as_of(end, self.rewinder.to(end))
        risen = weeks.rises(reaching(self.ready, scope, end, self.floor), self.best)
        self.reached.append(risen)
        return risen

    def remember(self, found: Mapping[str, int | None]) -> None:
        """A week that was asked before, as it was kept."""
        self.reached.append(weeks.rises({int(lead): points for lead, points in found.items()}, self.best))


def lowest(document: dict[str, Any]) -> int:
    """The lowest threshold that the dial shows."""
    return min(weeks.dial_thresholds(document["threshold"]))


def _guarded(back_test: BackTest) -> QuerySet[BackTest]:
    return BackTest.objects.filter(
        pk=back_test.pk, lease_token=back_test.lease_token, status=BackTest.Status.RUNNING
    )


@transaction.atomic
def _end(back_test: BackTest, move: str, **values: Any) -> None:
    if _guarded(back_test).select_for_update().first() is None:
        raise LeaseLost
    BACK_TEST.apply(back_test, move, finished_at=timezone.now(), lease_token="", lease_until=None, **values)
    # Of each text the latest is kept, with its weeks: they know who stands behind each threshold.
    if move == "finish":
        earlier = BackTest.objects.filter(version=back_test.version_id, pk__lt=back_test.pk)
        earlier.filter(fingerprint=back_test.fingerprint).exclude(status__in=OPEN).delete()


def _release(back_test: BackTest, *, seconds: int, error: str = "") -> None:
    """Give it back, free after `seconds`."""
    free_at = timezone.now() + timedelta(seconds=seconds)
    _guarded(back_test).update(lease_until=free_at, error=error)
