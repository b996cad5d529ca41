"""The scoring engine at size: each figure beside its floor of the same run.

`ACCORD_BENCH_LEADS` leads (100,000 unless given; 1,000,000 is what the documentation quotes), twenty
activities each, a definition of twelve criteria.
"""

from __future__ import annotations

import itertools
import os
import random
import statistics
import threading
import time
from typing import Any

import psutil
import pytest
from django.db import connection, transaction
from django.utils import timezone

from definitions.models import Definition, Version
from leads.facts import mark_touched
from leads.models import Account, Activity, Lead, LeadFit, Run, Score
from leads.scoring import chunks
from leads.scoring.compiler import score_into, score_rows
from leads.scoring.receipt import receipt
from leads.scoring.runs import run_request
from leads.scoring.scope import Scope
from tests.benchmarks import scoring
from tests.builders import maya
from tests.conftest import Worker
from tests.leads.scoring.oracle import Deed, Oracle, Person

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db(transaction=True)]

LEADS = int(os.environ.get("ACCORD_BENCH_LEADS", "100000"))
PER_LEAD = 20
TOUCHED = {1: 20, 100: 10, 10_000: 5}
PYTHON_SAMPLE = 500


# Seconds of a full rescore, by the number of leads: the growth is said with the larger one.
_seconds: dict[int, float] = {}


