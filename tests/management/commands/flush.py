"""Empties the test database between tests that commit; the audit trail refuses while its triggers stand."""

from django.core.management.commands.flush import Command as Flush
from django.db import connections

from portal.common import audit_triggers


class Command(Flush):
    def handle(self, **options: object) -> None:
        connection = connections[str(options["database"])]
        audit_triggers.remove(connection)
        try:
            super().handle(**options)
        finally:
            audit_triggers.install(connection)
