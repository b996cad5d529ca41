"""How long a draft's numbers take after a change of points, and after a change of one rule.

ACCORD_BENCH_LEADS sets the size, with twenty activities a lead. Each figure stands beside its floor, measured
in the same run: for points one pass of NumPy over the columns, for a rule the database running the rule's own
statement to its last row.
"""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.middleware.csrf import CSRF_SECRET_LENGTH
from django.test import Client, RequestFactory
from django.urls import reverse

from definitions import selectors
from definitions.criteria.document import parse_effect, parse_rule
from definitions.criteria.nodes import ActivityTest, Clause
from definitions.models import Criterion, Version
from definitions.services.criteria import criterion_add
from definitions.services.drafts import draft_create
from leads.models import PreviewSnapshot
from leads.scoring.compiler_behaviour import _limited_points, _Pass, _pass
from leads.scoring.compiler_rules import RuleCompiler
from leads.scoring.preview import building, reading, snapshots
from leads.scoring.preview.numbers import preview_of
from leads.scoring.preview.questions import question_of
from leads.scoring.scope import Scope
from leads.scoring.sql import Sql, sql
from portal.common.fields import to_microseconds
from tests.benchmarks.scoring import lay_facts
from tests.builders import a_criterion, a_document, an_active_version, maya

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db(transaction=True)]

LEADS = int(os.environ.get("ACCORD_BENCH_LEADS", "100000"))
ACTIVITIES = 20 * LEADS
ROUNDS = 5
POINTS_LIMIT = 0.1
RULE_LIMIT = 2.0
IN_PLACE_LIMIT = 0.05
VIEWED: dict[str, Any] = {
    "activity": "page_viewed",
    "where": [{"on": "subject", "is": "contains_word", "values": ["pricing"]}],
}


