"""manage.py rescore: score all leads again, here and now."""

from __future__ import annotations

import time
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from definitions.models import Stage
from definitions.selectors import the_definition
from leads.models import Run, RunStatus
from leads.scoring import chunks, flip, marks
from leads.scoring.runs import run_request
from leads.selectors.runs import open_runs
from portal.common.errors import PortalError

# How long to look again after what other workers hold.
LOOK_AGAIN_SECONDS = 0.2


class Command(BaseCommand):
    help = (
        "Score all leads again under the active version, or finish the run of a ratified one. "
        "Works in this process, beside any workers there are, and shows how far it is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--stage", choices=Stage.values, default=Stage.MQL.value, help="which definition (%(default)s)"
        )
        parser.add_argument(
            "--queue", action="store_true", help="ask for the run and leave the work to the workers"
        )

    def handle(self, *args: object, **options: object) -> None:
        started = time.monotonic()
        run = self._run(str(options["stage"]))
        if options["queue"]:
            self.stdout.write(f"Run {run.pk} of {run.version} is queued: {run.leads_total} leads.")
            return
        self._work(run)
        self._report(run, time.monotonic() - started)

    def _run(self, stage: str) -> Run:
        """The activation that is under way, else a new rescore of the active version."""
        activation = open_runs(stage).filter(kind=Run.Kind.ACTIVATION).first()
        if activation:
            return activation
        version = the_definition(stage).active_version
        if version is None:
            raise CommandError(
                f"No version of the {stage.upper()} definition is active or ratified. "
                "Propose a draft; when both houses have agreed, its leads are scored."
            )
        try:
            return run_request(version=version, kind=Run.Kind.REFRESH, actor=None)
        except PortalError as error:
            raise CommandError(str(error)) from error

    def _work(self, run: Run) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True)) as progress:
            bar = progress.add_task(f"Scoring {run.version}", total=run.leads_total)
            while run.is_open:
                worked = chunks.work_chunks(
                    has_time=lambda: True, run=run, on_chunk=lambda _: self._show(run, progress, bar)
                )
                if not flip.finish_runs(run) and not worked:
                    time.sleep(LOOK_AGAIN_SECONDS)
                self._show(run, progress, bar)
        while marks.drain():
            pass

    @staticmethod
    def _show(run: Run, progress: Progress, bar: TaskID) -> None:
        run.refresh_from_db(fields=["status", "leads_done", "error"])
        progress.update(bar, completed=run.leads_done)

    def _report(self, run: Run, seconds: float) -> None:
        if run.status == RunStatus.SUPERSEDED:
            raise CommandError("A newer run took over; nothing was lost. Look at the page of scoring.")
        if run.status != RunStatus.DONE:
            raise CommandError(f"The run failed: {run.error}")
        parked = run.chunks.filter(status="parked").count()
        if parked:
            raise CommandError(
                f"{parked} of {run.leads_total} leads could not be scored; the page of scoring says why."
            )
        self.stdout.write(f"Scored {run.leads_total} leads under {run.version} in {seconds:.1f} s.")
