"""The storm: all leads are rescored while workers, PostgreSQL and Redis are killed, and people read on.

A program of its own, since it kills the database that its settings name: whoever runs it (`test_storm.py`)
has chosen DATABASE_URL, REDIS_URL and ACCORD_DATA, where nothing is yet. It prints the fault report; the
exit status is 1 when anything was wrong.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from definitions.models import Version
from leads.models import Run, RunStatus
from leads.scoring import runs
from portal.management.commands.serve import collect_static
from scripts.with_servers import free_port
from tests.builders import maya, sam
from tests.faults.killable import PostgreSQL, Redis, Server
from tests.faults.storm_faults import Storm, a_schedule, insist
from tests.faults.storm_people import People
from tests.faults.storm_verdict import Verdict, unsettled
from tests.faults.storm_workspace import A, B, C, Truth, lay_facts, ratified

BASE = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 120.0


def main() -> int:
    options = _options()
    if options.chunk:
        runs.LEADS_PER_CHUNK = options.chunk
    chance = random.Random(options.seed)
    truth = Truth(activities=options.activities)
    with _servers() as servers:
        call_command("migrate", verbosity=0)
        collect_static()
        lay_facts(options.leads, options.activities)
        port = free_port()
        with _units(port) as units:
            say(f"{options.leads:,} leads of {options.activities} activities are laid; the portal is up.")
            began, first = time.monotonic(), ratified(A, truth)
            _request(first)
            _wait_until(lambda: not unsettled(first), options.patience, "the run before the storm")
            say(f"Undisturbed, a run takes {time.monotonic() - began:.1f} s, with the offers that follow.")

            storm = Storm(servers, units, _dsn(), chance)
            people = People(port, _session_of_sam(), sam().email, _dsn(), options.leads, truth)
            with storm.watched(), people.at_work():
                halves = a_schedule(chance, options.kills, options.postgresql, options.redis)
                began, second = time.monotonic(), insist(lambda: ratified(B, truth))
                storm.rage(halves[0], insist(lambda: _request(second)))
                # In the middle of its run the second version is overtaken by a third.
                third = insist(lambda: ratified(C, truth))
                run = insist(lambda: _request(third))
                storm.rage(halves[1], run)
                last = time.monotonic()
                say(f"{len(storm.faults)} faults are over after {last - began:.0f} s.")
                _wait_until(lambda: _is_done(run), options.patience, "the run to end")
                say(f"{time.monotonic() - last:.1f} s after the last fault {third} is in force.")
                people.stop_facts()
                _wait_until(lambda: not unsettled(third), options.patience, "marks and offers to settle")
                say(f"{time.monotonic() - last:.1f} s after the last fault nothing is owed any more.")
            verdict = Verdict(storm, people, truth, first, second, third)
            say(verdict.report())
            wrong = verdict.wrong()
    for sentence in wrong:
        say(f"WRONG: {sentence}")
    say(f"{len(wrong)} things were wrong." if wrong else "Nothing was wrong.")
    return 1 if wrong else 0


def say(words: str) -> None:
    print(words, flush=True)


def _request(version: Version) -> Run:
    return runs.run_request(version=version, kind=Run.Kind.ACTIVATION, actor=maya())


def _is_done(run: Run) -> bool:
    run.refresh_from_db()
    assert run.status not in (RunStatus.FAILED, RunStatus.SUPERSEDED), f"{run}: {run.status} {run.error}"
    return run.status == RunStatus.DONE


def _wait_until(is_so: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not insist(is_so):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.2)


# -- what is started -------------------------------------------------------------------------------------


@contextmanager
def _servers() -> Iterator[dict[str, Server]]:
    folder = settings.ACCORD_DATA
    redis_port = int(settings.REDIS_URL.rpartition(":")[2].partition("/")[0])
    servers: dict[str, Server] = {
        "PostgreSQL": PostgreSQL(folder, int(connection.settings_dict["PORT"])),
        "Redis": Redis(folder, redis_port),
    }
    try:
        for server in servers.values():
            server.start()
        yield servers
    finally:
        connection.close()
        for server in servers.values():
            server.stop()


@contextmanager
def _units(port: int) -> Iterator[psutil.Process]:
    command = [sys.executable, "-m", "tests.faults.units", str(port)]
    with (settings.ACCORD_DATA / "units.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=BASE, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait_until(lambda: _is_ready(port), START_SECONDS, "the portal to answer")
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def _is_ready(port: int) -> bool:
    with suppress(OSError):
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).status == 200
    return False


def _dsn() -> str:
    return f"host=127.0.0.1 port={connection.settings_dict['PORT']} user=accord dbname=postgres"


def _session_of_sam() -> str:
    client = Client()
    client.force_login(sam())
    return client.cookies["sessionid"].value


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, required=True)
    parser.add_argument("--activities", type=int, default=5, help="of each lead")
    parser.add_argument("--kills", type=int, required=True, help="of random processes of the workers")
    parser.add_argument("--postgresql", type=int, required=True, help="kills of PostgreSQL")
    parser.add_argument("--redis", type=int, required=True, help="kills of Redis")
    parser.add_argument("--chunk", type=int, help="leads in a chunk, other than usual")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=float, default=600, help="seconds that no step may take longer")
    return parser.parse_args()
