"""manage.py score: what a definition says of a file of leads. The database is neither read nor written."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from argparse import ArgumentParser
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress

from definitions.criteria.document import DocumentError
from leads.intake.rejections import harmless
from leads.intake.rows import LineProblem, Row
from leads.intake.sniffing import Shape, examine
from leads.models import Qualification
from leads.scoring.table import LeadTable
from portal.common.errors import Invalid

PROBLEMS_SHOWN = 20
COLUMNS = ("line", "id", "email", "points", "fit", "behaviour", "grade", "is_qualified", "why")


class Command(BaseCommand):
    help = (
        "Scores the leads of a CSV file under a definition document and prints a CSV, one line per lead. "
        "Columns are matched by name (job_title, industry, employees, …). The database is not touched; "
        "the file says nothing of activities, so criteria on them are not met."
    )
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a CSV file with a header line, plain or gzip")
        parser.add_argument(
            "--definition", required=True, metavar="FILE", help="a document as definition_export writes it"
        )
        parser.add_argument("--output", metavar="FILE", help="write there instead of to the standard output")
        parser.add_argument(
            "--as-of",
            metavar="INSTANT",
            help="judge as of this instant, as 2026-05-04T10:00Z; now without it",
        )

    def handle(self, *args: object, **options: Any) -> None:
        document = self._document(options["definition"])
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(f"There is no file {options['file']}.")
        as_of = self._as_of(options["as_of"])
        with tempfile.TemporaryDirectory() as folder:
            try:
                shape = examine(path, folder=Path(folder))
                table = LeadTable(document, shape.headers, as_of)
            except Invalid as error:
                raise CommandError(str(error)) from error
            except DocumentError as error:
                raise CommandError(f"The definition cannot be read. {error}") from error
            self._say_what_is_missing(table)
            rows = self._read(shape, table)
        with ExitStack() as stack:
            output: TextIO | OutputWrapper = self.stdout
            if options["output"]:
                output = stack.enter_context(self._opened(options["output"]))
            try:
                self._write(output, table, rows)
            except BrokenPipeError:
                # Whoever read (`head`, say) has seen enough; nothing may be written at the exit either.
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    @staticmethod
    def _document(name: str) -> Any:
        try:
            return json.loads(Path(name).read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}.") from error
        except (ValueError, RecursionError) as error:
            raise CommandError(f"{name} is not valid JSON: {error}.") from error

    @staticmethod
    def _as_of(text: str | None) -> datetime:
        if text is None:
            return timezone.now()
        try:
            instant = datetime.fromisoformat(text)
        except ValueError as error:
            raise CommandError(f"“{text}” is no instant like 2026-05-04T10:00Z.") from error
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)

    @staticmethod
    def _opened(name: str) -> TextIO:
        try:
            return open(name, "w", encoding="utf-8", newline="")
        except OSError as error:
            raise CommandError(f"{name} cannot be written: {error.strerror}.") from error

    def _say_what_is_missing(self, table: LeadTable) -> None:
        if unfilled := table.unfilled_fields():
            self.stderr.write(f"No column of the file gives {', '.join(unfilled)}: unknown for every lead.")
        for wording in table.criteria_on_activities():
            self.stderr.write(f"The file says nothing of activities, which “{wording}” asks for.")

    def _read(self, shape: Shape, table: LeadTable) -> dict[int, tuple[str, str]]:
        """Every line into the table; {line: (id, e-mail)}. A line that cannot be taken stops the command."""
        known: dict[int, tuple[str, str]] = {}
        problems: list[str] = []
        records = shape.records()
        console = Console(stderr=True)
        with records, Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            bar = progress.add_task("Reading", total=shape.size - shape.position)
            for record in records:
                progress.update(bar, completed=records.position - shape.position)
                try:
                    if record.problem:
                        raise LineProblem(record.problem)
                    row: Row = table.reader.read(record)
                except LineProblem as problem:
                    place = f", {problem.column}" if problem.column else ""
                    problems.append(f"Line {record.line}{place}: {problem.reason}")
                    continue
                table.add(row)
                known[row.line] = (str(row.values.get("external_id", "")), str(row.values.get("email", "")))
        if problems:
            rest = len(problems) - PROBLEMS_SHOWN
            shown = "\n".join(problems[:PROBLEMS_SHOWN]) + (f"\nand {rest} more." if rest > 0 else "")
            raise CommandError(f"Nothing was scored: {len(problems)} lines cannot be read.\n{shown}")
        return known

    def _write(
        self, output: TextIO | OutputWrapper, table: LeadTable, known: dict[int, tuple[str, str]]
    ) -> None:
        writer = csv.writer(output, lineterminator="\n")
        writer.writerow(COLUMNS)
        qualified = 0
        for row in table.scores():
            qualified += row.is_qualified
            writer.writerow(
                [
                    row.lead_id,
                    *map(harmless, known[row.lead_id]),
                    row.points,
                    row.fit,
                    row.behaviour,
                    row.grade,
                    "yes" if row.is_qualified else "no",
                    Qualification(row.qualification).label,
                ]
            )
        self.stderr.write(f"{len(known)} leads scored, {qualified} qualify.")
