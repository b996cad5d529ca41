"""How long 5,000 leads with 130,000 activities take from the request to the flip, beside their floor."""

from __future__ import annotations

import statistics
import time

import pytest
from django.db import connection

from leads.models import Run
from leads.scoring.runs import run_request
from tests.benchmarks import scoring
from tests.builders import maya
from tests.conftest import Worker

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db(transaction=True)]

LEADS, ACTIVITIES = 5_000, 130_000
LIMIT_SECONDS = 2.0
SETTLE_SECONDS = 5.0


def test_rescore() -> None:
    scoring.lay_facts(LEADS, ACTIVITIES)
    floor = scoring.median(scoring.floor_seconds)
    seconds = scoring.median(scoring.rescore_seconds)
    print(
        f"\n{connection.vendor}: {LEADS:,} leads, {ACTIVITIES:,} activities, 12 criteria, median: "
        f"{seconds:.2f} s from request to flip; floor {floor:.2f} s; {seconds / floor:.1f} times the floor"
    )
    assert seconds < LIMIT_SECONDS


def test_rescore_by_a_worker(real_worker: Worker) -> None:
    """The same through broker and worker process, which adds the time until the bell is heard."""
    scoring.lay_facts(LEADS, ACTIVITIES)
    seconds = []
    for _ in range(scoring.ROUNDS):
        started = time.perf_counter()
        run = run_request(version=scoring.ratified_version(), kind=Run.Kind.ACTIVATION, actor=maya())
        while Run.objects.get(pk=run.pk).is_open:
            assert time.perf_counter() - started < 60
            time.sleep(0.01)
        seconds.append(time.perf_counter() - started)
        # The worker goes on to offer the leads that qualify now; the next round does not wait for that.
        time.sleep(SETTLE_SECONDS)
    each = [round(one, 2) for one in seconds]
    print(f"\n{connection.vendor}, by a worker: median {statistics.median(seconds):.2f} s, each {each}")
    assert statistics.median(seconds) < LIMIT_SECONDS
