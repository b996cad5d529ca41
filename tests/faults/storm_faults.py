"""The faults: what is killed, when, and how long it took until work went on."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

import psutil
import psycopg
import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from leads.models import Run
from tests.faults.killable import Server

LOOK_EVERY = 0.05
INSIST_SECONDS = 120.0
Result = TypeVar("Result")


@dataclass
class Fault:
    """`at` is the share of the run's leads after which it is thrown. Instants are of `time.monotonic()`."""

    name: str
    at: float
    thrown: float = 0.0
    recovered_after: float = float("inf")


@dataclass(frozen=True)
class Look:
    """What the chunks said at one moment: how many leads are settled, of all runs and of the latest."""

    at: float
    settled: int
    run: int
    share: float
    is_open: bool


@dataclass
class Storm:
    """`units` is the process of `tests.faults.units`."""

    servers: dict[str, Server]
    units: psutil.Process
    dsn: str
    chance: random.Random
    faults: list[Fault] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Looks at the rows in a thread of its own, as often as the database answers."""
        is_over = threading.Event()
        thread = threading.Thread(target=self._watch, args=(is_over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def _watch(self, is_over: threading.Event) -> None:
        kept: psycopg.Connection | None = None
        while not is_over.wait(LOOK_EVERY):
            try:
                kept = kept or psycopg.connect(self.dsn, autocommit=True, connect_timeout=2)
                row = kept.execute(_LOOK).fetchone()
            except psycopg.OperationalError:
                kept = None
                continue
            if row:
                self.looks.append(Look(time.monotonic(), *row))

    def rage(self, faults: Iterable[Fault], run: Run) -> None:
        """Throw each when its share of `run` is done, or when nothing has come of waiting for it."""
        for fault in faults:
            # So that some come into the recovery from the last one, and not only into smooth sailing.
            patience = time.monotonic() + self.chance.uniform(2, 8)
            while not (look := self._look_at(run)) or (look.share < fault.at and time.monotonic() < patience):
                time.sleep(LOOK_EVERY / 2)
            if not look.is_open:
                self.wrong.append(f"Run {run.pk} was over before the fault at {fault.at:.0%} of it.")
            self._throw(fault)

    def measure_recoveries(self) -> None:
        """For each fault how long it took until more leads were settled than right after it."""
        for fault in self.faults:
            looks = [look for look in self.looks if look.at > fault.thrown]
            more = (look.at for look in looks if look.settled > looks[0].settled)
            fault.recovered_after = next(more, float("inf")) - fault.thrown

    def _look_at(self, run: Run) -> Look | None:
        latest = self.looks[-1] if self.looks else None
        return latest if latest and latest.run == run.pk else None

    def _throw(self, fault: Fault) -> None:
        self.faults.append(fault)
        if fault.name == "FLUSHALL":
            redis.Redis.from_url(settings.REDIS_URL).flushall()
            fault.thrown = time.monotonic()
        elif fault.name in self.servers:
            server = self.servers[fault.name]
            server.kill()
            fault.thrown = time.monotonic()
            time.sleep(self.chance.uniform(0.2, 2))
            # As its own unit would.
            server.start()
        else:
            fault.name = self._kill_of_a_worker()
            fault.thrown = time.monotonic()

    def _kill_of_a_worker(self) -> str:
        """kill -9 of one process: the parent of a worker, or one of its pool, which may be scoring."""
        while True:
            with suppress(psutil.NoSuchProcess):
                parents = [each for each in self.units.children() if "worker" in each.cmdline()]
                pool = [child for parent in parents for child in parent.children()]
                # Half the kills each, though a pool has more processes.
                kinds = {"worker": parents, "process of a pool": pool}
                name = self.chance.choice([name for name, found in kinds.items() if found])
                self.chance.choice(kinds[name]).kill()
                return name


_LOOK = """
SELECT coalesce(sum(c.leads) FILTER (WHERE c.status = 'done'), 0), latest.id,
  coalesce(sum(c.leads) FILTER (WHERE c.status = 'done' AND c.run_id = latest.id), 0)::float
    / greatest(latest.leads_total, 1), latest.status IN ('queued', 'running')
FROM leads_chunk c, (SELECT * FROM leads_run ORDER BY id DESC LIMIT 1) latest
GROUP BY latest.id, latest.leads_total, latest.status
"""


def a_schedule(chance: random.Random, workers: int, postgresql: int, redis: int) -> list[list[Fault]]:
    """Two halves, one for each of two runs: so many kills of each, and a FLUSHALL, in a random order."""
    names = ["worker"] * workers + ["PostgreSQL"] * postgresql + ["Redis"] * redis + ["FLUSHALL"]
    chance.shuffle(names)
    middle = (len(names) + 1) // 2
    halves = []
    for half in (names[:middle], names[middle:]):
        shares = sorted(chance.uniform(0.05, 0.85) for _ in half)
        halves.append([Fault(name, at) for name, at in zip(half, shares, strict=True)])
    return halves


def insist(act: Callable[[], Result]) -> Result:
    """Like somebody who presses the button again while the database is away."""
    deadline = time.monotonic() + INSIST_SECONDS
    while True:
        try:
            return act()
        except (DatabaseError, InterfaceError):
            if time.monotonic() > deadline:
                raise
            connection.close()
            time.sleep(0.2)
