"""Worker and beat are killed around due times, again and again: everything is said once, and nothing late."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db.models import Count
from django.utils import timezone

from leads import invariants
from leads.handoffs.clock_firing import clocks_fire
from leads.handoffs.reconcile import handoffs_reconcile
from leads.handoffs.services import handoff_accept, handoff_return
from leads.models import Clock, ClockKind, ClockNotice, Handoff, Lead, Threshold
from leads.scoring.compiler import score_into
from leads.scoring.scope import Scope
from portal.celery import app as celery_app
from portal.common.models import Notification, OutgoingCall, OutgoingMail, Webhook
from portal.common.webhooks import new_secret
from portal.tasks import sweep
from tests.builders import (
    a_document,
    a_lead,
    ada,
    an_account,
    an_active_version,
    maya,
    mona,
    rita,
    sam,
    sofia,
)
from tests.common.receivers import CallSink, MailSink, call_sink, mail_sink
from tests.conftest import Worker
from tests.leads.handoffs.stories import SOFTWARE, reason

PATIENCE = 120.0
LATEST = timedelta(seconds=60)
CLOCKS_A_ROUND = 6
# The instants of one round lie within so many seconds, and so does the kill.
ROUND_SECONDS = 2.5
# How many people hear of what: sam, sofia and rita sell, rita manages; sam's are the accepted leads; maya and
# mona are marketing, mona manages.
HEARERS = {
    (ClockKind.DECIDE, Threshold.WARN): 3,
    (ClockKind.DECIDE, Threshold.DUE): 1,
    (ClockKind.DECIDE, Threshold.OVER): 1,
    (ClockKind.FOLLOW_UP, Threshold.WARN): 1,
    (ClockKind.FOLLOW_UP, Threshold.DUE): 2,
    (ClockKind.FOLLOW_UP, Threshold.OVER): 2,
    (ClockKind.PICK_UP, Threshold.WARN): 2,
    (ClockKind.PICK_UP, Threshold.DUE): 1,
    (ClockKind.PICK_UP, Threshold.OVER): 1,
}


class Beat(Worker):
    """The other process that can die: it rings every ten seconds."""

    def arguments(self) -> list[str]:
        return ["beat", "--loglevel", "INFO", "--schedule", str(self.log.with_suffix(".schedule"))]


@dataclass
class Portal:
    """A worker and a beat, the other side of mail and webhooks, and the times at which they were away."""

    worker: Worker
    beat: Beat
    mails: MailSink
    calls: CallSink
    outages: list[tuple[datetime, datetime]] = field(default_factory=list)

    def start(self) -> None:
        self.beat.start()
        self.worker.start()
        self.worker.wait_until_ready()

    def die_and_come_back(self) -> None:
        self.worker.kill()
        self.beat.kill()
        began = timezone.now()
        self.worker.log.write_bytes(b"")
        self.start()
        self.outages.append((began, timezone.now()))

    def late(self, due_at: datetime, said_at: datetime) -> timedelta:
        """From when it was due, or from the last recovery that it had to wait for."""
        came_back = [end for began, end in self.outages if due_at < end and began < said_at]
        return said_at - max([due_at, *came_back])


@pytest.fixture
def portal(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    celery_app.control.purge()
    with mail_sink() as mails, call_sink() as calls:
        monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{mails.port}")
        monkeypatch.setenv("WEBHOOKS_INSIDE", "1")
        found = Portal(Worker(tmp_path / "worker.log"), Beat(tmp_path / "beat.log"), mails, calls)
        try:
            found.start()
            yield found
        finally:
            found.worker.stop()
            found.beat.stop()


def test_a_kill_around_due_times(portal: Portal) -> None:
    _kill_around_due_times(portal, kills=1)


@pytest.mark.fault
def test_twenty_kills_around_due_times(portal: Portal) -> None:
    _kill_around_due_times(portal, kills=20)


def _kill_around_due_times(portal: Portal, *, kills: int) -> None:
    chance = random.Random(7)
    Webhook.objects.create(url=portal.calls.url, secret=new_secret(), created_by=ada())
    waiting = _clocks_far_ahead(kills * CLOCKS_A_ROUND)
    laid: list[int] = []
    for number in range(kills):
        mine = waiting[number * CLOCKS_A_ROUND : (number + 1) * CLOCKS_A_ROUND]
        laid += mine
        _lay(mine, chance)
        # Now around the instants, now in the middle of what follows from them.
        if number % 2:
            _ring_for(chance.uniform(0, ROUND_SECONDS))
        else:
            _ring_until(lambda mine=mine: ClockNotice.objects.filter(clock__in=mine).exists())
            time.sleep(chance.uniform(0, 0.3))
        portal.die_and_come_back()
    _until(lambda: not wrong(laid) and not _owed())
    assert wrong(laid) == []
    assert invariants.breaches() == []
    notices = ClockNotice.objects.filter(clock__in=laid).select_related("clock")
    late = max(portal.late(row.clock.instants[Threshold(row.threshold)], row.fired_at) for row in notices)
    mails = Counter(mail["Message-ID"] for mail in portal.mails.mails)
    calls = Counter(call.headers["webhook-id"] for call in portal.calls.calls)
    print(
        f"\n{kills} kills of worker and beat, {len(laid)} clocks: {len(notices)} thresholds, each said once, "
        f"the latest {late.total_seconds():.1f} s after it was due or the portal was back; "
        f"{len(mails)} mails ({mails.total() - len(mails)} twice), "
        f"{len(calls)} calls ({calls.total() - len(calls)} twice)"
    )
    assert late <= LATEST
    # What was handed over and not ticked off before a kill comes twice, under the same id.
    assert set(mails) == {_message_id(mail) for mail in OutgoingMail.objects.all()}
    assert set(calls) == {f"msg_{pk}" for pk in OutgoingCall.objects.values_list("pk", flat=True)}
    assert mails.total() - len(mails) <= kills
    assert calls.total() - len(calls) <= kills


def wrong(laid: list[int]) -> list[str]:
    """Every threshold of these clocks that was not said exactly once to everybody whom it concerns."""
    found = []
    said = {(row.clock_id, row.threshold): row.key for row in ClockNotice.objects.filter(clock__in=laid)}
    hearers = dict(
        Notification.objects.filter(topic="clocks").order_by().values_list("key").annotate(n=Count("pk"))
    )
    called = Counter(OutgoingCall.objects.values_list("key", flat=True))
    for pk, kind in Clock.objects.filter(pk__in=laid).values_list("pk", "kind"):
        for threshold in Threshold:
            key = said.get((pk, threshold.value), "")
            if hearers.get(key, 0) != HEARERS[ClockKind(kind), threshold]:
                found.append(f"{kind} {pk}, {threshold}: heard by {hearers.get(key, 0)} under {key!r}")
            if called[f"clock:{pk}:{threshold}"] != 1:
                found.append(f"{kind} {pk}, {threshold}: called {called[f'clock:{pk}:{threshold}']} times")
    keys = set(ClockNotice.objects.values_list("key", flat=True))
    return found + [f"said without a notice: {key}" for key in hearers.keys() - keys]


def test_the_check_finds_what_was_said_twice_or_never(transactional_db: None) -> None:
    """The broken twins: one ticks off and dies before it speaks, the other dies before it ticks off."""
    Webhook.objects.create(url="https://example.com/in", secret=new_secret(), created_by=ada())
    laid = _clocks_far_ahead(CLOCKS_A_ROUND)
    now = timezone.now()
    Clock.objects.filter(pk__in=laid).update(warn_at=now, due_at=now, over_at=now, next_at=now)
    clocks_fire(has_time=lambda: True)
    handoffs_reconcile()
    assert wrong(laid) == []
    silent = Notification.objects.filter(topic="clocks").earliest("pk")
    Notification.objects.filter(pk=silent.pk).delete()
    assert len(wrong(laid)) >= 1
    silent.save(force_insert=True)
    assert wrong(laid) == []
    Notification.objects.create(person=sam(), key="clock:warn:twice", sentence="", topic="clocks")
    assert wrong(laid) == ["said without a notice: clock:warn:twice"]


# -- the story -------------------------------------------------------------------------------------------


def _clocks_far_ahead(count: int) -> list[int]:
    """As many clocks, in turn to decide, to follow up and to pick up, all of them hours from now."""
    for person in (maya, mona, sam, sofia, rita):
        person()
    version = an_active_version(a_document(SOFTWARE, threshold=50))
    account = an_account(industry="Software")
    for _ in range(count):
        a_lead(account=account)
    score_into(version, Scope.all(), timezone.now())
    handoffs_reconcile()
    for number, handoff in enumerate(Handoff.objects.select_related("lead").order_by("pk")):
        if number % 3 == 1:
            handoff_accept(handoff=handoff, actor=sam())
        elif number % 3 == 2:
            handoff_return(
                handoff=handoff, actor=sam(), reason=reason("wrong-role"), challenged_key="c-software"
            )
    assert Lead.objects.count() == count
    return list(Clock.objects.exclude(next_at=None).order_by("handoff").values_list("pk", flat=True))


def _lay(clocks: list[int], chance: random.Random) -> None:
    """Bring their instants near: each warns, is due and runs over within the next seconds."""
    now = timezone.now()
    for clock in Clock.objects.filter(pk__in=clocks):
        warn_at, due_at, over_at = sorted(
            now + timedelta(seconds=chance.uniform(0, ROUND_SECONDS)) for _ in range(3)
        )
        Clock.objects.filter(pk=clock.pk).update(
            warn_at=warn_at, due_at=due_at, over_at=over_at, next_at=warn_at
        )
        due = {ClockKind.DECIDE: "due_at", ClockKind.FOLLOW_UP: "follow_up_due_at"}.get(ClockKind(clock.kind))
        if due:
            Handoff.objects.filter(pk=clock.handoff_id).update(**{due: due_at})


def _owed() -> bool:
    return (
        OutgoingMail.objects.exclude(status="sent").exists()
        or OutgoingCall.objects.exclude(status="sent").exists()
    )


def _message_id(mail: OutgoingMail) -> str:
    return f"<{mail.pk}.{mail.created_at:%Y%m%d%H%M%S}@127.0.0.1>"


def _ring_for(seconds: float) -> None:
    """More often than beat does, so that the kill finds the worker at work."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        sweep.delay()
        time.sleep(min(0.3, left))


def _ring_until(is_so: Callable[[], bool]) -> None:
    deadline, next_ring = time.monotonic() + PATIENCE, 0.0
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        if time.monotonic() > next_ring:
            sweep.delay()
            next_ring = time.monotonic() + 1
        time.sleep(0.01)


def _until(is_so: Callable[[], bool]) -> None:
    """Beat alone rings now."""
    deadline = time.monotonic() + PATIENCE
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.5)
