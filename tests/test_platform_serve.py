"""`manage.py serve` and its supervisor, with real processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest

from portal.supervision import Child, GivenUp, Supervisor

BASE = Path(__file__).resolve().parent.parent
SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def wait_for(is_so: Callable[[], object], seconds: float = 300, what: str = "it") -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


# -- the supervisor ------------------------------------------------------------------------------------------


@pytest.fixture
def said() -> list[str]:
    return []


def a_supervisor(said: list[str], *commands: list[str]) -> Supervisor:
    children = [Child(f"child {number}", command) for number, command in enumerate(commands)]
    return Supervisor(children, dict(os.environ), say=said.append, poll_seconds=0.02)


def test_a_child_that_dies_is_started_again(said: list[str]) -> None:
    supervisor = a_supervisor(said, SLEEPER, SLEEPER)
    supervisor.start()
    first, other = (child.process.pid for child in supervisor.children if child.process)
    os.kill(first, signal.SIGKILL)

    def until_back() -> None:
        process = supervisor.children[0].process
        if process and process.pid != first:
            supervisor.request_stop()

    supervisor.watch(until_back)
    supervisor.stop()
    assert said == ["The child 0 process ended (exit status -9); starting it again."]
    assert not is_running(other)
    assert not any(child.is_alive() for child in supervisor.children)


def test_three_quick_failures_are_enough(said: list[str]) -> None:
    supervisor = a_supervisor(said, [sys.executable, "-c", "raise SystemExit(4)"], SLEEPER)
    supervisor.start()
    with pytest.raises(GivenUp, match=r"child 0 process failed 3 times .* \(exit status 4\)"):
        supervisor.watch()
    supervisor.stop()
    assert len(said) == 2
    assert not supervisor.children[1].is_alive()


def test_stopping_leaves_no_grandchild_of_a_stubborn_child(said: list[str], tmp_path: Path) -> None:
    grandchild = tmp_path / "pid"
    script = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"child = subprocess.Popen({SLEEPER!r})\n"
        f"open({str(grandchild)!r}, 'w').write(str(child.pid))\n"
        "time.sleep(600)\n"
    )
    supervisor = a_supervisor(said, [sys.executable, "-c", script])
    supervisor.start()
    wait_for(lambda: grandchild.exists() and grandchild.read_text(), what="the grandchild")
    # A second request while stopping breaks off the wait for a warm end.
    signal.signal(signal.SIGALRM, supervisor.request_stop)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    supervisor.stop()
    assert not is_running(int(grandchild.read_text()))


def test_children_end_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    script = (
        "import os, time\n"
        "from portal.supervision import Child, Supervisor\n"
        f"supervisor = Supervisor([Child('sleeper', {SLEEPER!r})], dict(os.environ), say=print)\n"
        "supervisor.start()\n"
        f"open({str(pid_file)!r}, 'w').write(str(supervisor.children[0].process.pid))\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=BASE)
    wait_for(lambda: pid_file.exists() and pid_file.read_text(), what="the child")
    child = int(pid_file.read_text())
    assert is_running(child)
    parent.kill()
    parent.wait()
    wait_for(lambda: not is_running(child), seconds=5, what="the child's end")


# -- the command ---------------------------------------------------------------------------------------------


class Served:
    def __init__(self, folder: Path) -> None:
        self.log = folder / "serve.log"
        self.environment = {
            **{
                name: value for name, value in os.environ.items() if name not in {"REDIS_URL", "DATABASE_URL"}
            },
            "ACCORD_DATA": str(folder / "data"),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                self.command("--port", str(self.port), "--web", "1", "--workers", "1"),
                cwd=BASE,
                env=self.environment,
                stdout=output,
                stderr=output,
            )

    def command(self, *options: str) -> list[str]:
        return [sys.executable, "manage.py", "serve", *options]

    def children(self) -> dict[str, psutil.Process]:
        kinds = {"gunicorn": "web", "worker": "worker", "beat": "beat"}
        found = {}
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):
                found.update({name: child for word, name in kinds.items() if word in child.cmdline()})
        return found


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path)
    try:
        wait_for(lambda: "Ctrl-C stops it." in served.log.read_text(), 300, served.log.read_text())
        yield served
    finally:
        if served.process.poll() is None:
            served.process.kill()
            served.process.wait()


def test_one_command_serves_mends_itself_and_leaves_nothing(served: Served) -> None:
    said = served.log.read_text()
    assert f"Accord is running at http://127.0.0.1:{served.port}/" in said
    assert "The first page creates the administrator." in said
    with urllib.request.urlopen(f"http://127.0.0.1:{served.port}/readyz", timeout=10) as answer:
        assert json.load(answer)["ready"] is True

    second = subprocess.run(
        served.command(), cwd=BASE, env=served.environment, capture_output=True, text=True, timeout=60
    )
    assert second.returncode == 1
    assert "Accord is already running on the data in" in second.stderr

    wait_for(lambda: served.log.read_text().count("ready.") == 1, what="the worker")
    everyone = psutil.Process(served.process.pid).children(recursive=True)
    old_worker = served.children()["worker"]
    old_worker.kill()
    wait_for(lambda: served.log.read_text().count("ready.") == 2, what="a new worker")
    assert served.children()["worker"].pid != old_worker.pid

    everyone += psutil.Process(served.process.pid).children(recursive=True)
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(300) == 0
    assert [process for process in everyone if is_running(process.pid)] == []
    assert served.log.read_text().rstrip().endswith("Stopped.")


def test_a_port_that_is_taken_is_a_sentence(tmp_path: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = subprocess.run(
            [sys.executable, "manage.py", "serve", "--port", str(taken.getsockname()[1])],
            cwd=BASE,
            env={**os.environ, "ACCORD_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings"},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert result.returncode == 1
    assert "it is taken, or not yours to use." in result.stderr


def test_with_servers_passes_the_exit_status_on_and_stops_its_servers() -> None:
    script = "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL']); raise SystemExit(7)"
    result = subprocess.run(
        [sys.executable, "scripts/with_servers.py", sys.executable, "-c", script],
        cwd=BASE,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if result.returncode == 69:
        pytest.skip(result.stderr.strip())
    assert result.returncode == 7, result.stderr
    for url in result.stdout.split():
        host, port = url.split("@")[-1].removeprefix("redis://").split("/")[0].split(":")
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((host, int(port)), timeout=2).close()
