"""Child processes of `manage.py serve`: started, watched, started again, and stopped without a trace.

Each child has a session of its own, so that Ctrl-C in the terminal reaches nobody but the supervisor,
and only a child's parent process is ever signalled: SIGTERM to a worker's whole group would kill the
tasks that it is finishing.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

QUICK_FAILURE_SECONDS = 10.0
QUICK_FAILURES_ALLOWED = 3
# How long each way of stopping may take: finish what runs; break it off; no more asking.
WARM_SECONDS = 20.0
COLD_SECONDS = 8.0
# The kernel needs a moment, and the system's first process another to collect orphans.
KILL_SECONDS = 2.0

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    """Runs in the child before exec: ask the kernel for SIGTERM should the supervisor vanish."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class GivenUp(Exception):
    """A child failed three times in a row, each time within seconds of its start."""


@dataclass
class Child:
    """One kind of process. `warm` asks it to finish, `cold` to break off."""

    name: str
    command: Sequence[str]
    cold: signal.Signals = signal.SIGQUIT
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    quick_failures: int = 0

    def start(self, environment: dict[str, str]) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command, env=environment, start_new_session=True, preexec_fn=_die_with_parent
        )

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def send(self, number: signal.Signals) -> None:
        if self.is_alive() and self.process is not None:
            with suppress(ProcessLookupError):
                self.process.send_signal(number)

    def kill_session(self) -> None:
        """What is left of the child's session. Its leader's id stays reserved while any member lives."""
        if self.process is None:
            return
        deadline = time.monotonic() + KILL_SECONDS
        with suppress(ProcessLookupError, PermissionError):
            while time.monotonic() < deadline:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
                time.sleep(0.02)


@dataclass
class Supervisor:
    children: list[Child]
    environment: dict[str, str]
    say: Callable[[str], None]
    poll_seconds: float = 0.2
    stop_requests: int = field(default=0, init=False)

    def request_stop(self, *_: object) -> None:
        """Signal handler: the first request stops warmly, a second at once."""
        self.stop_requests += 1

    def start(self) -> None:
        for child in self.children:
            child.start(self.environment)

    def watch(self, *each_round: Callable[[], None]) -> None:
        """Returns when asked to stop; raises GivenUp when a child cannot be kept alive."""
        while not self.stop_requests:
            for child in self.children:
                if not child.is_alive():
                    self._start_again(child)
            for do in each_round:
                do()
            time.sleep(self.poll_seconds)

    def stop(self) -> None:
        """Warm, then cold, then kill; returns when no process of any child's session is left."""
        for child in self.children:
            child.send(signal.SIGTERM)
        self._wait(WARM_SECONDS, until_requests=self.stop_requests + 1)
        for child in self.children:
            child.send(child.cold)
        self._wait(COLD_SECONDS, until_requests=self.stop_requests + 1)
        for child in self.children:
            child.kill_session()

    def _start_again(self, child: Child) -> None:
        status = child.process.returncode if child.process else None
        lived = time.monotonic() - child.started
        child.quick_failures = child.quick_failures + 1 if lived < QUICK_FAILURE_SECONDS else 0
        if child.quick_failures >= QUICK_FAILURES_ALLOWED:
            raise GivenUp(
                f"The {child.name} process failed {QUICK_FAILURES_ALLOWED} times within seconds of its start "
                f"(exit status {status}). What it said last stands above; `manage.py check` may know more."
            )
        self.say(f"The {child.name} process ended (exit status {status}); starting it again.")
        # Orphans of the dead parent, such as a worker's pool, end before their successors begin.
        child.kill_session()
        child.start(self.environment)

    def _wait(self, seconds: float, *, until_requests: int) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.stop_requests < until_requests:
            if not any(child.is_alive() for child in self.children):
                return
            time.sleep(0.05)
