"""What the import commands share: one file, taken in here and now, with a bar and five counts."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

from leads.intake import advance, services
from leads.intake.sniffing import ENCODINGS
from leads.models import Import
from portal.common.errors import PortalError

# How long to look again while a worker of the portal has the import.
LOOK_AGAIN_SECONDS = 0.2


class ImportCommand(BaseCommand):
    """The file is read where it lies and is not deleted. Killed half-way, a worker goes on with it."""

    kind: ClassVar[str]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a CSV file with a header line, plain or gzip")
        parser.add_argument(
            "--mapping",
            metavar="MAP",
            help="a JSON file: {column: field}, or what --show-mapping prints; columns it leaves out are "
            "mapped by their names",
        )
        parser.add_argument(
            "--source",
            default="file",
            metavar="NAME",
            help="the system it comes from; ids count within one source (default: %(default)s)",
        )
        parser.add_argument("--kind", choices=Import.Kind.values, default=self.kind, help="what a line is")
        parser.add_argument("--encoding", choices=ENCODINGS, default="", help="instead of finding it out")
        parser.add_argument(
            "--show-mapping", action="store_true", help="print the mapping as JSON and import nothing"
        )

    def handle(self, *args: object, **options: Any) -> None:
        path = Path(options["file"]).resolve()
        if not path.is_file():
            raise CommandError(f"There is no file {options['file']}.")
        own = self._own_mapping(options["mapping"]) if options["mapping"] else {}
        try:
            batch = services.import_open(
                path=path,
                name=path.name,
                kind=options["kind"],
                source=options["source"],
                encoding=options["encoding"],
                actor=None,
            )
            mapping = self._merged(batch, own)
            if options["show_mapping"]:
                services.import_discard(batch=batch)
                self.stdout.write(json.dumps(mapping, indent=2, ensure_ascii=False))
                return
            started = time.monotonic()
            self._start(batch, mapping)
            self._work(batch)
        except PortalError as error:
            raise CommandError(str(error)) from error
        self._report(batch, time.monotonic() - started)

    @staticmethod
    def _own_mapping(name: str) -> dict[str, Any]:
        try:
            own = json.loads(Path(name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(f"The mapping {name} cannot be read: {error}") from error
        if not isinstance(own, dict):
            raise CommandError(f"The mapping {name} is no JSON object of the form {{column: field}}.")
        return own

    @staticmethod
    def _merged(batch: Import, own: dict[str, Any]) -> dict[str, Any]:
        """The suggested mapping with a person's own choices over it."""
        whole = own if isinstance(own.get("columns"), dict) else {"columns": own}
        columns = {**batch.mapping["columns"], **whole["columns"]}
        wanted = list(whole["columns"].values())
        # A field that a person gave to one column is taken from the column that had it by its name.
        for header, target in columns.items():
            if header not in whole["columns"] and target in wanted and target != "property":
                columns[header] = ""
        attributes = {**batch.mapping["attributes"], **whole.get("attributes", {})}
        return {**batch.mapping, **whole, "columns": columns, "attributes": attributes}

    @staticmethod
    def _start(batch: Import, mapping: dict[str, Any]) -> None:
        try:
            services.import_start(batch=batch, mapping=mapping, actor=None)
        except PortalError:
            services.import_discard(batch=batch)
            raise

    def _work(self, batch: Import) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True)) as progress:
            bar = progress.add_task(f"Importing {batch.file_name}", total=batch.size)
            while batch.is_open:
                has_worked = advance.advance_due(
                    has_time=lambda: True, batch=batch, on_slice=lambda taken: _show(taken, progress, bar)
                )
                batch.refresh_from_db()
                _show(batch, progress, bar)
                if not has_worked and batch.is_open:
                    time.sleep(LOOK_AGAIN_SECONDS)

    def _report(self, batch: Import, seconds: float) -> None:
        counts = advance.counts_of(batch)
        self.stdout.write(
            f"{counts['line']} lines in {seconds:.1f} s: {counts['created']} created, "
            f"{counts['updated']} updated, {counts['unchanged']} unchanged, "
            f"{counts['duplicates']} duplicates in the file, {counts['rejected']} rejected."
        )
        for rejection in batch.rejections.order_by("line")[:5]:
            column = f", column {rejection.column}" if rejection.column else ""
            self.stdout.write(f"  line {rejection.line}{column}: {rejection.reason}")
        if counts["rejected"] > 5:
            self.stdout.write(f"  … all of them at {batch.get_absolute_url()}")
        if batch.status != Import.Status.DONE:
            raise CommandError(batch.error or f"The import is {batch.get_status_display().lower()}.")
        if counts["line"] and counts["rejected"] == counts["line"]:
            raise CommandError("No line was taken.")


def _show(batch: Import, progress: Progress, bar: TaskID) -> None:
    progress.update(bar, completed=batch.position)
