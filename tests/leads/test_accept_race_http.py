"""Fifty signed-in reps accept the same lead over HTTP at the same instant, at the real server.

Exactly one wins; the others read 409 with the winner's name; the winner's second press is 200 with the same
body; nothing is a 5xx. ACCORD_HTTP_RACE_ROUNDS sets the rounds (1,000 on PostgreSQL and 200 on SQLite for a
measurement; 3 in the ordinary suite). The broken twin (`broken_accept`) reads first and writes then, and the
same test must catch it.
"""

from __future__ import annotations

import http.client
import os
import re
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from leads.models import Handoff
from portal.common.models import Team, User
from tests.conftest import BASE, environment_of_children
from tests.leads.test_accept_race import an_offered_handoff, faults_of

ROUNDS = int(os.environ.get("ACCORD_HTTP_RACE_ROUNDS", "3"))
SESSIONS = 50
SENTENCE = re.compile(r"data-error-sentence.*?<span>(.*?)</span>", re.DOTALL)
pytestmark = pytest.mark.django_db(transaction=True)


class Rep(NamedTuple):
    """A person with a session made in advance: signing in is not what is raced."""

    person: User
    headers: dict[str, str]


class Answer(NamedTuple):
    status: int
    body: str


Start = Callable[..., int]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a web server as `manage.py serve` does; gives its port."""
    processes: list[subprocess.Popen[bytes]] = []
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collect, cwd=BASE, env=environment_of_children(), check=True)

    def begin(application: str = "portal.wsgi:application", workers: int = 2) -> int:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [
            *(sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"),
            *("--worker-class", "gthread", "--workers", str(workers), "--threads", "4", "--timeout", "60"),
            *("--no-control-socket", "--log-level", "warning"),
        ]
        log = tmp_path / "web.log"
        with log.open("wb") as output:
            processes.append(
                subprocess.Popen(
                    command, cwd=BASE, env=environment_of_children(), stdout=output, stderr=output
                )
            )
        _wait_until_up(port, processes[-1], log)
        return port

    yield begin
    for process in processes:
        process.terminate()
        process.wait(60)


def _wait_until_up(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline or process.poll() is not None:
                raise AssertionError(log.read_text(errors="replace")[-3000:]) from None
            time.sleep(0.1)


def some_reps() -> list[Rep]:
    reps = []
    for number in range(1, SESSIONS + 1):
        email = f"rep{number}@example.com"
        person = User.objects.create_user(email, name=f"Rep{number} Sample", team=Team.SALES)
        client = Client()
        client.force_login(person)
        token = secrets.token_hex(16)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}"
        headers = {"Cookie": cookies, "X-CSRFToken": token, "HX-Request": "true", "Content-Length": "0"}
        reps.append(Rep(person, headers))
    return reps


def press(port: int, rep: Rep, handoff: Handoff, when: threading.Barrier | None = None) -> Answer:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as line:
        # Connected only then: the server closes a line on which nothing is said for two seconds.
        if when is not None:
            when.wait(timeout=120)
        line.request("POST", reverse("leads:handoff_accept", args=[handoff.pk]), headers=rep.headers)
        response = line.getresponse()
        return Answer(response.status, response.read().decode())


def race(port: int, reps: list[Rep], handoff: Handoff) -> dict[str, Answer]:
    """Everyone presses when the barrier opens. {email: what they got}; status 0 where nothing came back."""
    barrier = threading.Barrier(len(reps))
    answers: dict[str, Answer] = {}

    def run(rep: Rep) -> None:
        try:
            answers[rep.person.email] = press(port, rep, handoff, barrier)
        except (OSError, http.client.HTTPException, threading.BrokenBarrierError) as error:
            answers[rep.person.email] = Answer(0, repr(error))

    threads = [threading.Thread(target=run, args=(rep,)) for rep in reps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=240)
    return answers


def faults_over_http(port: int, reps: list[Rep], handoff: Handoff) -> list[str]:
    """What is wrong with the outcome of one round, in the words of the race between services."""
    answers = race(port, reps, handoff)
    faults = faults_of(handoff, [rep.person for rep in reps], {who: _told(a) for who, a in answers.items()})
    winner = next((rep for rep in reps if answers[rep.person.email].status == 200), None)
    if winner is not None:
        again = press(port, winner, handoff)
        if again != answers[winner.person.email]:
            faults.append(f"the winner's second press: {again.status}, or another body")
    return faults


def _told(answer: Answer) -> str:
    sentence = SENTENCE.search(answer.body)
    if answer.status == 200:
        return "won"
    if answer.status == 409 and sentence:
        return f"Conflict: {sentence[1]}"
    return f"{answer.status}: {answer.body[:300]}"


def test_one_of_fifty_wins_every_round(start: Start) -> None:
    port, reps = start(), some_reps()
    for number in range(ROUNDS):
        faults = faults_over_http(port, reps, an_offered_handoff())
        assert faults == [], f"round {number} of {ROUNDS} on {connection.vendor}"


def test_the_broken_twin_is_caught_over_http(start: Start) -> None:
    port, reps = start("tests.leads.broken_accept:application", workers=1), some_reps()
    faults = faults_over_http(port, reps, an_offered_handoff())
    assert any(" won: " in fault for fault in faults), faults
