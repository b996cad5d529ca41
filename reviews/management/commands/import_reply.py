"""manage.py import_reply: take in what a calendar program answered to an invitation."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.common.errors import PortalError
from reviews.replies import MOST_BYTES
from reviews.services.replying import reply_import


class Command(BaseCommand):
    help = "Note the reply to an invitation: a mail or a calendar file. A second time it changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", metavar="FILE", help="a mail (.eml) or an .ics file; - reads a mailbox pipe"
        )
        parser.add_argument(
            "--vouched-by",
            default="",
            metavar="SERVER",
            help="take the mail only if the Authentication-Results of this mail server say dmarc=pass",
        )

    def handle(self, *args: object, **options: Any) -> None:
        try:
            found = reply_import(
                content=self._content(options["file"]), actor=None, vouched_by=options["vouched_by"]
            )
        except PortalError as error:
            raise CommandError(str(error)) from error
        for taken in found:
            self.stdout.write(f"{taken.person}: {taken.reply}, {taken.meetings} meeting(s)")

    @staticmethod
    def _content(name: str) -> bytes:
        if name == "-":
            return sys.stdin.buffer.read(MOST_BYTES + 1)
        path = Path(name)
        if not path.is_file():
            raise CommandError(f"There is no file {name}.")
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
