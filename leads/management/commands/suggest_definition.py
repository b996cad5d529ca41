"""manage.py suggest_definition: what a file of past leads supports. The database is not touched."""

from __future__ import annotations

import json
import tempfile
import time
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from leads.intake.sniffing import examine
from leads.suggest.evidence import Quality
from leads.suggest.suggestion import Suggestion, suggest
from leads.suggest.table import FileHistory, FileQuestion, header_of, history_of_file
from leads.suggest.words import (
    document_of_suggestion,
    lift_words,
    percent,
    why_nothing_words,
    wording_of,
)
from portal.common.errors import Invalid


class Command(BaseCommand):
    help = (
        "Searches a CSV file of past leads, one line per lead, for at most ten criteria with whole points "
        "that tell the outcome, on the earlier 70 % of the lines, and judges them on the later 30 %. "
        "Columns that seem to know the outcome are named and left out. Says “nothing is supported” where "
        "nothing is. The database is not touched."
    ).replace("%", "%%")
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a CSV file with a header line, plain or gzip")
        parser.add_argument("--outcome", required=True, metavar="COLUMN", help="how each lead ended")
        parser.add_argument("--won", default="", metavar="VALUE", help="what the outcome says of a won lead")
        parser.add_argument(
            "--order", default="", metavar="COLUMN",
            help="what says which lead came earlier: an instant or a number that rises; else the column of "
            "capture, else the lines as they stand",
        )  # fmt: skip
        parser.add_argument(
            "--leave-out", action="append", default=[], metavar="COLUMN", help="not to be used; repeatable"
        )
        parser.add_argument(
            "--keep", action="append", default=[], metavar="COLUMN",
            help="to be used though it looks like a leak; repeatable",
        )  # fmt: skip
        parser.add_argument("--output", metavar="FILE", help="write the definition document (JSON) there")
        parser.add_argument(
            "--shuffle", type=int, metavar="SEED",
            help="deal the outcomes out anew first: what does the search say of data without signal?",
        )  # fmt: skip

    def handle(self, *args: object, **options: Any) -> None:
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(f"There is no file {options['file']}.")
        started = time.perf_counter()
        question = FileQuestion(
            options["outcome"],
            tuple(options["leave_out"]),
            tuple(options["keep"]),
            options["order"],
            options["won"],
        )
        with tempfile.TemporaryDirectory() as folder:
            try:
                shape = examine(path, folder=Path(folder))
                read = history_of_file(shape, question)
                kept = {header_of(shape.headers, name) for name in options["keep"]}
            except Invalid as error:
                raise CommandError(str(error)) from error
        history = read.history
        if options["shuffle"] is not None:
            dealt = np.random.default_rng(options["shuffle"]).permutation(history.outcome)
            history = replace(history, outcome=dealt)
        searched = time.perf_counter()
        suggestion = suggest(history, kept=[key for key, header in read.headers.items() if header in kept])
        ended = time.perf_counter()
        self._say(read, suggestion)
        self.stderr.write(f"Read in {searched - started:.1f} s, searched in {ended - searched:.1f} s.")
        if options["output"] and suggestion.is_supported:
            self._write(options["output"], read, suggestion)

    def _say(self, read: FileHistory, suggestion: Suggestion) -> None:
        order = f"ordered by “{read.order}”" if read.order else "in the order of the file"
        self.stdout.write(f"{len(read.history.outcome):,} leads, {order}.")
        if read.broken:
            self.stdout.write(f"{read.broken:,} lines left out: unreadable, or their outcome is not known.")
        for leak in suggestion.leaks:
            verdict = "Left out" if leak.is_left_out else "Look at"
            self.stdout.write(f"{verdict}: {read.headers.get(leak.key, leak.label)}. {leak.sentence}")
        self.stdout.write("")
        if not suggestion.is_supported:
            self.stdout.write(f"Nothing is supported. {why_nothing_words(suggestion)}")
            return
        self.stdout.write(f"{'Points':>6}  Criterion")
        for clause in suggestion.clauses:
            self.stdout.write(f"{clause.points:>+6}  {wording_of(clause.rule, read.catalogue)}")
            for name, evidence in (("earlier", clause.earlier), ("later", clause.later)):
                lift = f", {lift_words(evidence.lift)}" if evidence.lift else ""
                self.stdout.write(
                    f"        {name}: {evidence.matched:,} leads, {percent(evidence.rate)} against "
                    f"{percent(evidence.others_rate)}{lift}"
                )
            if not clause.lasts:
                self.stdout.write("        The later leads do not say the same by themselves.")
        grades = ", ".join(map(str, suggestion.grades))
        self.stdout.write(
            f"A lead qualifies from {suggestion.threshold} points. Grades 2 to 5 from {grades}."
        )
        self.stdout.write(f"{suggestion.tried:,} rules were tried.")
        self._say_quality("Earlier leads", suggestion.earlier)
        self._say_quality("Later leads", suggestion.later)

    def _say_quality(self, name: str, quality: Quality) -> None:
        area = quality.area
        words = "–" if area is None else f"{area.value:.3f} ({area.low:.3f} to {area.high:.3f})"
        self.stdout.write(
            f"{name}: {quality.leads:,}, AUC {words}, precision {percent(quality.precision)}, "
            f"recall {percent(quality.recall)}"
        )

    def _write(self, name: str, read: FileHistory, suggestion: Suggestion) -> None:
        document = document_of_suggestion(
            suggestion,
            stage="mql",
            title="Suggested from a file",
            catalogue=read.catalogue,
            ended="had the outcome",
            keys={},
        )
        try:
            Path(name).write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{name} cannot be written: {error.strerror}.") from error
