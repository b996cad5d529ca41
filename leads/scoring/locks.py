"""Who may write scores of a version at the same time.

A chunk that read the facts before a change must not write its old result over the new one that a
drain has written meanwhile. So a drain has a version to itself, while chunks of one version, whose
spans never meet, go side by side. SQLite has one writer at a time anyway.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

# The first of the two keys of PostgreSQL's advisory locks: scores, and nothing else, lock under it.
_SCORES = 7_205


def score_beside_chunks(version_id: int) -> None:
    """Until the end of the transaction: other chunks may score this version, drains wait."""
    _lock("pg_advisory_xact_lock_shared", version_id)


def score_alone(version_ids: Iterable[int]) -> None:
    """Until the end of the transaction: nobody else scores these versions. Waits for running chunks."""
    # In order, so that two who want the same versions never wait for each other in a circle.
    for version_id in sorted(version_ids):
        _lock("pg_advisory_xact_lock", version_id)


def limit_statements(seconds: int) -> None:
    """Until the end of the transaction, PostgreSQL breaks off a statement that takes longer than this."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds}s"])


def _lock(function: str, version_id: int) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s, %s)", [_SCORES, version_id])
