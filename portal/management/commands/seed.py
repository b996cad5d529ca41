"""`manage.py seed`: a believable workspace of any size, the same for the same seed."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from portal.common.errors import Conflict
from portal.common.models import Role, User
from portal.home.services import sample_data_lay
from portal.seed.workspace import SAMPLE_SIZE, Size

FEWEST_LEADS, MOST_LEADS = 50, 1_000_000
MOST_ACTIVITIES = 50_000_000
LEADS_PER_ACCOUNT = 3


def _count(text: str) -> int:
    try:
        number = int(text.replace("_", "").replace(",", ""))
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a whole number.") from None
    if number < 0:
        raise argparse.ArgumentTypeError("The number cannot be negative.")
    return number


def _instant(text: str) -> datetime:
    try:
        found = parse_datetime(text if "T" in text or " " in text else f"{text}T00:00")
    except ValueError:
        found = None
    if found is None:
        raise argparse.ArgumentTypeError(f"“{text}” is not a date or time like 2026-05-04T10:00.")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = (
        "Fill an empty workspace with the sample company: people, accounts, leads with half a year of "
        "activities, a definition in five versions with its ballots, handoffs in every state, and quarterly "
        "reviews. The same numbers, --seed and --now give the same workspace."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--leads", type=_count, default=SAMPLE_SIZE.leads, help="how many leads (default: %(default)s)"
        )
        parser.add_argument(
            "--activities", type=_count, help="how many activities in all (default: ten for each lead)"
        )
        parser.add_argument("--seed", type=_count, default=1, help="what chance starts from (default: 1)")
        parser.add_argument(
            "--now", type=_instant, help="the instant that counts as now (default: the last full hour, UTC)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        size = self._size(options["leads"], options["activities"])
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), disable=options["verbosity"] == 0) as bars:
            totals = {"accounts": size.accounts, "leads": size.leads, "activities": size.activities}
            tasks = {part: bars.add_task(part, total=total) for part, total in totals.items()}

            def progress(part: str, done: int) -> None:
                if part not in tasks:
                    tasks[part] = bars.add_task(part, total=None)
                bars.update(tasks[part], completed=done)

            try:
                sample_data_lay(
                    actor=None, size=size, seed=options["seed"], now=options["now"], progress=progress
                )
            except Conflict as error:
                raise CommandError(str(error)) from error
        self._say_how_to_sign_in(size)

    def _size(self, leads: int, activities: int | None) -> Size:
        activities = 10 * leads if activities is None else activities
        if not FEWEST_LEADS <= leads <= MOST_LEADS:
            raise CommandError(f"Ask for {FEWEST_LEADS} to {MOST_LEADS:,} leads.")
        if not 2 * leads <= activities <= MOST_ACTIVITIES:
            raise CommandError(
                f"Ask for at least two activities for each lead, and at most {MOST_ACTIVITIES:,} in all."
            )
        return Size(leads=leads, accounts=max(20, leads // LEADS_PER_ACCOUNT), activities=activities)

    def _say_how_to_sign_in(self, size: Size) -> None:
        self.stdout.write(
            f"The sample company stands: {size.leads:,} leads of {size.accounts:,} accounts "
            f"with {size.activities:,} activities."
        )
        administrator = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).order_by("pk").first()
        if administrator:
            self.stdout.write(
                f"Sign in as {administrator.email}; under People you can look as any of the sample people."
            )
        else:
            self.stdout.write(
                "There is no administrator yet: make one on the first page, or by "
                "`manage.py createsuperuser`. The sample people have no password; an administrator can look "
                "as any of them."
            )