def test_preview() -> None:
    lay_facts(LEADS, ACTIVITIES)
    draft = _a_draft()
    seconds = _timed(lambda: _build(draft))
    snapshot = PreviewSnapshot.objects.get()
    size = f"{LEADS:,} leads, {ACTIVITIES:,} activities, {draft.criteria.count()} criteria"
    print(f"\n{connection.vendor}, {size}: all columns built in {seconds:.1f} s")
    _points(draft, snapshot)
    _in_place(draft)
    _rules(snapshot)
    print(f"memory at its highest: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


# -- points ------------------------------------------------------------------------------------------------


def _points(draft: Version, snapshot: PreviewSnapshot) -> None:
    """Each round moves the points of one clause and the threshold; the page is asked for as htmx does."""
    client = Client()
    client.force_login(maya())
    address = reverse("leads:draft_numbers", args=[draft.pk])
    clauses = list(draft.criteria.all())
    client.get(address, HTTP_HX_REQUEST="true")
    each, whole = [], []
    for number in range(ROUNDS):
        _move(draft, clauses[number * 3], number)
        version = Version.objects.select_related("definition__active_version").get(pk=draft.pk)
        each.append(_timed(lambda version=version: preview_of(version)))
        _move(draft, clauses[number * 3], number + 100)
        whole.append(_timed(lambda: client.get(address, HTTP_HX_REQUEST="true")))
    floor = statistics.median(_one_pass(draft, snapshot) for _ in range(ROUNDS))
    median, page = statistics.median(each), statistics.median(whole)
    print(
        f"a change of points and threshold: {median * 1000:.0f} ms, with the page {page * 1000:.0f} ms; "
        f"floor {floor * 1000:.1f} ms; {median / floor:.1f} times it"
    )
    assert median < POINTS_LIMIT


def _in_place(draft: Version) -> None:
    """As a person does it: a number is moved on the draft's page, which then asks for the numbers."""
    client = Client()
    client.force_login(maya())
    clause = draft.criteria.filter(effect__kind="points").earliest("pk")
    clause_url = reverse("definitions:criterion_points", args=[draft.pk, clause.key])
    threshold_url = reverse("definitions:draft_number", args=[draft.pk, "threshold"])
    threshold = Version.objects.get(pk=draft.pk).threshold
    slow = []
    for name, url, was in (
        ("points", clause_url, clause.effect["points"]),
        ("threshold", threshold_url, threshold),
    ):
        saves, asks = [], []
        for value in range(was + 1, was + 1 + 2 * ROUNDS):
            saves.append(_served(client, "POST", url, {"was": value - 1, "value": value}))
            asks.append(_served(client, "GET", reverse("leads:draft_numbers", args=[draft.pk]), {}))
        save, ask = statistics.median(saves), statistics.median(asks)
        print(
            f"{name} moved in place: saved and answered in {save * 1000:.0f} ms, numbers {ask * 1000:.0f} ms"
        )
        slow += [name] if max(save, ask) > IN_PLACE_LIMIT else []
    assert slow == []


@cache
def _application() -> WSGIHandler:
    # As in production, where a request finds a connection that stands.
    connection.settings_dict["CONN_MAX_AGE"] = 600
    return get_wsgi_application()


def _served(client: Client, method: str, url: str, data: dict[str, int]) -> float:
    """Seconds from the request to the last byte as the server spends them: every middleware, and not the
    test client, which keeps a copy of the context of every template that it sees rendered."""
    token = "a" * CSRF_SECRET_LENGTH
    cookies = f"sessionid={client.cookies['sessionid'].value}; {settings.CSRF_COOKIE_NAME}={token}"
    headers = {"HX-Request": "true", "Cookie": cookies, "X-CSRFToken": token}
    make = RequestFactory().post if method == "POST" else RequestFactory().get
    environ = make(url, data, headers=headers).environ
    statuses: list[str] = []

    def serve() -> None:
        response = _application()(environ, lambda status, _headers: statuses.append(status))
        assert b"".join(response)
        response.close()

    seconds = _timed(serve)
    assert statuses == ["200 OK"], statuses
    return seconds


def _move(draft: Version, clause: Criterion, number: int) -> None:
    effect = {**clause.effect}
    if "points" in effect:
        effect["points"] += 1 + number
    Criterion.objects.filter(pk=clause.pk).update(effect=effect)
    Version.objects.filter(pk=draft.pk).update(threshold=60 + number)


def _one_pass(draft: Version, snapshot: PreviewSnapshot) -> float:
    """One addition to a sum for each lead and criterion."""
    columns = [
        np.unpackbits(np.frombuffer(hits, np.uint8), count=snapshot.population).astype(np.int16)
        for hits in snapshot.columns.values_list("hits", flat=True)[: draft.criteria.count()]
    ]
    total = np.zeros(snapshot.population, np.int16)

    def add() -> None:
        for column in columns:
            np.add(total, column, out=total)

    return _timed(add)


# -- a rule ------------------------------------------------------------------------------------------------


def _rules(snapshot: PreviewSnapshot) -> None:
    print(f"{'a changed rule':<34}{'column s':>9}{'floor s':>9}{'times':>7}")
    slow = []
    lead_ids = snapshots.lead_ids_of(snapshot)
    catalogue = selectors.catalogue()
    rules = RuleCompiler(catalogue, connection.vendor, to_microseconds(snapshot.as_of), Scope.all())
    for name, rule, effect in _changed():
        clause = Clause("c", "fit", name, parse_rule(rule, catalogue), parse_effect(effect, rule))
        question = question_of(clause, rules)
        own = _own_statement(clause, rules) if clause.effect.is_counted else question.statement
        with reading.one_look():
            floor = statistics.median(_run_to_its_end(own) for _ in range(ROUNDS))
            seconds = statistics.median(
                _timed(lambda question=question: reading.ask(question, lead_ids)) for _ in range(ROUNDS)
            )
        print(f"{name:<34}{seconds:>9.2f}{floor:>9.2f}{seconds / floor:>7.2f}")
        slow += [name] if seconds > RULE_LIMIT else []
    assert slow == []


def _own_statement(clause: Clause, rules: RuleCompiler) -> Sql:
    """What scoring asks of the database for a criterion whose occurrences count."""
    if clause.effect.times is not None:
        return _limited_points(clause, rules)
    assert isinstance(clause.rule, ActivityTest)
    return _pass(_Pass(clause.rule.kind, [clause.rule], {0: clause}), rules)


def _run_to_its_end(statement: Any) -> float:
    """The database's own work: it makes every row of the statement and sends none."""
    if connection.vendor == "postgresql":
        statement = sql("EXPLAIN (ANALYZE, TIMING OFF) {}", statement)
    else:
        statement = sql("SELECT COUNT(*), SUM(lead_id) FROM ({}) q", statement)

    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement.text, statement.params)
            cursor.fetchall()

    return _timed(run)


