"""Where a million leads stand, what both sides owe each other, and what the night counts: how long it takes.

`ACCORD_BENCH_LEADS` leads (100,000 unless given; 1,000,000 is what is asked for) and a handoff for every
twentieth, at every status. One process; the browser and the network are not in it.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from definitions.models import Version
from leads.handoffs.clocks import clocks_lay_missing
from leads.leaks import places
from leads.leaks.differences import differences_of
from leads.ledger.numbers import ledger
from leads.models import Handoff, HandoffStatus, Lead, LeadStage, LeakKind, Reason, StageChange
from portal.common import audit
from tests.benchmarks import scoring
from tests.builders import a_version, sam, sofia

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db(transaction=True)]

LEADS = int(os.environ.get("ACCORD_BENCH_LEADS", "100000"))
ROUNDS = 5
LIMIT_SECONDS = 1.0
STAGES = {
    "offered": LeadStage.MQL,
    "accepted": LeadStage.SAL,
    "returned": LeadStage.NURTURE,
    "sales_qualified": LeadStage.SALES_QUALIFIED,
    "disqualified": LeadStage.DISQUALIFIED,
}


def test_places() -> None:
    scoring.lay_facts(LEADS, LEADS)
    _hand_over(a_version(scoring.document(), "active"))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    now = timezone.now()
    print(f"\n{connection.vendor}: {LEADS:,} leads, {Handoff.objects.count():,} handoffs")
    for each in places.standings(now):
        print(f"  {each.place.value:<18}{each.count:>10,}{each.late:>9,} late")
    whole = _median("the leak map", lambda: (places.standings(now), places.all_leads(), places.holders(now)))
    _median("the ledger", lambda: ledger(now))
    for place in (places.Place.BELOW, places.Place.WORKED, places.Place.NURTURE):
        _median(f"first page: {place.value}", lambda place=place: list(places.rows_in(place, now)[:50]))
    _median("the night", lambda: [differences_of(kind, now) for kind in LeakKind], rounds=1)
    assert sum(each.count for each in places.standings(now)) == places.all_leads()
    assert whole < LIMIT_SECONDS


def _median(name: str, act: Callable[[], Any], rounds: int = ROUNDS) -> float:
    with CaptureQueriesContext(connection) as queries:
        act()
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        act()
        times.append(time.perf_counter() - started)
    seconds = statistics.median(times)
    print(f"{name:<28}{len(queries):>4} queries{seconds * 1000:>9.0f} ms")
    return seconds


def _hand_over(version: Version) -> None:
    """Every twentieth lead, at a status by turns, some months back; the others stand below the definition."""
    now, rng = timezone.now(), np.random.default_rng(7)
    Lead.objects.update(stage=LeadStage.LEAD)
    ids = list(Lead.objects.order_by("pk").values_list("pk", flat=True)[::20])
    reps, reason = (sam(), sofia()), Reason.objects.get(key="no-need")
    rows = []
    for number, (lead_id, minutes) in enumerate(zip(ids, rng.integers(200_000, size=len(ids)), strict=True)):
        status = HandoffStatus.values[number % len(HandoffStatus.values)]
        at = now - timedelta(minutes=int(minutes))
        is_taken = status in ("accepted", "sales_qualified", "disqualified")
        rows.append(
            Handoff(
                lead_id=lead_id,
                version=version,
                points=0,
                grade=1,
                receipt={"lines": [], "points": 0, "grade": 1},
                status=status,
                owner=reps[number % 2] if is_taken else None,
                offered_at=at,
                due_at=at + timedelta(hours=24),
                decided_at=at + timedelta(hours=20) if is_taken or status == "returned" else None,
                accepted_at=at + timedelta(hours=20) if is_taken else None,
                follow_up_due_at=at + timedelta(hours=60) if is_taken else None,
                followed_up_at=at + timedelta(hours=50) if is_taken and number % 3 else None,
                ended_at=None if status in ("offered", "accepted") else at + timedelta(hours=70),
                reason=reason if status in ("returned", "disqualified") else None,
            )
        )
    made = Handoff.objects.bulk_create(rows, batch_size=5_000)
    for status, stage in STAGES.items():
        Lead.objects.filter(handoffs__status=status).update(stage=stage)
    StageChange.objects.bulk_create(
        (
            StageChange(
                lead_id=row.lead_id,
                handoff=row,
                before="lead",
                after=STAGES[row.status],
                changed_at=row.offered_at,
            )
            for row in made
            if row.status in STAGES
        ),
        batch_size=5_000,
    )
    Lead.objects.filter(stage=LeadStage.SAL).update(owner=reps[0])
    audit.record(
        "handoffs.offered", subject=version, actor=None, after={"handoffs": [row.pk for row in made]}
    )
    clocks_lay_missing()
