"""The preview against the compiler and the oracle: the same leads qualify, with the same grades."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from definitions import selectors
from definitions.criteria.document import parse
from definitions.criteria.nodes import Document
from leads.scoring.compiler import criterion_columns, score_rows
from leads.scoring.preview import arithmetic, reading, snapshots
from leads.scoring.preview.arithmetic import Verdict
from leads.scoring.preview.columns import Column, ids_of, pack, unpack
from leads.scoring.scope import Scope
from tests.builders import NOW
from tests.leads.scoring.oracle import Json, Oracle, Person
from tests.leads.scoring.plain_worlds import POINTS, documents, make_attributes, people, write

pytestmark = pytest.mark.django_db

# `make properties` asks for more.
CASES = int(os.environ.get("ACCORD_CASES") or (120 if os.environ.get("CI") else 60))
many = settings(
    max_examples=min(CASES, 2_500),
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


class _Undo(Exception):
    pass


@pytest.fixture
def attributes(db: None) -> None:
    make_attributes()


@many
@given(document=documents(), world=people(), data=st.data())
def test_the_columns_say_what_the_statement_says(
    attributes: None, document: Json, world: list[Person], data: st.DataObject
) -> None:
    changed = _with_other_numbers(document, data)
    try:
        with transaction.atomic():
            ids = write(world)
            _compare(document, changed, world, ids)
            raise _Undo
    except _Undo:
        pass


def _with_other_numbers(document: Json, data: st.DataObject) -> Json:
    """The same rules with other points, threshold, minimums, caps and grades."""
    criteria = []
    for criterion in document["criteria"]:
        effect = criterion["effect"]
        if effect["kind"] == "points":
            effect = {**effect, "points": data.draw(POINTS)}
        criteria.append({**criterion, "effect": effect})
    limits = st.sampled_from([None, 0, 5, 25])
    return {
        **document,
        "threshold": data.draw(st.sampled_from([1, 10, 1_000_000])),
        "minimums": {"fit": data.draw(limits), "behaviour": data.draw(limits)},
        "caps": {"fit": data.draw(limits), "behaviour": data.draw(limits)},
        "grades": data.draw(st.sampled_from([[-1_000_000, 7, 20, 1_000_000], [0, 1, 2, 3]])),
        "criteria": criteria,
    }


def _compare(document: Json, changed: Json, world: list[Person], ids: list[int]) -> None:
    snapshot = snapshots.made_now("", NOW)
    assert list(snapshots.lead_ids_of(snapshot)) == ids
    catalogue = selectors.catalogue()
    parsed = parse(document, catalogue)
    questions = snapshots.questions_of(parsed, catalogue, NOW)
    columns = [unpack(*pack(reading.ask(question, np.array(ids)))) for question in questions]
    # Other numbers ask the same questions.
    assert questions == snapshots.questions_of(parse(changed, catalogue), catalogue, NOW)
    for asked in (document, changed):
        verdict = _verdict(parse(asked, catalogue), columns, len(ids))
        rows = score_rows(asked, Scope.all(), NOW)
        qualified = [row.lead_id for row in rows if row.is_qualified]
        assert list(ids_of(verdict.qualified, np.array(ids))) == qualified
        assert verdict.count == len(qualified)
        grades = Counter(row.grade for row in rows)
        assert verdict.grades == tuple(grades[grade] for grade in range(1, 6))
        hits = criterion_columns(asked, Scope.all(), NOW).values()
        for grade in range(1, 6):
            bits = arithmetic.leads_of_grade(*_taken(parse(asked, catalogue), columns, len(ids)), grade)
            assert list(ids_of(bits, np.array(ids))) == [row.lead_id for row in rows if row.grade == grade]
        assert list(verdict.met) == [sum(hit.is_met for hit in each) for each in zip(*hits, strict=True)]
        assert list(verdict.effects) == _effects(asked, len(qualified))
        oracle = Oracle(asked, world, NOW)
        assert [oracle.judge(person).qualification in (2, 6) for person in world] == [
            lead_id in qualified for lead_id in ids
        ]


def _verdict(document: Document, columns: list[Column], population: int) -> Verdict:
    return arithmetic.verdict_of(*_taken(document, columns, population))


def _taken(document: Document, columns: list[Column], population: int) -> tuple[Any, Any, Any, int]:
    """What the arithmetic takes."""
    points = [
        column.points(clause.effect, population) if clause.effect.is_counted else None
        for clause, column in zip(document.criteria, columns, strict=True)
    ]
    return document, [column.hits for column in columns], points, population


def _effects(document: Json, qualified: int) -> list[int]:
    """How many leads each clause adds: by scoring all leads without it."""
    found = []
    for criterion in document["criteria"]:
        rest = {**document, "criteria": [one for one in document["criteria"] if one is not criterion]}
        found.append(qualified - sum(row.is_qualified for row in score_rows(rest, Scope.all(), NOW)))
    return found
