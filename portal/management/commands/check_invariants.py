"""`manage.py check_invariants`: what must always hold, asked of the rows."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

import definitions.invariants
import leads.invariants
import reviews.invariants

PARTS = {"definitions": definitions.invariants, "leads": leads.invariants, "reviews": reviews.invariants}


class Command(BaseCommand):
    help = (
        "Ask the database for everything that must always hold: one open handoff per lead, receipts that add "
        "up, ballots that recount to their outcome, and so on. Prints each breach with its rows; the exit "
        "status is 1 when there is any. Reads every row: meant for the night and for after a restore."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        for name, part in PARTS.items():
            found = part.breaches()
            total += len(found)
            for sentence in found:
                self.stdout.write(f"{name}: {sentence}")
        if total:
            raise CommandError(f"{total} {'breach' if total == 1 else 'breaches'} found.", returncode=1)
        self.stdout.write("All invariants hold.")
