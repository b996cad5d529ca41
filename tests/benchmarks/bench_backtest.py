"""A back-test at size: 26 weeks of a definition of twelve criteria, beside another of the same kind.

`ACCORD_BENCH_LEADS` leads (100,000 unless given), twenty activities each. Its floor: the database reads
every column of every activity once, for each week and side.
"""

from __future__ import annotations

import os
import time

import pytest
from django.db import connection, transaction
from django.utils import timezone

from leads.evidence.back_tests import WEEKS, back_test_request
from leads.evidence.clauses import evidence_of
from leads.evidence.working import work_due
from leads.models import Activity, BackTest, BackTestWeek, LeadFit
from tests.benchmarks import scoring
from tests.builders import a_version, maya
from tests.leads.evidence.stories import hand_over

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db(transaction=True)]

LEADS = int(os.environ.get("ACCORD_BENCH_LEADS", "100000"))
PER_LEAD = 20
HANDOFFS = 5_000


def test_back_test_and_evidence() -> None:
    scoring.lay_facts(LEADS, LEADS * PER_LEAD)
    _say(f"{connection.vendor}, {LEADS:,} leads and {LEADS * PER_LEAD:,} activities, 12 criteria")
    floor = scoring.median(_read_seconds, 3)
    _say(f"reading every activity once: {floor:.2f} s")
    in_force = a_version(scoring.document(), "active")
    _back_test(floor)
    _evidence(in_force.pk)


def _back_test(floor: float) -> None:
    draft = a_version({**scoring.document(), "threshold": 75}, "ratified")
    back_test = back_test_request(version=draft, actor=maya())
    started = time.perf_counter()
    work_due(has_time=lambda: True, only=back_test)
    seconds = time.perf_counter() - started
    back_test.refresh_from_db()
    assert (back_test.status, back_test.error) == ("done", "")
    asked = 2 * (WEEKS + 1)
    volumes = back_test.result["version"]["volumes"]
    _say(
        f"back-test of {WEEKS} weeks beside the version in force: {seconds:.1f} s, "
        f"{seconds / asked:.2f} s a week and side; {seconds / asked / floor:.1f} times the floor"
    )
    _say(f"{sum(volumes):,} leads qualified, {volumes[-1]:,} in the last week")
    assert BackTestWeek.objects.count() == WEEKS + 1
    started = time.perf_counter()
    assert BackTest.objects.get(pk=back_test.pk).result
    _say(f"reading the kept result: {(time.perf_counter() - started) * 1000:.0f} ms")


def _evidence(version_id: int) -> None:
    version = BackTest.objects.get().against
    assert version is not None
    assert version.pk == version_id
    now = timezone.now()
    fits = LeadFit.objects.order_by("-captured_at").values_list("lead_id", "captured_at")
    with transaction.atomic():
        for number, (lead_id, captured_at) in enumerate(fits[:HANDOFFS]):
            at = captured_at + (now - captured_at) * (number % 9 + 1) / 10
            hand_over(lead_id, version, at, "returned" if number % 3 else "sales_qualified")
    started = time.perf_counter()
    found = evidence_of(scoring.document(), now)
    seconds = time.perf_counter() - started
    _say(f"evidence of {len(found)} clauses on {len(found[0].judged):,} handoffs: {seconds:.2f} s")


def _read_seconds() -> float:
    columns = [field.column for field in Activity._meta.concrete_fields]
    cast = {"properties": "CAST(properties AS text)"}
    read = ", ".join(f"max({cast.get(column, column)})" for column in columns)
    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        cursor.execute(f"SELECT {read} FROM leads_activity")
        cursor.fetchall()
    return time.perf_counter() - started


def _say(sentence: str) -> None:
    print(f"\n{sentence}", end="", flush=True)
