"""Write a version of a definition as one readable JSON file."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from definitions.documents import document_of
from definitions.models import Stage, Version
from definitions.selectors import active_version


class Command(BaseCommand):
    help = "Writes a definition as one JSON file: the active version, or the one with --number."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--stage", choices=Stage.values, default=Stage.MQL, help="which definition (mql)")
        parser.add_argument("--number", type=int, help="a version's number instead of the active one")
        parser.add_argument("--output", metavar="FILE", help="the file to write; standard output without it")

    def handle(self, *args: Any, **options: Any) -> None:
        version = self._version(options["stage"], options["number"])
        text = json.dumps(document_of(version), indent=2, ensure_ascii=False) + "\n"
        if not options["output"]:
            self.stdout.write(text, ending="")
            return
        try:
            Path(options["output"]).write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{options['output']} cannot be written: {error.strerror}.") from error
        print(f"{version} is in {options['output']}.", file=sys.stderr)

    @staticmethod
    def _version(stage: str, number: int | None) -> Version:
        if number is not None:
            found = Version.objects.filter(definition__stage=stage, number=number).first()
            if found is None:
                raise CommandError(f"There is no version {number} of the {stage.upper()} definition.")
            return found
        active = active_version(stage)
        if active is None:
            raise CommandError(
                f"No {stage.upper()} definition is in force. Name a version with --number, drafts included."
            )
        return active
