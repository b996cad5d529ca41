"""manage.py import_activities: take in a file of what leads did."""

from __future__ import annotations

from leads.management.import_command import ImportCommand


class Command(ImportCommand):
    help = "Import what leads did from a CSV file. A second import of the same file changes nothing."
    kind = "activities"
