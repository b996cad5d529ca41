"""A lead that the database refuses to score, as one with impossible facts would be: by a trigger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

SENTENCE = "this lead is poison"


@contextmanager
def poisoned(*lead_ids: int, version_id: int | None = None) -> Iterator[None]:
    """Every INSERT of a score of these leads fails. No ids: of any lead; no version: under any."""
    condition = f"NEW.lead_id IN ({', '.join(map(str, lead_ids))})" if lead_ids else "1 = 1"
    if version_id is not None:
        condition += f" AND NEW.version_id = {version_id}"
    if connection.vendor == "postgresql":
        install = (
            f"CREATE FUNCTION refuse_score() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{SENTENCE}'; END $$",
            f"CREATE TRIGGER refuse_score BEFORE INSERT ON leads_score FOR EACH ROW WHEN ({condition}) "
            "EXECUTE FUNCTION refuse_score()",
        )
        remove = ("DROP TRIGGER refuse_score ON leads_score", "DROP FUNCTION refuse_score()")
    else:
        install = (
            f"CREATE TRIGGER refuse_score BEFORE INSERT ON leads_score WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END",
        )
        remove = ("DROP TRIGGER refuse_score",)
    with connection.cursor() as cursor:
        for statement in install:
            cursor.execute(statement)
        try:
            yield
        finally:
            for statement in remove:
                cursor.execute(statement)
