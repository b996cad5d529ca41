"""While the database or Redis is away every page is a 503 with a sentence, and none a 500."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client, override_settings

from tests.builders import PASSWORD, sam

BASE = Path(__file__).resolve().parent.parent.parent
SENTENCE = "A service that the portal needs is busy or away. Try again in a few seconds."
ATTEMPTS = 5  # that may fail within five minutes
NOWHERE = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}


def test_a_database_that_is_away_is_a_503_wherever_it_is_asked(tmp_path: Path) -> None:
    """The first to ask are the session and the way in, long before any view."""
    script = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "from tests.common.test_away import SENTENCE\n"
        "client = Client(raise_request_exception=False)\n"
        "client.cookies['sessionid'] = 'of-somebody'\n"
        "for headers in ({}, {'HX-Request': 'true'}):\n"
        "    for path in ('/', '/leads/', '/accounts/login/'):\n"
        "        answer = client.get(path, headers=headers)\n"
        "        print(answer.status_code, answer['Retry-After'], SENTENCE in answer.content.decode())\n"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "ACCORD_DATA": str(tmp_path),
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
    }
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=BASE, env=environment, capture_output=True, text=True, timeout=60
    )
    assert result.stdout.splitlines() == ["503 5 True"] * 6, result.stderr


@pytest.mark.django_db
@override_settings(CACHES={"default": NOWHERE})
def test_signing_in_while_redis_is_away_is_a_503() -> None:
    """Attempts to sign in are counted there; whoever is signed in notices nothing."""
    person = sam()
    client = Client(raise_request_exception=False)
    answer = client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert SENTENCE in answer.content.decode()
    client.force_login(person)
    assert client.get("/leads/").status_code == 200


@pytest.mark.django_db
def test_attempts_while_the_database_is_away_lock_nobody_out() -> None:
    def away(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if 'FROM "common_user"' in sql:
            raise OperationalError("The database is away.")
        return execute(sql, *rest)

    person, client = sam(), Client(raise_request_exception=False)
    form = {"login": person.email, "password": PASSWORD}
    client.get("/accounts/login/")
    with connection.execute_wrapper(away):
        assert {client.post("/accounts/login/", form).status_code for _ in range(ATTEMPTS + 1)} == {503}
    assert client.post("/accounts/login/", form).status_code == 302


@pytest.mark.django_db
def test_what_is_broken_is_still_a_500(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("leads.views.queue.selectors.queue", broken)
    client = Client(raise_request_exception=False)
    client.force_login(sam())
    answer = client.get("/leads/")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