def _changed() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    once = {"kind": "points", "points": 15, "count": "once"}
    each = {"kind": "points", "points": 5, "count": "each"}
    return [
        ("industry is one of", {"attribute": "account.industry", "is": "one_of", "values": ["retail"]}, once),
        ("title contains", {"attribute": "lead.job_title", "is": "contains_word", "values": ["cto"]}, once),
        ("pricing page in 30 days", {**VIEWED, "within_days": 30, "at_least": 1}, once),
        ("three times in 90 days", {**VIEWED, "within_days": 90, "at_least": 3}, once),
        (
            "three within 72 hours",
            {"activity": "email_clicked", "at_least": 3, "within_any_hours": 72, "within_days": 90},
            once,
        ),
        ("silent for 30 days", {"silence_days": 30, "activity": "any"}, once),
        (
            "ten minutes in 90 days",
            {"activity": "page_viewed", "total_seconds": 600, "within_days": 90},
            once,
        ),
        (
            "newest form fades in 60 days",
            {"activity": "form_submitted", "at_least": 1, "within_days": 60},
            {**once, "fade_days": 60},
        ),
        (
            "downloads, three a month",
            {"activity": "content_downloaded", "at_least": 1, "within_days": 90},
            {**each, "times": 3, "per_days": 30},
        ),
        (
            "each webinar fades in 30 days",
            {"activity": "webinar_attended", "at_least": 1, "within_days": 30},
            {**each, "fade_days": 30},
        ),
    ]


# -- a workspace -------------------------------------------------------------------------------------------


def _build(draft: Version) -> None:
    assert building.wish(draft)
    assert building.work_wishes(lambda: True) == 1


def _a_draft() -> Version:
    """Twenty criteria, ten of them on behaviour, beside a version in force that has others."""
    changed = _changed()
    in_force = an_active_version(
        a_document(
            *(a_criterion(f"c-{number}", rule, effect) for number, (_n, rule, effect) in enumerate(changed))
        )
    )
    draft = draft_create(definition=in_force.definition, actor=maya())
    clauses = [(rule, effect) for _name, rule, effect in changed]
    points = {"kind": "points", "points": 15, "count": "once"}
    for number in range(6):
        clauses.append(
            ({"attribute": "account.employees", "is": "at_least", "value": 100 * number + 50}, points)
        )
    for days in (7, 14, 21):
        clauses.append(({**VIEWED, "within_days": days, "at_least": 1}, points))
    clauses.append(
        (
            {"attribute": "lead.job_title", "is": "contains_word", "values": ["student"]},
            {"kind": "disqualifies"},
        )
    )
    for rule, effect in clauses:
        half = "behaviour" if "activity" in rule else "fit"
        criterion_add(version=draft, actor=maya(), half=half, rule=rule, effect=effect)
    Version.objects.filter(pk=draft.pk).update(threshold=60, cap_fit=70, cap_behaviour=80, minimum_fit=5)
    return Version.objects.select_related("definition__active_version").get(pk=draft.pk)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
