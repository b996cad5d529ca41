"""Acts that begin at the same instant, each in a thread and on a connection of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import close_old_connections, connection, connections, transaction

PATIENCE = 60  # seconds until a race counts as stuck


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act gave, or the exception that it raised, in the order of the acts."""
    barrier, found = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        close_old_connections()
        try:
            barrier.wait(timeout=PATIENCE)
            found[number] = act()
        except Exception as error:
            found[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    assert not any(thread.is_alive() for thread in threads), "a race is stuck"
    return found


def behind(
    first: Callable[[], Any], second: Callable[[], Any], then: Callable[[], Any] = lambda: None
) -> list[Any]:
    """As `at_once`, but the second begins when the first has done what it does and has not committed.

    The first does `then` and commits once the second waits for it, or is done without having to. On SQLite
    nobody can see who waits: there the second begins as the first goes on, and waits at its first write.
    """
    is_held, is_done = threading.Event(), threading.Event()

    def hold() -> Any:
        with transaction.atomic():
            try:
                found = first()
            finally:
                is_held.set()
            deadline = time.monotonic() + PATIENCE
            while not is_done.is_set() and not _somebody_waits():
                assert time.monotonic() < deadline, "nobody waits"
                time.sleep(0.01)
            then()
            return found

    def follow() -> Any:
        assert is_held.wait(PATIENCE)
        try:
            return second()
        finally:
            is_done.set()

    return at_once(hold, follow)


def _somebody_waits() -> bool:
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) "
            "WHERE NOT granted AND datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


def faults(found: list[Any]) -> list[Exception]:
    """Of what `at_once` gave, what was raised."""
    return [each for each in found if isinstance(each, Exception)]
