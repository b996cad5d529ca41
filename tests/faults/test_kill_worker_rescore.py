"""Workers are killed in the middle of a rescore, again and again, and no score is lost or wrong."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from definitions.models import ActivityKind, Definition, Version
from leads.facts import mark_touched, refresh
from leads.invariants import breaches
from leads.models import Activity, Chunk, Lead, Run, RunStatus, Score, TouchedLead
from leads.scoring import chunks, flip, runs
from leads.scoring.compiler import score_rows
from leads.scoring.runs import run_request
from leads.scoring.scope import Scope
from portal.celery import app as celery_app
from portal.tasks import sweep
from tests.builders import a_source, a_term, a_version, an_account, an_activity, maya
from tests.conftest import Worker

LEADS = 3_000
LEADS_PER_CHUNK = 15
PATIENCE = 120.0


@pytest.fixture
def many_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "LEADS_PER_CHUNK", LEADS_PER_CHUNK)


@pytest.mark.usefixtures("many_chunks")
def test_two_killed_workers_cost_seconds_and_no_score(real_worker: Worker) -> None:
    _kill_during_a_run(real_worker, kills=2, is_patient=False)


@pytest.mark.fault
@pytest.mark.usefixtures("many_chunks")
def test_ten_killed_workers_cost_seconds_and_no_score(real_worker: Worker) -> None:
    _kill_during_a_run(real_worker, kills=10, is_patient=True)


def test_a_worker_that_comes_finds_what_is_owed_though_nobody_rings(real_worker: Worker) -> None:
    real_worker.kill()
    _many_leads(20)
    run = run_request(version=a_version(status="ratified"), kind=Run.Kind.ACTIVATION, actor=maya())
    celery_app.control.purge()
    real_worker.start()
    deadline = time.monotonic() + PATIENCE
    while Run.objects.get(pk=run.pk).is_open:
        assert time.monotonic() < deadline, "nobody looked"
        time.sleep(0.1)
    assert Run.objects.get(pk=run.pk).status == RunStatus.DONE


@pytest.mark.usefixtures("many_chunks")
@pytest.mark.django_db
def test_the_check_finds_a_worker_that_ticks_first_and_scores_afterwards() -> None:
    """The broken twin: the tick is committed, the worker dies, the scores of its chunk are never written."""
    _many_leads(60)
    version = a_version(status="ratified")
    run_request(version=version, kind=Run.Kind.ACTIVATION, actor=maya())
    TouchedLead.objects.all().delete()
    died_over = chunks.claim_chunk()
    assert died_over is not None
    Chunk.objects.filter(pk=died_over.pk).update(status=Chunk.Status.DONE)
    chunks.work_chunks(has_time=lambda: True)
    assert flip.finish_runs()
    assert len(_wrong_scores(version)) == LEADS_PER_CHUNK


def _kill_during_a_run(worker: Worker, *, kills: int, is_patient: bool) -> None:
    leads = _many_leads(LEADS)
    version = a_version(status="ratified")
    TouchedLead.objects.all().delete()
    run = run_request(version=version, kind=Run.Kind.ACTIVATION, actor=maya())
    started = time.monotonic()
    for number in range(kills):
        before = Run.objects.get(pk=run.pk).leads_done
        # A few chunks later than before, and never at the same place of a chunk.
        _until(lambda before=before: Run.objects.get(pk=run.pk).leads_done > before)
        time.sleep(0.003 * number)
        worker.kill()
        assert Run.objects.get(pk=run.pk).status == RunStatus.RUNNING, "the run was over before the kill"
        assert Definition.objects.get(stage="mql").active_version is None
        # Life goes on: a lead looks at the pricing page.
        an_activity(leads[number], at=timezone.now() - timedelta(hours=1), subject="Pricing")
        mark_touched([leads[number].pk])
        worker.log.write_bytes(b"")
        worker.start()
        worker.wait_until_ready()
    if not is_patient:
        # As if the lease of the chunk that the killed worker held were over.
        Chunk.objects.filter(status=Chunk.Status.WAITING).update(lease_until=None)
    _until(lambda: not Run.objects.get(pk=run.pk).is_open and not TouchedLead.objects.exists())
    seconds = time.monotonic() - started
    print(f"\n{kills} kills, {Chunk.objects.count()} chunks: done after {seconds:.0f} s")
    run.refresh_from_db()
    assert (run.status, run.leads_done) == (RunStatus.DONE, LEADS)
    assert Definition.objects.get(stage="mql").active_version == version
    assert not Chunk.objects.exclude(status=Chunk.Status.DONE).exists()
    assert _wrong_scores(version) == []
    assert breaches() == []


def _many_leads(count: int) -> list[Lead]:
    """Every second one looked at the pricing page; refreshed and marked."""
    now, account, source = timezone.now(), an_account(industry="Software"), a_source()
    captured_at, viewed_at = now - timedelta(days=90), now - timedelta(days=1)
    leads = Lead.objects.bulk_create(
        Lead(source=source, external_id=f"k-{number}", account=account, captured_at=captured_at)
        for number in range(count)
    )
    kind, subject = ActivityKind.objects.get(key="page_viewed"), a_term("Pricing")
    Activity.objects.bulk_create(
        Activity(
            lead=lead,
            kind=kind,
            subject=subject,
            source=source,
            occurred_at=viewed_at,
            message_id=f"k-{lead.pk}",
        )
        for lead in leads[::2]
    )
    with transaction.atomic():
        refresh(lead.pk for lead in leads)
    return leads


def _wrong_scores(version: Version) -> list[tuple[int, ...]]:
    """Leads whose score is missing, too many, or another than computed afresh."""
    kept = set(
        Score.objects.filter(version=version).values_list("lead_id", "points", "grade", "is_qualified")
    )
    fresh = {
        (row.lead_id, row.points, row.grade, row.is_qualified)
        for row in score_rows(version.document, Scope.all(), timezone.now())
    }
    return sorted(kept ^ fresh)


def _until(is_so: Callable[[], bool]) -> None:
    """Rings the bell as beat does, only more often, until it is so."""
    deadline, next_ring = time.monotonic() + PATIENCE, 0.0
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        if time.monotonic() > next_ring:
            sweep.delay()
            next_ring = time.monotonic() + 2
        time.sleep(0.005)
