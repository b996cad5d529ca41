"""Facts as of then, held to the oracle: it is given only what was known, person by person."""

from __future__ import annotations

import copy
import os
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from definitions import selectors as definitions
from definitions.criteria.document import parse
from definitions.models import Attribute
from leads.evidence.past import all_as_of, each_as_of, must_stay_in_place, some_as_of
from leads.evidence.rewinding import Rewinder
from leads.models import FieldChange, LeadValue
from leads.scoring.compiler import criterion_columns, hits, score_rows
from tests.builders import NOW, a_criterion, a_document, a_lead, an_account, an_activity
from tests.leads.scoring.oracle import Json, Oracle, Person
from tests.leads.scoring.plain_worlds import documents, make_attributes, people, write

MOMENTS = st.sampled_from([NOW - timedelta(days=days) for days in (0, 1, 5, 7, 30, 31)])


# `make properties` asks for more.
CASES = int(os.environ.get("ACCORD_CASES") or (100 if os.environ.get("CI") else 40))
many = settings(
    max_examples=min(CASES, 2_500),
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@pytest.fixture
def attributes(db: None) -> None:
    make_attributes()


def _rewinder(document: Json, start: datetime) -> Rewinder:
    parsed = parse(document, definitions.catalogue())
    return Rewinder((clause.rule for clause in parsed.criteria), start)


@pytest.mark.usefixtures("attributes")
@many
@given(world=people(), document=documents(), moment=MOMENTS)
def test_all_leads_as_of_then(world: list[Person], document: Json, moment: datetime) -> None:
    with _rolled_back():
        ids = write(world)
        past = all_as_of(moment, _rewinder(document, moment).to(moment))
        known = [person for person in world if person.captured_at < moment]
        oracle = Oracle(document, known, moment)
        verdicts = {
            pk: oracle.judge(person) for pk, person in zip(ids, world, strict=True) if person in known
        }
        rows = score_rows(document, past, moment)
        assert {row.lead_id: (row.points, row.qualification) for row in rows} == {
            pk: (verdict.points, verdict.qualification) for pk, verdict in verdicts.items()
        }


@pytest.mark.usefixtures("attributes")
@many
@given(world=people(), document=documents(), moment=MOMENTS)
def test_some_leads_as_of_then(world: list[Person], document: Json, moment: datetime) -> None:
    with _rolled_back():
        ids = write(world)
        known = [person for person in world if person.captured_at < moment]
        asked = [pk for pk, person in zip(ids, world, strict=True) if person in known][:2]
        oracle = Oracle(document, known, moment)
        for number, clause in enumerate(parse(document, definitions.catalogue()).criteria):
            past = some_as_of(moment, _rewinder(document, moment).to(moment), asked)
            expected = {
                pk
                for pk, person in zip(ids, world, strict=True)
                if pk in asked and oracle.judge(person).lines[number][0]
            }
            assert hits(clause.rule, past, moment) & set(asked) == expected


@pytest.mark.usefixtures("attributes")
@many
@given(world=people(), document=documents(), data=st.data())
def test_each_lead_as_of_its_own_moment(world: list[Person], document: Json, data: st.DataObject) -> None:
    with _rolled_back():
        ids = write(world)
        moments = {pk: data.draw(MOMENTS) for pk in ids[1:]}
        parsed = parse(document, definitions.catalogue())
        movable = [n for n, clause in enumerate(parsed.criteria) if not must_stay_in_place(clause.rule)]
        past, as_of = each_as_of(moments, _rewinder(document, min(moments.values())).to_each(moments))
        found = criterion_columns(
            replace(parsed, criteria=tuple(parsed.criteria[number] for number in movable)), past, as_of
        )
        expected = {}
        for pk, person in zip(ids, world, strict=True):
            if pk in moments:
                lines = Oracle(document, world, moments[pk]).judge(person).lines
                expected[pk] = tuple(lines[number][0] for number in movable)
        assert {pk: tuple(hit.is_met for hit in line) for pk, line in found.items()} == expected


class _rolled_back:
    """Hypothesis runs many examples in one test: each takes its rows away again."""

    def __enter__(self) -> None:
        self.savepoint = connection.savepoint() if connection.in_atomic_block else ""

    def __exit__(self, *error: object) -> None:
        connection.savepoint_rollback(self.savepoint)


# -- facts that changed ------------------------------------------------------------------------------------


def _changed(lead: Any, field: str, before: str, after: str, days_ago: int) -> None:
    FieldChange.objects.create(
        lead=lead, field=field, before=before, after=after, changed_at=NOW - timedelta(days=days_ago)
    )


def _industry(value: str) -> Json:
    return a_criterion("c-industry", {"attribute": "account.industry", "is": "one_of", "values": [value]})


def _title(word: str) -> Json:
    return a_criterion("c-title", {"attribute": "lead.job_title", "is": "contains_word", "values": [word]})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("case", "days_ago", "expected"),
    [
        ("before any change", 30, "intern"),
        ("between the two", 15, "manager"),
        ("at the very instant a change is not known yet", 10, "manager"),
        ("after the last", 9, "head"),
    ],
)
def test_a_field_is_what_it_was(case: str, days_ago: int, expected: str) -> None:
    lead = a_lead(job_title="Head of IT", captured_at=NOW - timedelta(days=60))
    _changed(lead, "job_title", "Intern", "IT manager", 20)
    _changed(lead, "job_title", "IT manager", "Head of IT", 10)
    moment = NOW - timedelta(days=days_ago)
    for word in ("intern", "manager", "head"):
        document = a_document(_title(word))
        rewinder = _rewinder(document, moment)
        past = all_as_of(moment, rewinder.to(moment))
        every, as_of = each_as_of({lead.pk: moment}, rewinder.to_each({lead.pk: moment}))
        assert bool(score_rows(document, past, moment)[0].points) is (word == expected), case
        assert bool(score_rows(document, every, as_of)[0].points) is (word == expected), case


