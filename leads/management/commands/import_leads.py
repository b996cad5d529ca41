"""manage.py import_leads: take in a file of leads."""

from __future__ import annotations

from leads.management.import_command import ImportCommand


class Command(ImportCommand):
    help = "Import leads from a CSV file. A second import of the same file changes nothing."
    kind = "leads"
