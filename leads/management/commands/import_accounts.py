"""manage.py import_accounts: take in a file of accounts."""

from __future__ import annotations

from leads.management.import_command import ImportCommand


class Command(ImportCommand):
    help = "Import accounts from a CSV file. A second import of the same file changes nothing."
    kind = "accounts"
