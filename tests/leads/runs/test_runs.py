"""A run from the request to the flip, what may come between, and what must never be seen."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from django.utils import timezone

from definitions.models import Definition, Version
from definitions.signals import version_ratified
from leads.facts import refresh
from leads.models import Chunk, ClockLook, Run, RunStatus, Score, TouchedLead
from leads.scoring import chunks, flip, marks, runs
from leads.scoring.runs import run_request
from portal.common.errors import Conflict, Refused
from portal.common.models import AuditEntry
from tests.builders import a_lead, a_version, an_active_version, an_activity, maya, rita
from tests.leads.runs.poison import SENTENCE, poisoned
from tests.leads.runs.stories import a_ratified_version, computed, drain_all, scores, some_leads, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "LEADS_PER_CHUNK", 3)


def active() -> Version | None:
    return Definition.objects.get(stage="mql").active_version


def an_activation(version: Version) -> Run:
    return run_request(version=version, kind=Run.Kind.ACTIVATION, actor=maya())


def test_a_ratified_version_becomes_active_when_all_leads_are_scored() -> None:
    leads = some_leads(4)
    version = a_version(status="ratified")
    run = an_activation(version)
    assert (run.status, run.leads_total, run.requested_by) == (RunStatus.QUEUED, 4, maya())
    assert active() is None

    assert work() == [run]

    run.refresh_from_db()
    version.refresh_from_db()
    assert (run.status, run.leads_done, run.percent) == (RunStatus.DONE, 4, 100)
    assert (version.status, active()) == ("active", version)
    assert version.activated_at is not None
    assert scores(version) == {lead.pk: (100, True) for lead in leads}
    assert not TouchedLead.objects.exists()
    assert ClockLook.objects.get(version=version).looked_at == run.as_of
    entry = AuditEntry.objects.get(verb="version.activated")
    assert (entry.actor, entry.subject_id) == (None, str(version.pk))


def test_the_signal_of_the_ratification_owes_the_run() -> None:
    version = a_version(status="ratified")
    version_ratified.send(sender=Version, version=version, actor=maya())
    assert Run.objects.get().version == version


@pytest.mark.usefixtures("_small_chunks")
def test_readers_see_the_old_scores_until_the_flip() -> None:
    leads = some_leads(7)
    old = an_active_version()
    run_request(version=old, kind=Run.Kind.REFRESH, actor=None)
    work()
    before = scores(old)
    new = a_ratified_version()
    run = an_activation(new)
    assert run.chunks.count() == 3

    while chunk := chunks.claim_chunk():
        chunks.work_chunk(chunk)
        assert active() == old
        assert scores(old) == before
    assert flip.finish_runs() == [run]

    old.refresh_from_db()
    assert (active(), old.status, old.ended_at is not None) == (new, "superseded", True)
    assert scores(new) == {lead.pk: (0, False) for lead in leads}


@pytest.mark.usefixtures("_small_chunks")
def test_progress_is_counted_from_the_chunks() -> None:
    some_leads(7)
    run = an_activation(a_version(status="ratified"))
    seen = []
    while chunk := chunks.claim_chunk():
        chunks.work_chunk(chunk)
        run.refresh_from_db()
        seen.append((run.status, run.leads_done, run.percent))
    assert seen == [("running", 1, 14), ("running", 4, 57), ("running", 7, 100)]


@pytest.mark.usefixtures("_small_chunks")
def test_facts_that_change_while_a_run_is_made_count() -> None:
    leads = some_leads(7)
    old = an_active_version()
    new = a_ratified_version()
    an_activation(new)
    while chunk := chunks.claim_chunk():
        chunks.work_chunk(chunk)
    # After its chunk was scored: a second look at the pricing page, and a lead nobody knew of.
    an_activity(leads[0], at=timezone.now() - timedelta(hours=1), subject="Pricing")
    refresh([leads[0].pk])
    late = some_leads(1)[0]
    flip.finish_runs()
    assert active() == new
    assert scores(new)[leads[0].pk] == (50, True)
    assert scores(new)[late.pk] == (0, False)
    assert scores(new) == computed(new)
    assert scores(old) == computed(old)


def test_marks_are_drained_for_the_run_in_the_making_too() -> None:
    lead = some_leads(1)[0]
    old, new = an_active_version(), a_ratified_version()
    an_activation(new)
    drain_all()
    assert set(scores(old)) == set(scores(new)) == {lead.pk}


@pytest.mark.usefixtures("_small_chunks")
def test_the_spans_cover_every_id_there_is_or_will_be() -> None:
    some_leads(7)
    run = an_activation(a_version(status="ratified"))
    spans = list(run.chunks.values_list("first_lead_id", "last_lead_id"))
    assert spans[0][0] == 0
    assert spans[-1][1] == 2**63 - 1
    assert all(last + 1 == first for (_, last), (first, _) in pairwise(spans))


def test_a_workspace_without_leads_gets_its_active_version() -> None:
    version = a_version(status="ratified")
    run = an_activation(version)
    assert work() == [run]
    assert active() == version


def test_a_newer_run_supersedes_an_older_one() -> None:
    some_leads(2)
    first, second = a_version(status="ratified"), a_ratified_version()
    old_run, new_run = an_activation(first), an_activation(second)
    old_run.refresh_from_db()
    assert old_run.status == RunStatus.SUPERSEDED
    assert work() == [new_run]
    first.refresh_from_db()
    assert (active(), first.status) == (second, "superseded")


def test_a_version_that_is_not_ratified_is_not_activated() -> None:
    with pytest.raises(Conflict, match="MQL v1 is proposed"):
        an_activation(a_version(status="proposed"))
    assert not Run.objects.exists()


def test_a_version_that_lost_its_ratification_fails_its_run() -> None:
    version = a_version(status="ratified")
    run = an_activation(version)
    Version.objects.filter(pk=version.pk).update(status="withdrawn")
    work()
    run.refresh_from_db()
    assert (run.status, active()) == (RunStatus.FAILED, None)


def test_a_chunk_whose_worker_died_is_taken_up_when_its_lease_is_over() -> None:
    some_leads(2)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        run = an_activation(a_version(status="ratified"))
        assert chunks.claim_chunk() is not None
        assert work() == []
        assert chunks.oldest_due(timezone.now()) is None
        clock.shift(timedelta(seconds=chunks.LEASE_SECONDS + 5))
        assert chunks.oldest_due(timezone.now()) == timezone.now() - timedelta(seconds=5)
        assert work() == [run]


def test_a_worker_that_lost_its_chunk_changes_nothing() -> None:
    some_leads(2)
    version = a_version(status="ratified")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        an_activation(version)
        slow = chunks.claim_chunk()
        assert slow is not None
        clock.shift(timedelta(seconds=chunks.LEASE_SECONDS + 1))
        fast = chunks.claim_chunk()
        assert fast is not None
        chunks.work_chunk(slow)
        assert not Score.objects.exists()
        chunks.work_chunk(fast)
        assert len(scores(version)) == 2


def test_one_poisoned_lead_is_parked_and_the_others_are_scored() -> None:
    leads = some_leads(8)
    version = a_version(status="ratified")
    run = an_activation(version)
    TouchedLead.objects.all().delete()
    bad = leads[5]
    with poisoned(bad.pk):
        work()
    run.refresh_from_db()
    assert (run.status, run.leads_done) == (RunStatus.DONE, 8)
    assert active() == version
    assert set(scores(version)) == {lead.pk for lead in leads} - {bad.pk}
    parked = run.chunks.get(status=Chunk.Status.PARKED)
    assert (parked.first_lead_id, parked.last_lead_id, parked.leads) == (bad.pk, bad.pk, 1)
    assert SENTENCE in parked.error
    assert TouchedLead.objects.get().parked_at is not None
    assert sum(run.chunks.values_list("leads", flat=True)) == 8

    runs.run_retry(run=run, actor=rita())
    drain_all()
    assert scores(version)[bad.pk] == (100, True)
    assert not TouchedLead.objects.exists()
    with pytest.raises(Conflict, match="Nothing of this run is left"):
        runs.run_retry(run=run, actor=rita())


def test_a_fault_of_everything_fails_the_run_and_parks_little() -> None:
    some_leads(60)
    old = an_active_version()
    version = a_ratified_version()
    TouchedLead.objects.all().delete()
    run = an_activation(version)
    with poisoned():
        work()
    run.refresh_from_db()
    assert run.status == RunStatus.FAILED
    assert SENTENCE in run.error
    assert active() == old
    again = runs.run_retry(run=run, actor=rita())
    assert work() == [again]
    assert active() == version


def test_a_poisoned_mark_does_not_hold_up_the_flip() -> None:
    leads = some_leads(3)
    version = a_version(status="ratified")
    an_activation(version)
    chunks.work_chunks(has_time=lambda: True)
    refresh([leads[0].pk])
    Score.objects.filter(lead=leads[0]).delete()
    with poisoned(leads[0].pk):
        assert len(flip.finish_runs()) == 1
    assert active() == version
    assert TouchedLead.objects.get().parked_at is not None


def test_a_span_that_kills_its_workers_is_split() -> None:
    some_leads(4)
    run = an_activation(a_version(status="ratified"))
    Chunk.objects.update(attempts=chunks.CLAIMS_BEFORE_SPLIT)
    work()
    run.refresh_from_db()
    assert (run.status, run.chunks.count(), run.leads_done) == (RunStatus.DONE, 2, 4)


def test_a_rescore_writes_over_the_active_version() -> None:
    lead = some_leads(1)[0]
    version = an_active_version()
    drain_all()
    Score.objects.update(points=1, grade=1)
    run = runs.rescore(definition=version.definition, actor=rita())
    assert work() == [run]
    assert scores(version) == {lead.pk: (100, True)}


def test_a_member_starts_no_rescore() -> None:
    version = an_active_version()
    with pytest.raises(Refused, match="Only managers"):
        runs.rescore(definition=version.definition, actor=maya())
    assert not Run.objects.exists()


def test_marks_waiting_are_a_lag_until_a_batch_is_worked_off() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        an_active_version()
        a_lead()
        assert marks.oldest_due(timezone.now()) == timezone.now()
        clock.shift(timedelta(seconds=40))
        marks.drain()
        a_lead()
        assert marks.oldest_due(timezone.now()) == timezone.now()
