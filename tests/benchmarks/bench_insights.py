"""The numbers of a year at size: each page of insights, the lists behind them, and the agenda's evidence.

`ACCORD_BENCH_LEADS` leads (100,000 unless given; 1,000,000 is what the documentation quotes), five
activities to each, and `ACCORD_BENCH_HANDOFFS` handoffs (one for every twentieth lead), offered within the
last 360 days and decided on as sales would: with a million leads 50,000, all of them in the period that is
asked for. The time is that of the whole request in one process, from the first middleware to the last byte;
what is asked is less than a second, except of the
agenda, which a worker prepares.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from definitions.models import Version
from leads.handoffs.offering import frozen
from leads.models import Handoff, HandoffStatus, Lead, Outcome, OutcomeKind, Reason, Term
from leads.scoring.receipt import receipts
from portal.common.models import User
from portal.seed.database import create
from reviews.models import Cadence
from reviews.selectors.insights import REPORTS
from reviews.services.preparing import meeting_prepare
from tests.benchmarks import scoring
from tests.builders import a_source, a_version, sam
from tests.reviews.builders import a_series, first_meeting

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db(transaction=True)]

LEADS = int(os.environ.get("ACCORD_BENCH_LEADS", "100000"))
HANDOFFS = int(os.environ.get("ACCORD_BENCH_HANDOFFS", str(LEADS // 20)))
ROUNDS = 5
DAYS = 360
LIMIT_MS = 1_000
# What becomes of a hundred offers.
FATES = (
    (HandoffStatus.OFFERED, 4),
    (HandoffStatus.ACCEPTED, 16),
    (HandoffStatus.RETURNED, 30),
    (HandoffStatus.EXPIRED, 6),
    (HandoffStatus.WITHDRAWN, 4),
    (HandoffStatus.SALES_QUALIFIED, 22),
    (HandoffStatus.DISQUALIFIED, 18),
)
TAKEN_ON = (HandoffStatus.ACCEPTED, HandoffStatus.SALES_QUALIFIED, HandoffStatus.DISQUALIFIED)


def test_insights() -> None:
    scoring.lay_facts(LEADS, LEADS * 5)
    _offer([a_version(scoring.document(), "superseded"), a_version(scoring.document(), "active")], sam())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    print(f"\n{connection.vendor}, {LEADS:,} leads, {Handoff.objects.count():,} handoffs of {DAYS} days")
    client = Client()
    client.force_login(sam())
    slow = [
        name
        for name, address in _addresses().items()
        if _look(name, lambda a=address: _get(client, a)) > LIMIT_MS
    ]
    # A worker's work, whose instant the agenda shows: it is told, and not held to the limit of a page.
    _look("agenda prepared", _prepare)
    assert slow == []


def _offer(versions: list[Version], person: User) -> None:
    """One lead in so many, under receipts of the documents' shape; a third of those taken on are won."""
    now, chance = timezone.now(), random.Random(7)
    ids = list(Lead.objects.order_by("pk").values_list("pk", flat=True)[:: LEADS // HANDOFFS])[:HANDOFFS]
    some = {
        each.pk: [frozen(one) for one in receipts(each, ids[:300], as_of=now).values()] for each in versions
    }
    returns = list(Reason.objects.exclude(family="disqualify"))
    ruled_out = list(Reason.objects.filter(family="disqualify"))
    statuses, weights = zip(*FATES, strict=True)
    rows = []
    for lead_id in ids:
        offered_at = now - timedelta(minutes=chance.randrange(1, DAYS * 24 * 60))
        version = versions[offered_at > now - timedelta(days=DAYS / 2)]
        receipt, status = chance.choice(some[version.pk]), chance.choices(statuses, weights)[0]
        is_taken = status in TAKEN_ON
        decided_at = (
            offered_at + timedelta(hours=chance.randrange(1, 60))
            if is_taken or status == "returned"
            else None
        )
        keys = [line["key"] for line in receipt["lines"] if line["is_met"] and line["key"]]
        rows.append(
            Handoff(
                lead_id=lead_id,
                version=version,
                points=receipt["points"],
                grade=receipt["grade"],
                receipt=receipt,
                status=status,
                owner=person if is_taken else None,
                offered_at=offered_at,
                due_at=offered_at + timedelta(hours=40),
                decided_at=decided_at,
                accepted_at=decided_at if is_taken else None,
                ended_at=decided_at if status not in ("offered", "accepted") else None,
                reason={"returned": chance.choice(returns), "disqualified": chance.choice(ruled_out)}.get(
                    status
                ),
                challenged_key=chance.choice(keys) if status == "returned" and keys else "",
            )
        )
    with transaction.atomic():
        create(Handoff, rows)
        won = [row for row in rows if row.status == "sales_qualified" and chance.random() < 0.6]
        create(Outcome, [_won(row, chance) for row in won])


def _won(row: Handoff, chance: random.Random) -> Outcome:
    at = row.offered_at + timedelta(days=chance.randrange(5, 90))
    return Outcome(
        lead_id=row.lead_id, kind=OutcomeKind.WON, at=at, source=a_source(), external_id=f"won-{row.pk}"
    )


def _addresses() -> dict[str, str]:
    """The pages, then some of the lists that their numbers open."""
    today = timezone.now().date()
    year = f"?from={today - timedelta(days=DAYS)}&to={today}"
    watch, clause = reverse("leads:watch_list") + year, "c-0"
    channel = Term.objects.order_by("pk").values_list("pk", flat=True)[0]
    return {
        "overview": reverse("reviews:insights") + year,
        **{name: reverse("reviews:insight", args=[name]) + year for name in REPORTS},
        "clauses, CSV": reverse("reviews:insight_csv", args=["clauses"]) + year,
        "list: all of the year": watch,
        "list: one clause": f"{watch}&carried={clause}&status=ever_accepted",
        "list: one last channel": f"{watch}&last_channel={channel}",
    }


def _get(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200, address


def _prepare() -> None:
    """The agenda of a yearly review, whose period has all the handoffs; taken back after each time."""
    with transaction.atomic():
        series = a_series(
            cadence=Cadence.EVERY_DAYS,
            every_days=365,
            starts_on=timezone.now().date() + timedelta(days=3),
            time_zone="UTC",
        )
        meeting_prepare(meeting=first_meeting(series), actor=None)
        transaction.set_rollback(True)


def _look(name: str, act: Callable[[], Any]) -> float:
    """Milliseconds, the median of some rounds after one that is not counted; and the queries of one."""
    act()
    with CaptureQueriesContext(connection) as queries:
        act()
    # Read at once: the next request empties the connection's log.
    asked = [float(query["time"]) * 1000 for query in queries.captured_queries]
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        act()
        times.append((time.perf_counter() - started) * 1000)
    median = statistics.median(times)
    slowest = max(asked, default=0.0)
    print(f"{name:<24}{len(asked):>4} queries {median:>7.0f} ms, the slowest query {slowest:.0f}")
    return median
