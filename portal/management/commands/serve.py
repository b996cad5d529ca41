"""One command: web, worker and beat on this machine, supervised and stopped together."""

import fcntl
import hashlib
import os
import signal
import socket
import sqlite3
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from portal.celery import app as celery_app
from portal.supervision import Child, GivenUp, Supervisor

DEFAULT_PORT = 8000
PORTS_TO_TRY = 50
BROKER_TIDY_SECONDS = 600


class Command(BaseCommand):
    help = "Run the portal on this machine: web server, Celery worker and beat, until Ctrl-C."
    # Errors stop the command; warnings are for `manage.py check`.
    requires_system_checks = "__all__"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument(
            "--port", type=int, help=f"port (default: {DEFAULT_PORT}, or the next one that is free)"
        )
        parser.add_argument(
            "--workers", type=int, default=2, help="processes of the Celery worker (default: %(default)s)"
        )
        parser.add_argument(
            "--web", type=int, default=2, help="processes of the web server (default: %(default)s)"
        )

    def handle(self, *args: object, **options: object) -> None:
        host, workers, web = str(options["host"]), int(str(options["workers"])), int(str(options["web"]))
        if workers < 1 or web < 1:
            raise CommandError("--workers and --web are 1 or more.")
        with only_one_here():
            port = find_port(host, options["port"])  # type: ignore[arg-type]
            address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"
            call_command("migrate", interactive=False, verbosity=0)
            collect_static()
            if not settings.REDIS_URL:
                prepare_broker()
            environment = {"SITE_URL": address, **os.environ}
            self._run(children(host, port, web, workers), environment, address)

    def _run(self, processes: list[Child], environment: dict[str, str], address: str) -> None:
        supervisor = Supervisor(processes, environment, say=self._say)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, supervisor.request_stop)
        each_round = [announce_when_up(address, self._announce)]
        if not settings.REDIS_URL:
            each_round.append(tidy_broker_now_and_then())
        try:
            supervisor.start()
            supervisor.watch(*each_round)
            self._say("Stopping: running tasks may finish. Ctrl-C once more breaks them off.")
        except GivenUp as error:
            raise CommandError(str(error)) from error
        finally:
            supervisor.stop()
        self._say("Stopped.")

    def _announce(self, address: str) -> None:
        if get_user_model().objects.exists():
            how = "Sign in with your e-mail address."
        else:
            how = "The first page creates the administrator."
        # In one piece: whoever waits for the address finds all of it.
        self._say(f"\nAccord is running at {address}/\n{how} Ctrl-C stops it.\n")

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def children(host: str, port: int, web: int, workers: int) -> list[Child]:
    celery = [sys.executable, "-m", "celery", "-q", "-A", "portal"]
    return [
        Child(
            "web",
            [
                *(sys.executable, "-m", "gunicorn", "portal.wsgi:application", "--bind", f"{host}:{port}"),
                *("--worker-class", "gthread", "--workers", str(web), "--threads", "4", "--timeout", "60"),
                *("--graceful-timeout", "10", "--no-control-socket", "--log-level", "warning"),
            ],
        ),
        Child(
            "worker",
            [
                *celery,
                *("worker", "-O", "fair", "--without-gossip", "--without-mingle"),
                *("--concurrency", str(workers), "--loglevel", settings.LOG_LEVEL),
            ],
        ),
        Child(
            "beat",
            # No file of the process id: the lock of this command is what keeps a second beat away.
            [*celery, "beat", "--pidfile=", "--loglevel", settings.LOG_LEVEL],
            cold=signal.SIGKILL,
        ),
    ]


class only_one_here:
    """Holds the data folder: a second `serve` would empty the broker under the first."""

    def __enter__(self) -> IO[str]:
        # Not inherited by children (PEP 446), so it is free again the moment this process ends.
        self.file = Path(settings.ACCORD_DATA, "serve.lock").open("a+", encoding="ascii")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.file.close()
            raise CommandError(
                f"Accord is already running on the data in {settings.ACCORD_DATA}. "
                "Stop it first, or set ACCORD_DATA to another folder."
            ) from error
        return self.file

    def __exit__(self, *_: object) -> None:
        self.file.close()


def find_port(host: str, wanted: int | None) -> int:
    """The port asked for, or without one the first free from DEFAULT_PORT on. Raises CommandError."""
    candidates = [wanted] if wanted else range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TO_TRY)
    for port in candidates:
        with closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
            # As the server does; a port whose last connections are still closing is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except (OSError, OverflowError):
                continue
            return port
    if wanted:
        raise CommandError(f"Cannot listen on {host} port {wanted}: it is taken, or not yours to use.")
    raise CommandError(
        f"Every port from {DEFAULT_PORT} to {DEFAULT_PORT + PORTS_TO_TRY - 1} on {host} is taken."
    )


def collect_static() -> None:
    """collectstatic, unless nothing changed since the last time: compressing takes seconds."""
    found = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            content = hashlib.sha256(Path(storage.path(name)).read_bytes()).hexdigest()
            found.update(f"{name} {content}\n".encode())
    stamp = Path(settings.STATIC_ROOT, ".collected")
    if stamp.exists() and stamp.read_text(encoding="ascii") == found.hexdigest():
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(found.hexdigest(), encoding="ascii")


def prepare_broker() -> None:
    """Start with an empty broker: its messages are bells, and those of yesterday ring for nobody."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{settings.BROKER_FILE}{suffix}").unlink(missing_ok=True)
    with closing(sqlite3.connect(settings.BROKER_FILE)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    # The tables and the queue exist before three processes would each try to make them.
    with celery_app.connection_for_write() as connection:
        celery_app.amqp.queues[celery_app.conf.task_default_queue](connection.default_channel).declare()


def tidy_broker_now_and_then() -> Callable[[], None]:
    """The transport hides delivered messages but keeps them; here they go."""
    last = time.monotonic()

    def tidy() -> None:
        nonlocal last
        if time.monotonic() - last < BROKER_TIDY_SECONDS:
            return
        last = time.monotonic()
        # Busy just now: the next time will do.
        with (
            suppress(sqlite3.OperationalError),
            closing(sqlite3.connect(settings.BROKER_FILE, timeout=1)) as connection,
        ):
            connection.execute("DELETE FROM kombu_message WHERE NOT visible")
            connection.commit()

    return tidy


def announce_when_up(address: str, announce: Callable[[str], None]) -> Callable[[], None]:
    """Says the address once, when the web server answers there."""
    is_announced = False

    def look() -> None:
        nonlocal is_announced
        if is_announced:
            return
        with suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{address}/healthz", timeout=2).close()
            is_announced = True
            announce(address)

    return look
