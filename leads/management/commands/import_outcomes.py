"""manage.py import_outcomes: take in a file of what became of leads."""

from __future__ import annotations

from leads.management.import_command import ImportCommand


class Command(ImportCommand):
    help = "Import what became of leads from a CSV file. A second import of the same file changes nothing."
    kind = "outcomes"
