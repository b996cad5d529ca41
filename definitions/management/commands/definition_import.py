"""Read a definition document and make a draft from it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from definitions.services.documents import document_import
from portal.common.errors import Invalid, Refused
from portal.common.models import Team, User
from portal.common.selectors import active_people


class Command(BaseCommand):
    help = "Reads a definition document (JSON) and makes a draft from it. Nothing in force changes."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", help="the definition document, as definition_export writes it")
        parser.add_argument(
            "--as", dest="email", metavar="EMAIL", help="whose draft it is; an administrator without it"
        )
        parser.add_argument("--title", default="", help="a title instead of the document's own")

    def handle(self, *args: Any, **options: Any) -> None:
        document = self._document(Path(options["file"]))
        try:
            version = document_import(
                document=document, actor=self._actor(options["email"]), title=options["title"]
            )
        except (Invalid, Refused) as error:
            raise CommandError(f"Nothing was imported.\n{error}") from error
        self.stdout.write(
            f"{version} is a draft with {version.criteria.count()} clauses: /definitions/drafts/{version.pk}/"
        )

    @staticmethod
    def _document(path: Path) -> Any:
        try:
            return json.loads(path.read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{path} is not a text file in UTF-8.") from error
        except (ValueError, RecursionError) as error:
            raise CommandError(f"{path} is not valid JSON: {error}.") from error

    @staticmethod
    def _actor(email: str | None) -> User:
        people = active_people().exclude(team=Team.NONE)
        if email:
            person = people.filter(email__iexact=email).first()
            if person is None:
                raise CommandError(f"Nobody in a team signs in as {email}.")
            return person
        person = people.filter(role="administrator").order_by("pk").first()
        if person is None:
            raise CommandError("There is no administrator in a team. Say whose draft it is with --as EMAIL.")
        return person
