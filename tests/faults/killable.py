"""A PostgreSQL and a Redis that can be killed in earnest, and started again on the same port and data."""

from __future__ import annotations

import signal
import subprocess
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from scripts.with_servers import (
    as_user,
    find_postgresql,
    find_redis,
    new_cluster,
    postgresql_answers,
    redis_answers,
    unprivileged_user,
)

# After a kill -9 PostgreSQL first replays what it had promised; on a busy machine that takes its time.
START_SECONDS = 120.0
STOP_SECONDS = 30.0


@dataclass
class Outage:
    """Instants of `time.monotonic()`: from the kill until the server answered again."""

    began: float
    ended: float = float("inf")


@dataclass
class Server(ABC):
    folder: Path
    port: int
    outages: list[Outage] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[object]: ...

    @abstractmethod
    def answers(self) -> bool: ...

    def options(self) -> dict[str, Any]:
        return {}

    @property
    def log(self) -> Path:
        return self.folder / f"{type(self).__name__.lower()}.log"

    def start(self) -> None:
        """Returns when it answers. It lives in a session of its own, out of reach of Ctrl-C."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                list(map(str, self.command())),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.folder,
                start_new_session=True,
                **self.options(),
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"It did not start:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.05)
        if self.outages:
            self.outages[-1].ended = time.monotonic()

    def kill(self) -> None:
        """kill -9 of the server and of every process that it has started; returns when none is left.

        All of them: PostgreSQL refuses to start on memory that an orphan of its last life still shares.
        What a dead one leaves behind, its pid file and the unused memory, the next start clears away.
        """
        assert self.process is not None
        self.outages.append(Outage(time.monotonic()))
        everyone = [psutil.Process(self.process.pid)]
        everyone += everyone[0].children(recursive=True)
        for process in everyone:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()
        psutil.wait_procs(everyone[1:])

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        # To PostgreSQL: end now, without waiting for who is connected.
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()


@dataclass
class PostgreSQL(Server):
    """With its own settings but for memory: durable, so that what was committed is there after a kill."""

    def __post_init__(self) -> None:
        self.programs, self.user = find_postgresql(), unprivileged_user()
        self.data = new_cluster(self.folder, self.programs, self.user)

    def command(self) -> list[object]:
        return [
            *(self.programs / "postgres", "-D", self.data, "-p", self.port),
            *("-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.data}"),
            *("-c", "shared_buffers=512MB"),
        ]

    def answers(self) -> bool:
        return postgresql_answers(self.programs, self.port)

    def options(self) -> dict[str, Any]:
        return as_user(self.user)


@dataclass
class Redis(Server):
    """As `deploy/compose.yaml` runs it."""

    def command(self) -> list[object]:
        return [
            *(find_redis(), "--port", self.port, "--bind", "127.0.0.1", "--dir", self.folder),
            *("--appendonly", "yes", "--maxmemory-policy", "noeviction"),
        ]

    def answers(self) -> bool:
        return redis_answers(self.port)