@pytest.mark.django_db
def test_a_lead_stood_under_its_earlier_account() -> None:
    bank, shop = an_account(industry="Bank"), an_account(industry="Shop")
    lead = a_lead(account=shop, captured_at=NOW - timedelta(days=60))
    _changed(lead, "account_id", str(bank.pk), str(shop.pk), 10)
    moment, document = NOW - timedelta(days=20), a_document(_industry("bank"))
    past = all_as_of(moment, _rewinder(document, moment).to(moment))
    assert score_rows(document, past, moment)[0].points == 50
    assert score_rows(document, past, NOW)[0].points == 50  # the facts are those of then, whatever as_of


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value_type", "before", "rule"),
    [
        ("text", "Old words", {"is": "contains_word", "values": ["old"]}),
        ("choice", "Gold", {"is": "one_of", "values": ["gold"]}),
        ("number", "7", {"is": "at_most", "value": 7}),
        ("yes_no", "1", {"is": "yes"}),
        ("date", "2026-01-05", {"is": "before", "value": "2026-01-06"}),
        ("choice", "", {"is": "unknown"}),
    ],
)
def test_a_custom_attribute_is_what_it_was(value_type: str, before: str, rule: Json) -> None:
    attribute = Attribute.objects.create(key="plan", label="Plan", value_type=value_type)
    lead = a_lead(captured_at=NOW - timedelta(days=60))
    empty: Json = {"text_key": None, "text_words": None, "number": None, "day": None}
    now: Json = {
        "text": {"text_key": "new", "text_words": " new "},
        "choice": {"text_key": "silver"},
        "number": {"number": 9},
        "yes_no": {"number": 0},
        "date": {"day": "2026-03-01"},
    }[value_type]
    LeadValue.objects.create(lead=lead, attribute=attribute, **(empty | now))
    _changed(lead, "plan", before, "now", 10)
    document = a_document(a_criterion("c-plan", {"attribute": "custom.plan", **rule}))
    points = {}
    for days_ago in (20, 5):
        moment = NOW - timedelta(days=days_ago)
        past = all_as_of(moment, _rewinder(document, moment).to(moment))
        points[days_ago] = score_rows(document, past, moment)[0].points
    assert points == {20: 50, 5: 0}


@pytest.mark.django_db
def test_what_was_captured_later_was_not_there_to_be_asked_about() -> None:
    """The second person of the account came later: then there was no committee."""
    account = an_account()
    first = a_lead(account=account, captured_at=NOW - timedelta(days=60), job_title="CTO")
    a_lead(account=account, captured_at=NOW - timedelta(days=5), job_title="CTO")
    rule = {
        "account_people": 2,
        "meet": {"attribute": "lead.job_title", "is": "contains_word", "values": ["cto"]},
    }
    document = a_document(a_criterion("c-committee", rule))
    found = {}
    for days_ago in (20, 1):
        moment = NOW - timedelta(days=days_ago)
        past = all_as_of(moment, _rewinder(document, moment).to(moment))
        found[days_ago] = [row.points for row in score_rows(document, past, moment)]
    assert found == {20: [0], 1: [50, 50]}
    assert first.pk


@pytest.mark.django_db
def test_an_oracle_that_is_wrong_is_caught() -> None:
    """The broken twin: today's facts, asked as of then, differ from the facts of then."""
    lead = a_lead(job_title="Head of IT", captured_at=NOW - timedelta(days=60))
    an_activity(lead, at=NOW - timedelta(days=1))
    _changed(lead, "job_title", "", "Head of IT", 10)
    moment, document = NOW - timedelta(days=20), a_document(_title("head"))
    today = copy.copy(score_rows(document, all_as_of(moment, Rewinder([], NOW).to(NOW)), moment))
    then = score_rows(document, all_as_of(moment, _rewinder(document, moment).to(moment)), moment)
    assert today != then
