"""Several workers at once: no chunk is worked on twice, and no old result is written over a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from leads.models import Chunk, Run, RunStatus
from leads.scoring import chunks, flip, marks, runs
from leads.scoring.locks import score_alone, score_beside_chunks
from leads.scoring.runs import run_request
from tests.builders import a_version, maya
from tests.leads.runs.stories import computed, scores, some_leads

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 4


def in_threads(work: Callable[[], list[int]]) -> list[int]:
    def one(_: int) -> list[int]:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as pool:
        return [found for many in pool.map(one, range(WORKERS)) for found in many]


def an_activation(monkeypatch: pytest.MonkeyPatch, leads: int) -> Run:
    monkeypatch.setattr(runs, "LEADS_PER_CHUNK", 1)
    some_leads(leads)
    return run_request(version=a_version(status="ratified"), kind=Run.Kind.ACTIVATION, actor=maya())


def test_no_chunk_is_claimed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    run = an_activation(monkeypatch, 24)

    def claim() -> list[int]:
        found = []
        while chunk := chunks.claim_chunk():
            found.append(chunk.pk)
        return found

    claimed = in_threads(claim)
    assert sorted(claimed) == list(run.chunks.order_by("pk").values_list("pk", flat=True))
    assert set(run.chunks.values_list("attempts", flat=True)) == {1}


def test_workers_side_by_side_end_a_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    run = an_activation(monkeypatch, 24)

    def work() -> list[int]:
        while chunks.work_chunks(has_time=lambda: True):
            marks.drain()
        return [ended.pk for ended in flip.finish_runs()]

    assert in_threads(work) == [run.pk]
    run.refresh_from_db()
    assert (run.status, run.leads_done) == (RunStatus.DONE, 24)
    assert not run.chunks.exclude(status=Chunk.Status.DONE).exists()
    assert scores(run.version) == computed(run.version)


@pytest.fixture
def another_worker() -> Iterator[BaseDatabaseWrapper]:
    """A second connection, in the middle of a chunk of version 1."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(7205, 1)")
        yield other
    finally:
        other.rollback()
        other.close()


@pytest.mark.servers
@pytest.mark.usefixtures("another_worker")
def test_chunks_of_one_version_go_side_by_side() -> None:
    with transaction.atomic():
        _wait_no_longer_than("300ms")
        score_beside_chunks(1)


@pytest.mark.servers
@pytest.mark.usefixtures("another_worker")
def test_a_drain_waits_for_the_chunk_that_may_have_read_older_facts() -> None:
    with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
        _wait_no_longer_than("300ms")
        score_alone([1])


@pytest.mark.servers
@pytest.mark.usefixtures("another_worker")
def test_other_versions_do_not_wait() -> None:
    with transaction.atomic():
        _wait_no_longer_than("300ms")
        score_alone([2])


@pytest.fixture
def a_database_that_goes() -> Iterator[None]:
    """Whoever writes a score loses the connection, as when PostgreSQL is killed at that moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION go_away() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER go_away BEFORE INSERT ON leads_score FOR EACH ROW EXECUTE FUNCTION go_away()"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER go_away ON leads_score")
        cursor.execute("DROP FUNCTION go_away()")


@pytest.mark.servers
@pytest.mark.usefixtures("a_database_that_goes")
def test_a_lost_connection_is_no_failure_of_the_leads() -> None:
    """However often the chunk has been claimed before, by workers that were killed."""
    some_leads(2)
    run_request(version=a_version(status="ratified"), kind=Run.Kind.ACTIVATION, actor=maya())
    Chunk.objects.update(attempts=chunks.FAILURES_BEFORE_SPLIT)
    claimed = chunks.claim_chunk()
    assert claimed is not None
    with pytest.raises(OperationalError, match="terminating connection"):
        chunks.work_chunk(claimed)
    left = Chunk.objects.get()
    assert (left.status, left.error, left.leads) == (Chunk.Status.WAITING, "", 2)
    assert left.lease_until == claimed.lease_until


def _wait_no_longer_than(limit: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [limit])
