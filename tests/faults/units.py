"""The portal's processes as production runs them: web, beat and two workers, started again for ever.

They are the commands of `manage.py serve` under its supervisor, with two differences that `deploy/` makes as
well: there is more than one worker, each with a name, and what dies is started again however often that is
(`Restart=always`), where `serve` gives up after three quick ends in a row.
Usage: python -m tests.faults.units PORT
"""

from __future__ import annotations

import os
import signal
import sys

from portal.management.commands.serve import children
from portal.supervision import Child, Supervisor

WORKERS = 2
POOL = 2


def main(port: int) -> None:
    web, worker, beat = children("127.0.0.1", port, web=2, workers=POOL)
    workers = [
        Child(f"worker {number}", [*worker.command, "-n", f"storm-{number}@%h"]) for number in range(WORKERS)
    ]
    supervisor = Supervisor(
        [web, beat, *workers], dict(os.environ), say=lambda words: print(words, flush=True)
    )

    def forgive() -> None:
        for child in supervisor.children:
            child.quick_failures = 0

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, supervisor.request_stop)
    supervisor.start()
    try:
        supervisor.watch(forgive)
    finally:
        supervisor.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]))
