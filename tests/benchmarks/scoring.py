"""What the benchmarks of scoring share: facts of any size, a definition of twelve criteria, and the floor.

The floor, measured in the same run: the database reads every column of every activity once and writes as
many narrow rows as there are leads.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from definitions.models import Definition, Version
from leads.models import Activity, LeadFit, Run, Score, TouchedLead
from leads.scoring import chunks, flip
from leads.scoring.runs import run_request
from portal.common.calendars import calendar_of
from portal.common.fields import to_microseconds
from portal.common.models import Team, Workspace
from portal.seed.facts import facts_lay
from portal.seed.people import people_lay
from tests.builders import a_criterion, a_document, a_version, maya

ROUNDS = 5
Json = dict[str, Any]


def lay_facts(leads: int, activities: int) -> None:
    """The facts of the sample workspace, as `manage.py seed` lays them, without what follows from them."""
    now = timezone.now()
    people = people_lay(joined_at=now - timedelta(days=400))
    with transaction.atomic():
        facts_lay(
            leads=leads,
            accounts=leads // 3,
            activities=activities,
            seed=1,
            now=now,
            calendar=calendar_of(Team.SALES, Workspace.objects.get(pk=1)),
            people=people,
            actor=None,
            progress=lambda part, done: None,
        )
    TouchedLead.objects.all().delete()
    with connection.cursor() as cursor:
        # As the databases do by themselves after a while.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def document() -> Json:
    """Six criteria of fit and six of behaviour, a sliding window, a silence and a total time among them."""
    clauses = [("fit", *clause) for clause in _fit()] + [("behaviour", *clause) for clause in _behaviour()]
    return a_document(
        *(
            a_criterion(f"c-{number}", rule, effect, half=half)
            for number, (half, rule, effect) in enumerate(clauses)
        ),
        threshold=60,
    )


POINTS: Json = {"kind": "points", "points": 15, "count": "once"}


def _fit() -> list[tuple[Json, Json]]:
    return [
        ({"attribute": "account.industry", "is": "one_of", "values": ["software", "logistics"]}, POINTS),
        ({"attribute": "account.employees", "is": "between", "values": [50, 2_000]}, POINTS),
        ({"attribute": "lead.job_title", "is": "contains_word", "values": ["head of", "cto"]}, POINTS),
        ({"attribute": "lead.country", "is": "none_of", "values": ["spain"]}, POINTS),
        ({"attribute": "lead.has_free_email", "is": "no"}, POINTS),
        ({"attribute": "lead.job_title", "is": "contains_word", "values": ["student"]},
         {"kind": "disqualifies"}),
    ]  # fmt: skip


def _behaviour() -> list[tuple[Json, Json]]:
    viewed = {
        "activity": "page_viewed",
        "where": [{"on": "subject", "is": "contains_word", "values": ["pricing"]}],
    }
    return [
        ({**viewed, "within_days": 30, "at_least": 1}, POINTS),
        ({**viewed, "within_days": 90, "at_least": 3}, POINTS),
        ({"activity": "form_submitted", "at_least": 1, "within_days": 60}, {**POINTS, "fade_days": 60}),
        ({"activity": "email_clicked", "at_least": 3, "within_any_hours": 72, "within_days": 90}, POINTS),
        ({"activity": "page_viewed", "total_seconds": 600, "within_days": 90}, POINTS),
        ({"silence_days": 30, "activity": "any"}, {**POINTS, "points": -20}),
    ]


def ratified_version() -> Version:
    return a_version(document(), "ratified")


def floor_seconds() -> float:
    columns = [field.column for field in Activity._meta.concrete_fields]
    cast = {"properties": "CAST(properties AS text)"}
    read = ", ".join(f"max({cast.get(column, column)})" for column in columns)
    version = ratified_version()
    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # One process reads, as one process scores.
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        cursor.execute(f"SELECT {read} FROM leads_activity")
        cursor.fetchall()
        cursor.execute(
            "INSERT INTO leads_score (version_id, lead_id, points, fit, behaviour, grade, qualification, "
            "is_qualified, as_of) SELECT %s, lead_id, 1, 1, 0, 1, 5, %s, %s FROM leads_leadfit",
            [version.pk, False, to_microseconds(timezone.now())],
        )
    seconds = time.perf_counter() - started
    forget(version)
    return seconds


def rescore_seconds(workers: int = 1) -> float:
    """From the request to the flip, worked off by threads of this process, each with a connection."""
    version, leads = ratified_version(), LeadFit.objects.count()
    started = time.perf_counter()
    run = run_request(version=version, kind=Run.Kind.ACTIVATION, actor=maya())
    if workers == 1:
        chunks.work_chunks(has_time=lambda: True)
    else:
        with ThreadPoolExecutor(workers) as pool:
            for done in [pool.submit(_work) for _ in range(workers)]:
                done.result()
    assert flip.finish_runs() == [run]
    seconds = time.perf_counter() - started
    definition = Definition.objects.get(stage="mql")
    assert definition.active_version == version
    assert Score.objects.filter(version=version).count() == leads
    return seconds


def _work() -> None:
    try:
        chunks.work_chunks(has_time=lambda: True)
    finally:
        connection.close()


def forget(version: Version) -> None:
    """Take the scores of a round away again, so that each round begins with the same tables."""
    Score.objects.filter(version=version)._raw_delete("default")
    Version.objects.filter(pk=version.pk, status="ratified").delete()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM leads_score")


def forget_all_scores() -> None:
    with connection.cursor() as cursor:
        verb = "TRUNCATE" if connection.vendor == "postgresql" else "DELETE FROM"
        cursor.execute(f"{verb} leads_score")


def median(measure: Callable[[], float], rounds: int = ROUNDS) -> float:
    return statistics.median(measure() for _ in range(rounds))
