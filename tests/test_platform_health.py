"""/healthz and /readyz, and the worker's watchdog."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from portal.common import audit, owed
from portal.common.models import AuditEntry, User
from portal.health import HealthMiddleware
from portal.watchdog import is_stuck

BASE = Path(__file__).resolve().parent.parent


@pytest.fixture
def a_waiting_row() -> Iterator[None]:
    owed.register("letters", lambda now: now - timedelta(seconds=42))
    yield
    del owed._kinds["letters"]


def test_healthz_answers_without_the_database_and_for_any_host(client: Client) -> None:
    answer = client.get("/healthz", HTTP_HOST="10.0.0.7")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})


def test_readyz_says_how_long_owed_work_has_waited(client: Client, db: None, a_waiting_row: None) -> None:
    answer = client.get("/readyz", HTTP_HOST="10.0.0.7")
    assert answer.status_code == 200
    assert answer.json()["ready"] is True
    assert answer.json()["work"]["by_kind"]["letters"] == pytest.approx(42, abs=1)
    assert answer.json()["work"]["oldest_owed_seconds"] >= 42
    assert answer["Cache-Control"] == "no-store"


def test_readyz_names_a_migration_that_is_missing(db: None) -> None:
    MigrationRecorder(connection).record_unapplied("reviews", "0001_initial")
    # A client of its own: the middleware remembers that nothing was missing.
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert "reviews.0001_initial" in answer.json()["migrations_missing"]
    assert answer["Retry-After"] == "5"


def test_readyz_is_503_while_the_database_is_away(tmp_path: Path) -> None:
    script = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "answer = Client().get('/readyz'); print(answer.status_code, answer.content.decode())"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "ACCORD_DATA": str(tmp_path),
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
    }
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=BASE, env=environment, capture_output=True, text=True, timeout=60
    )
    assert '503 {"ready": false, "database": "away"}' in result.stdout, result.stderr


@pytest.mark.parametrize(
    ("case", "unclaimed_age", "busy", "up_for", "expected"),
    [
        ("nothing waits", None, 0, 100, False),
        ("waits a little", 29, 0, 100, False),
        ("waits too long", 31, 0, 100, True),
        ("waits too long, one of two busy", 31, 1, 100, True),
        ("waits because the pool is full", 31, 2, 100, False),
        ("waited before this worker came", 300, 0, 20, False),
    ],
)
def test_a_worker_gives_up_only_when_idle_hands_leave_work_lying(
    case: str, unclaimed_age: float | None, busy: int, up_for: float, expected: bool
) -> None:
    assert (
        is_stuck(unclaimed_age=unclaimed_age, busy=busy, pool_size=2, up_for=up_for, limit=30) is expected
    ), case


@pytest.mark.parametrize("round_number", [1, 2])
def test_tests_that_commit_start_with_empty_tables_and_standing_triggers(
    transactional_db: None, round_number: int
) -> None:
    assert AuditEntry.objects.count() == 0
    maya = User.objects.create_user("maya@example.com", name="Maya")
    entry = audit.record("user.invited", subject=maya, actor=None)
    with pytest.raises(Exception, match="insert-only"):
        AuditEntry.objects.filter(pk=entry.pk).update(verb="user.forgotten")


def test_readiness_is_asked_of_the_database_each_time(db: None, django_assert_num_queries: object) -> None:
    middleware = HealthMiddleware(lambda request: None)  # type: ignore[arg-type, return-value]
    assert middleware._missing_migrations() == []
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert middleware._missing_migrations() == []
