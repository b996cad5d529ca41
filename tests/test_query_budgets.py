"""No list makes more queries than its budget, and none makes more because it is longer."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from definitions.models import Ballot, Comment, Criterion, Definition, Persona, RepAnswer, Version
from leads.models import OPEN, Account, Handoff, Import, Lead, Qualification, Run, Score
from leads.scoring.compiler import compiled
from leads.scoring.near_misses import near_scores
from portal.common.models import AuditEntry, Notification, OutgoingCall, OutgoingMail, User, Webhook
from portal.seed.people import DOMAIN
from portal.seed.workspace import Size, workspace_seed
from reviews.models import Action, AgendaItem, BacklogItem, Meeting, Series
from tests.builders import ada
from tests.pages import BUDGET, PAGES

SMALL = Size(leads=120, accounts=40, activities=1_200)
SHORT, LONG = 10, 60
_numbers = itertools.count(1)


@pytest.mark.walk
def test_no_list_makes_more_queries_when_it_grows(db: None) -> None:
    """The sample company, with ten and with sixty more rows of everything that a page lists."""
    workspace_seed(size=SMALL, seed=1, actor=ada())
    _grow(SHORT)
    short = _queries()
    _grow(LONG - SHORT)
    long = _queries()
    growing = {name: (short[name], long[name]) for name in short if long[name] > short[name]}
    over = {page.name: long[page.name] for page in PAGES if page.is_list and long[page.name] > BUDGET}
    assert (growing, over) == ({}, {})


def test_the_count_catches_a_list_that_asks_for_each_row(db: None) -> None:
    """The broken twin: names of accounts fetched one by one."""
    workspace_seed(size=SMALL, seed=1, actor=ada())

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            [str(lead.account) for lead in Lead.objects.exclude(account=None)[:SHORT]]
        return len(queries)

    assert count() > BUDGET - SHORT + 1
    assert count() == 1 + SHORT


def _queries() -> dict[str, int]:
    """Name of the page to its number of queries. The first look fills caches of the process."""
    found = {}
    for page in PAGES:
        client = Client()
        email = f"{page.who}@{DOMAIN}" if page.who != "ada" else ada().email
        client.force_login(User.objects.get(email=email))
        address = page.address()
        assert client.get(address).status_code == 200, page.name
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        found[page.name] = len(queries)
    return found


# -- more of everything --------------------------------------------------------------------------------------


def _grow(count: int) -> None:
    for status in sorted(set(Handoff.objects.order_by().values_list("status", flat=True))):
        _more_handoffs(Handoff.objects.filter(status=status), count)
    version = Definition.objects.select_related("active_version").get(stage="mql").active_version
    assert version is not None
    below = Score.objects.filter(version=version, is_qualified=False, lead__stage="lead")
    some = list(below.exclude(lead__handoffs__status__in=OPEN).values_list("pk", flat=True)[:5])
    Score.objects.filter(pk__in=some).update(
        points=version.threshold - 1, qualification=Qualification.BELOW_THRESHOLD
    )
    _more_leads([score.lead for score in near_scores(version, compiled(version.document).document)], count)
    first = Account.objects.filter(leads__isnull=False).earliest("pk")
    _more_leads(Lead.objects.filter(account=first), count)
    _more(Import.objects.filter(status="done"), count)
    _more(Run.objects.filter(status="done"), count)
    superseded = Version.objects.filter(status="superseded", definition=version.definition)
    _more(superseded, count, number=lambda number: 1_000 + number)
    _more(Ballot.objects.exclude(status="open"), count)
    _more(Persona.objects.all(), count, key=lambda number: f"persona-{number}")
    _more(User.objects.filter(team="sales"), count, email=lambda number: f"person{number}@example.com")
    _more_answers()
    draft = Version.objects.filter(status="draft").earliest("pk")
    _more(Criterion.objects.filter(version=draft), count, key=lambda number: f"clause-{number}")
    _more(Comment.objects.filter(version=draft), count)
    _more(Series.objects.all(), count, uid=lambda number: f"series-{number}")
    ahead = AgendaItem.objects.filter(meeting__status="scheduled")
    _more(ahead, count, source_key=lambda number: f"item-{number}")
    _more(BacklogItem.objects.all(), count)
    _more(Meeting.objects.exclude(status="open"), count, original_at=_another_day)
    _more(Action.objects.filter(status="open"), count, owner=lambda _: _person("rita"))
    _more(AuditEntry.objects.all(), count)
    _more_deliveries(count)
    for name in ("maya", "sam", "rita"):
        _more(Notification.objects.all(), count, key=str, person=lambda _, name=name: _person(name))


def _more(rows: models.QuerySet[Any], count: int, **values: Any) -> list[Any]:
    """`count` copies of `rows`, in turn. A value is asked with a number never given before."""
    originals = list(rows.order_by("pk")[:20])
    assert originals, f"nothing to copy: {rows.model.__name__}"
    copies = []
    for original in itertools.islice(itertools.cycle(originals), count):
        number = next(_numbers)
        fields = {
            field.attname: getattr(original, field.attname) for field in rows.model._meta.concrete_fields
        }
        del fields[rows.model._meta.pk.attname]  # type: ignore[union-attr]
        copy = rows.model(**fields)
        for name, value in values.items():
            setattr(copy, name, value(number))
        copies.append(copy)
    return rows.model._base_manager.bulk_create(copies)


def _more_leads(leads: Any, count: int) -> list[Lead]:
    """Copies with the scores of their originals."""
    originals = list(leads)[:20]
    assert originals
    copies = _more(
        Lead.objects.filter(pk__in=[lead.pk for lead in originals]),
        count,
        external_id=lambda number: f"copy-{number}",
        email=lambda number: f"lead{number}@copies.example",
    )
    scores: dict[int, list[Score]] = {}
    for score in Score.objects.filter(lead__in=originals):
        scores.setdefault(score.lead_id, []).append(score)
    in_turn = itertools.cycle(sorted(lead.pk for lead in originals))
    copied = []
    for copy, original in zip(copies, in_turn, strict=False):
        for score in scores.get(original, ()):
            fields = {field.attname: getattr(score, field.attname) for field in Score._meta.concrete_fields}
            fields.pop("id", None)
            copied.append(Score(**{**fields, "lead_id": copy.pk}))
    Score.objects.bulk_create(copied)
    return copies


def _more_handoffs(handoffs: models.QuerySet[Handoff], count: int) -> None:
    leads = iter(_more_leads(Lead.objects.filter(handoffs__in=handoffs).distinct(), count))
    _more(handoffs, count, lead=lambda _: next(leads))


def _more_answers() -> None:
    silent = User.objects.filter(team="sales", answers=None)
    RepAnswer.objects.bulk_create(
        RepAnswer(person=person, question="qualified", text="One that answers the phone.")
        for person in silent
    )


def _more_deliveries(count: int) -> None:
    values: dict[str, Any] = {"status": "parked", "error": "No route to host", "due_at": timezone.now()}
    hooks = [
        Webhook(url=f"https://example.com/{next(_numbers)}", secret="", created_by=ada())
        for _ in range(count)
    ]
    for hook in Webhook.objects.bulk_create(hooks):
        key = str(hook.pk)
        OutgoingMail.objects.create(key=key, to_email="a@example.com", subject="Time", text="", **values)
        OutgoingCall.objects.create(webhook=hook, key=key, event="clock.due", body="{}", **values)


def _person(name: str) -> User:
    return User.objects.get(email=f"{name}@{DOMAIN}")


def _another_day(number: int) -> Any:
    return Meeting.objects.earliest("original_at").original_at - timedelta(days=number)
