"""A worker that sees due work unclaimed for too long gives itself up, to be started afresh.

Work lies unclaimed while a worker lives when its connection to the broker has gone quiet without an
error (one Redis restart in fourteen did that) or when its pool is wedged. The supervisor, `serve` or
systemd, starts a new one.
"""

import logging
import os
import signal
import threading
import time

from celery import bootsteps
from celery.worker import state
from celery.worker.worker import WorkController
from django.conf import settings
from django.db import connections

from portal.common.owed import oldest_unclaimed_age

log = logging.getLogger(__name__)

LOOK_EVERY = 5.0
WARM_SHUTDOWN_SECONDS = 20.0
EXIT_STATUS = 75  # EX_TEMPFAIL: try again


def is_stuck(*, unclaimed_age: float | None, busy: int, pool_size: int, up_for: float, limit: float) -> bool:
    """Whether to give up. Times in seconds. A full pool is working; a young worker has had no chance yet."""
    return unclaimed_age is not None and unclaimed_age > limit and up_for > limit and busy < pool_size


class Watchdog(bootsteps.StartStopStep):
    """A thread in the worker's parent process, which itself runs no tasks."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: WorkController, **options: object) -> None:
        super().__init__(parent, **options)
        self._stop = threading.Event()

    def start(self, parent: WorkController) -> None:
        threading.Thread(target=self._watch, args=(parent,), name="watchdog", daemon=True).start()

    def stop(self, parent: WorkController) -> None:
        self._stop.set()

    def _watch(self, parent: WorkController) -> None:
        started = time.monotonic()
        looks_stuck = 0
        while not self._stop.wait(LOOK_EVERY):
            stuck = is_stuck(
                unclaimed_age=self._unclaimed_age(),
                busy=len(state.active_requests),
                pool_size=parent.concurrency,
                up_for=time.monotonic() - started,
                limit=settings.WORKER_UNCLAIMED_LIMIT,
            )
            # Twice in a row: the work may have been claimed between the two readings.
            looks_stuck = looks_stuck + 1 if stuck else 0
            if looks_stuck >= 2:
                self._give_up()
                return

    def _unclaimed_age(self) -> float | None:
        try:
            return oldest_unclaimed_age()
        except Exception:
            # A database that is away is not this worker's fault, and starting afresh would not mend it.
            log.warning("watchdog_cannot_look", exc_info=True)
            return None
        finally:
            # Nothing stays open for a pool process to inherit.
            connections.close_all()

    @staticmethod
    def _give_up() -> None:
        log.error("Due work has been waiting unclaimed; this worker stops to be started afresh.")
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(WARM_SHUTDOWN_SECONDS)
        # What kept the work waiting may keep the shutdown waiting too.
        os._exit(EXIT_STATUS)
