"""How long all leads take from the request to the flip: 5,000 leads, 130,000 activities, 12 criteria.

The floor, measured in the same run: the database reads every column of every activity once and writes as
many narrow rows as there are leads.
"""

from __future__ import annotations

import random
import statistics
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from definitions.models import ActivityKind, Definition, Version
from leads import bulk
from leads.facts import refresh
from leads.models import Account, Activity, Lead, Run, Score, TouchedLead
from leads.scoring import chunks, flip
from leads.scoring.runs import run_request
from portal.common.fields import to_microseconds
from tests.builders import a_criterion, a_document, a_source, a_term, a_version, maya
from tests.conftest import Worker

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db(transaction=True)]

LEADS, ACTIVITIES, ROUNDS = 5_000, 130_000, 5
LIMIT_SECONDS = 2.0
SETTLE_SECONDS = 5.0
KINDS = ("page_viewed", "form_submitted", "content_downloaded", "webinar_attended", "email_clicked")
PAGES = ("Pricing", "Blog", "Product tour", "Careers", "Integrations", "Documentation")


def test_rescore() -> None:
    _a_workspace()
    floor = statistics.median(_floor() for _ in range(ROUNDS))
    seconds = statistics.median(_rescore() for _ in range(ROUNDS))
    print(
        f"\n{connection.vendor}: {LEADS:,} leads, {ACTIVITIES:,} activities, 12 criteria, median: "
        f"{seconds:.2f} s from request to flip; floor {floor:.2f} s; {seconds / floor:.1f} times the floor"
    )
    assert seconds < LIMIT_SECONDS


def test_rescore_by_a_worker(real_worker: Worker) -> None:
    """The same through broker and worker process, which adds the time until the bell is heard."""
    _a_workspace()
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        run = _request()
        while Run.objects.get(pk=run.pk).is_open:
            assert time.perf_counter() - started < 60
            time.sleep(0.01)
        seconds.append(time.perf_counter() - started)
        # The worker goes on to offer the leads that qualify now; the next round does not wait for that.
        time.sleep(SETTLE_SECONDS)
    each = [round(one, 2) for one in seconds]
    print(f"\n{connection.vendor}, by a worker: median {statistics.median(seconds):.2f} s, each {each}")
    assert statistics.median(seconds) < LIMIT_SECONDS


def _request() -> Run:
    return run_request(version=_a_version(), kind=Run.Kind.ACTIVATION, actor=maya())


def _rescore() -> float:
    version = _a_version()
    started = time.perf_counter()
    run = run_request(version=version, kind=Run.Kind.ACTIVATION, actor=maya())
    chunks.work_chunks(has_time=lambda: True)
    assert flip.finish_runs() == [run]
    seconds = time.perf_counter() - started
    assert Definition.objects.get(stage="mql").active_version == version
    assert Score.objects.filter(version=version).count() == LEADS
    return seconds


def _floor() -> float:
    columns = [field.column for field in Activity._meta.concrete_fields]
    cast = {"properties": "CAST(properties AS text)"}
    read = ", ".join(f"max({cast.get(column, column)})" for column in columns)
    version = _a_version()
    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {read} FROM leads_activity")
        cursor.fetchall()
        cursor.execute(
            "INSERT INTO leads_score (version_id, lead_id, points, fit, behaviour, grade, qualification, "
            "is_qualified, as_of) SELECT %s, lead_id, 1, 1, 0, 1, 5, %s, %s FROM leads_leadfit",
            [version.pk, False, to_microseconds(timezone.now())],
        )
    seconds = time.perf_counter() - started
    Version.objects.filter(pk=version.pk).delete()
    return seconds


def _a_workspace() -> None:
    chance, now, source = random.Random(7), timezone.now(), a_source()
    industries = ("Software", "Retail", "Finance", "Health")
    accounts = Account.objects.bulk_create(
        Account(
            source=source,
            external_id=f"b-{number}",
            name=f"Account {number}",
            industry=chance.choice(industries),
            employees=chance.randint(1, 900),
            created_at=now,
        )
        for number in range(LEADS // 3)
    )
    leads = Lead.objects.bulk_create(
        Lead(
            source=source,
            external_id=f"b-{number}",
            account=chance.choice(accounts),
            job_title=chance.choice(("CTO", "Head of IT", "Student", "Buyer", "")),
            country=chance.choice(("Germany", "France", "Spain")),
            captured_at=now - timedelta(days=chance.randint(1, 180)),
        )
        for number in range(LEADS)
    )
    with transaction.atomic():
        refresh(lead.pk for lead in leads)
        kinds = list(ActivityKind.objects.filter(key__in=KINDS).values_list("pk", flat=True))
        subjects = [a_term(page).pk for page in PAGES]
        lead_ids = [lead.pk for lead in leads]
        bulk.insert(
            Activity,
            ("lead_id", "kind_id", "occurred_at", "subject_id", "seconds", "source_id", "message_id"),
            (
                (
                    chance.choice(lead_ids),
                    chance.choice(kinds),
                    to_microseconds(now - timedelta(seconds=chance.randint(60, 180 * 86_400))),
                    chance.choice(subjects),
                    chance.randint(0, 600),
                    source.pk,
                    f"b-{number}",
                )
                for number in range(ACTIVITIES)
            ),
        )
    TouchedLead.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _a_version() -> Version:
    return a_version(
        a_document(*(a_criterion(f"c-{number}", *clause) for number, clause in enumerate(_clauses()))),
        "ratified",
    )


def _clauses() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    points = {"kind": "points", "points": 15, "count": "once"}
    pricing = [{"on": "subject", "is": "contains_word", "values": ["pricing"]}]
    viewed: dict[str, Any] = {"activity": "page_viewed", "where": pricing}
    return [
        ({"attribute": "account.industry", "is": "one_of", "values": ["software", "finance"]}, points),
        ({"attribute": "account.employees", "is": "between", "values": [50, 500]}, points),
        ({"attribute": "lead.job_title", "is": "contains_word", "values": ["head of", "cto"]}, points),
        ({"attribute": "lead.country", "is": "none_of", "values": ["spain"]}, points),
        (
            {"attribute": "lead.job_title", "is": "contains_word", "values": ["student"]},
            {"kind": "disqualifies"},
        ),
        ({**viewed, "within_days": 30, "at_least": 1}, points),
        ({**viewed, "within_days": 90, "at_least": 3}, points),
        ({"activity": "form_submitted", "at_least": 1, "within_days": 60}, {**points, "fade_days": 60}),
        (
            {"activity": "content_downloaded", "at_least": 1, "within_days": 90},
            {"kind": "points", "points": 5, "count": "each", "times": 3, "per_days": 30, "fade_days": None},
        ),
        ({"activity": "webinar_attended", "at_least": 1}, points),
        ({"activity": "email_clicked", "at_least": 3, "within_any_hours": 72, "within_days": 90}, points),
        (
            {"silence_days": 30, "activity": "any"},
            {"kind": "points", "points": -20, "count": "once"},
        ),
    ]