@pytest.mark.parametrize("leads", [LEADS // 10, LEADS])
def test_engine(leads: int) -> None:
    started = time.perf_counter()
    scoring.lay_facts(leads, leads * PER_LEAD)
    _say(f"{connection.vendor}, {leads:,} leads and {leads * PER_LEAD:,} activities, 12 criteria")
    _say(f"the facts stand after {time.perf_counter() - started:.0f} s")
    floor = scoring.median(scoring.floor_seconds)
    one = _seconds[leads] = _rescores(workers=1)
    _say(
        f"full rescore, request to flip: {one:.2f} s; floor {floor:.2f} s; {one / floor:.2f} times the floor"
    )
    if leads // 10 in _seconds:
        _say(f"ten times the leads take {one / _seconds[leads // 10]:.1f} times as long")
    if connection.features.has_select_for_update:
        two = _rescores(workers=2)
        _say(f"two workers: {two:.2f} s; {one / two:.2f} times faster than one")
    _refresh()
    _touched()
    _receipts()
    _python(one / leads)


@pytest.mark.servers
def test_memory_of_a_worker(real_worker: Worker) -> None:
    scoring.lay_facts(LEADS, LEADS * PER_LEAD)
    run = run_request(version=scoring.ratified_version(), kind=Run.Kind.ACTIVATION, actor=maya())
    highest, started = 0.0, time.perf_counter()
    assert real_worker.process is not None
    parent = psutil.Process(real_worker.process.pid)
    while Run.objects.get(pk=run.pk).is_open:
        processes = [parent, *parent.children(recursive=True)]
        highest = max(highest, *(one.memory_info().rss / 1e6 for one in processes))
        time.sleep(0.05)
    _say(
        f"a worker of {real_worker.concurrency} processes: {time.perf_counter() - started:.1f} s, "
        f"at most {highest:.0f} MB in one process"
    )


def test_the_site_stays_usable() -> None:
    """While everything is rescored somebody else writes now and then: how long do they wait?"""
    scoring.lay_facts(LEADS, LEADS * PER_LEAD)
    run_request(version=scoring.ratified_version(), kind=Run.Kind.ACTIVATION, actor=maya())
    waits: list[float] = []
    is_over = threading.Event()
    writer = threading.Thread(target=_write_now_and_then, args=(waits, is_over))
    writer.start()
    started = time.perf_counter()
    chunks.work_chunks(has_time=lambda: True)
    seconds = time.perf_counter() - started
    is_over.set()
    writer.join()
    _say(
        f"{connection.vendor}, {LEADS:,} leads scored in {seconds:.1f} s; {len(waits)} writes beside it, "
        f"median {statistics.median(waits) * 1000:.0f} ms, longest {max(waits) * 1000:.0f} ms"
    )


def _write_now_and_then(waits: list[float], is_over: threading.Event) -> None:
    lead_ids = itertools.cycle(LeadFit.objects.order_by("lead_id").values_list("lead_id", flat=True)[:100])
    try:
        while not is_over.wait(0.05):
            started = time.perf_counter()
            mark_touched([next(lead_ids)])
            waits.append(time.perf_counter() - started)
    finally:
        connection.close()


def _rescores(workers: int) -> float:
    seconds = []
    for _ in range(scoring.ROUNDS):
        scoring.forget_all_scores()
        seconds.append(scoring.rescore_seconds(workers))
    return statistics.median(seconds)


def _active() -> Version:
    version = Definition.objects.get(stage="mql").active_version
    assert version is not None
    return version


def _refresh() -> None:
    """The same version again: the scores are there and few differ."""
    version = _active()
    started = time.perf_counter()
    run_request(version=version, kind=Run.Kind.REFRESH, actor=maya())
    chunks.work_chunks(has_time=lambda: True)
    _say(f"the same version again, where few scores differ: {time.perf_counter() - started:.2f} s")


def _touched() -> None:
    version, chance = _active(), random.Random(3)
    ids = list(LeadFit.objects.values_list("lead_id", flat=True))
    for count, rounds in TOUCHED.items():
        if count <= len(ids):
            seconds = scoring.median(lambda: _score(version, chance.sample(ids, count)), rounds)  # noqa: B023
            _say(f"touched leads, {count:,}: {seconds * 1000:.1f} ms of database time")


def _score(version: Version, lead_ids: list[int]) -> float:
    """Seconds of database time: planning, computing, writing."""
    seconds = []

    def look(execute: Any, *arguments: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            seconds.append(time.perf_counter() - started)

    with transaction.atomic(), connection.execute_wrapper(look):
        score_into(version, Scope.ids(lead_ids), timezone.now())
    return sum(seconds)


def _receipts() -> None:
    version, chance = _active(), random.Random(4)
    ids = list(LeadFit.objects.values_list("lead_id", flat=True)[:1000])

    def one() -> float:
        started = time.perf_counter()
        assert receipt(version, chance.choice(ids), timezone.now())
        return time.perf_counter() - started

    _say(f"one receipt with its why-not: {scoring.median(one, 20) * 1000:.1f} ms")


def _python(seconds_per_lead: float) -> None:
    """The same definition, lead by lead in Python: judged alone, and with what is read and written for it."""
    ids = list(LeadFit.objects.order_by("lead_id").values_list("lead_id", flat=True)[:PYTHON_SAMPLE])
    now, people = timezone.now(), _people(ids)
    oracle = Oracle(scoring.document(), people, now)
    started = time.perf_counter()
    verdicts = [oracle.judge(person).points for person in people]
    judging = (time.perf_counter() - started) / len(people)
    assert verdicts == [row.points for row in score_rows(scoring.document(), Scope.ids(ids), now)]
    version, started = _active(), time.perf_counter()
    for lead_id in ids:
        points = oracle.judge(_people([lead_id])[0]).points
        Score.objects.filter(version=version, lead=lead_id).update(points=points)
    walking = (time.perf_counter() - started) / len(ids)
    _say(
        f"a lead costs the engine {seconds_per_lead * 1e6:.1f} µs; row by row in Python "
        f"{walking * 1e6:.0f} µs with reading and writing ({walking / seconds_per_lead:.0f} times), "
        f"{judging * 1e6:.0f} µs with its facts in memory ({judging / seconds_per_lead:.0f} times)"
    )


def _people(lead_ids: list[int]) -> list[Person]:
    leads = Lead.objects.select_related("account", "fit").filter(pk__in=lead_ids).order_by("pk")
    deeds: dict[int, list[Deed]] = {}
    activities = Activity.objects.filter(lead__in=lead_ids).select_related("kind", "subject")
    for activity in activities:
        subject = activity.subject.text if activity.subject else None
        deed = Deed(activity.kind.key, activity.occurred_at, subject, seconds=activity.seconds)
        deeds.setdefault(activity.lead_id, []).append(deed)
    return [_person(lead, deeds.get(lead.pk, [])) for lead in leads]


def _person(lead: Lead, deeds: list[Deed]) -> Person:
    account = lead.account or Account()
    facts = {
        "account.industry": account.industry or None,
        "account.employees": account.employees,
        "lead.job_title": lead.job_title or None,
        "lead.country": lead.country or account.country or None,
        "lead.has_free_email": lead.fit.is_free_email,
    }
    return Person(lead.account_id, lead.captured_at, facts, deeds)


def _say(sentence: str) -> None:
    print(f"\n{sentence}", end="", flush=True)
