"""The arithmetic over columns against the one over the lines of a receipt, lead by lead."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from definitions.criteria.catalogue import Catalogue
from definitions.criteria.document import parse
from definitions.criteria.nodes import Document
from leads.scoring.lines import CriterionHit, judge
from leads.scoring.preview.arithmetic import BLOCK, verdict_of
from leads.scoring.preview.columns import Bits, Column, column_of_rows, ids_of, pack, unpack
from tests.builders import a_criterion, a_document

RULE = {"attribute": "lead.role", "is": "known"}
VIEWED = {"activity": "page_viewed", "at_least": 1}
LEADS = BLOCK + 13  # more than one block, and no whole byte at the end


def points(number: int, **more: Any) -> dict[str, Any]:
    return {"kind": "points", "points": number, "count": "once", **more}


def a_full_document(**fields: Any) -> Document:
    document = a_document(
        a_criterion("c-fit", RULE, points(30)),
        a_criterion("c-less", RULE, points(-20)),
        a_criterion("c-group-1", RULE, points(25), group="some"),
        a_criterion("c-group-2", RULE, points(25), group="some"),
        a_criterion("c-does", RULE, points(40), half="behaviour"),
        a_criterion("c-each", VIEWED, points(7, count="each"), half="behaviour"),
        a_criterion("c-must", RULE, {"kind": "required"}),
        a_criterion("c-must-too", RULE, {"kind": "required"}),
        a_criterion("c-alone", RULE, {"kind": "alone"}),
        a_criterion("c-out", RULE, {"kind": "disqualifies"}),
        a_criterion("c-out-too", RULE, {"kind": "disqualifies"}),
        **{
            "threshold": 60,
            "groups": [{"key": "some", "label": "Some", "cap": 35}],
            "caps": {"fit": 50, "behaviour": 61},
            "minimums": {"fit": 5, "behaviour": 15},
            "grades": [0, 30, 60, 90],
            **fields,
        },
    )
    return parse(document, Catalogue(kind_ids={"page_viewed": 1}))


SHARES = (0.6, 0.3, 0.5, 0.5, 0.6, 0.5, 0.9, 0.9, 0.05, 0.05, 0.05)


def some_columns(document: Document, leads: int = LEADS) -> list[tuple[Bits, Any]]:
    """Hits of each criterion by chance, with the points of every lead where occurrences count."""
    chance = np.random.default_rng(7)
    found: list[tuple[Bits, Any]] = []
    for clause, share in zip(document.criteria, SHARES, strict=False):
        hits = chance.random(leads) < share
        counts = chance.integers(1, 9, leads)
        found.append(
            (np.packbits(hits), hits * counts * clause.effect.points if clause.effect.is_counted else None)
        )
    return found


def judged(document: Document, columns: list[tuple[Bits, Any]], leads: int) -> tuple[list[bool], list[int]]:
    """Whether each lead qualifies and its grade, one lead after the other."""
    flags = [np.unpackbits(bits, count=leads) for bits, _every in columns]
    qualified, grades = [], [0] * 5
    for lead in range(leads):
        judgement = judge(
            document,
            [
                CriterionHit(
                    bool(met[lead]),
                    0
                    if not clause.effect.is_points
                    else int(every[lead] if every is not None else clause.effect.points * int(met[lead])),
                )
                for clause, met, (_bits, every) in zip(document.criteria, flags, columns, strict=True)
            ],
        )
        qualified.append(judgement.is_qualified)
        grades[judgement.grade - 1] += 1
    return qualified, grades


def weighed(document: Document, columns: list[tuple[Bits, Any]], leads: int = LEADS) -> Any:
    return verdict_of(document, [bits for bits, _e in columns], [every for _b, every in columns], leads)


def test_all_leads_are_judged_as_one_lead_is() -> None:
    document = a_full_document()
    columns = some_columns(document)
    verdict = weighed(document, columns)
    qualified, grades = judged(document, columns, LEADS)
    assert np.unpackbits(verdict.qualified, count=LEADS).astype(bool).tolist() == qualified
    assert (verdict.count, verdict.grades) == (sum(qualified), tuple(grades))
    assert 0 < verdict.count < LEADS
    assert min(grades) > 0


def test_a_clause_is_worth_the_leads_that_would_not_qualify_without_it() -> None:
    document = a_full_document()
    columns = some_columns(document)
    verdict = weighed(document, columns)
    for number, clause in enumerate(document.criteria):
        rest = replace(document, criteria=tuple(c for c in document.criteria if c is not clause))
        without = weighed(rest, columns[:number] + columns[number + 1 :])
        assert verdict.effects[number] == verdict.count - without.count, clause.key
        assert verdict.effects[number] != 0, clause.key


@pytest.mark.parametrize(
    ("case", "fields"),
    [
        ("group cap forgotten", {"groups": [{"key": "some", "label": "Some", "cap": 50}]}),
        ("cap of a half forgotten", {"caps": {"fit": 50, "behaviour": None}}),
        ("minimum forgotten", {"minimums": {"fit": 5, "behaviour": None}}),
        ("threshold exclusive", {"threshold": 61}),
        ("grade bound exclusive", {"grades": [0, 30, 61, 90]}),
    ],
)
def test_the_comparison_catches_a_wrong_arithmetic(case: str, fields: dict[str, Any]) -> None:
    document = a_full_document()
    columns = some_columns(document, 3_000)
    qualified, grades = judged(document, columns, 3_000)
    wrong = weighed(a_full_document(**fields), columns, 3_000)
    assert (wrong.count, wrong.grades) != (sum(qualified), tuple(grades))


def test_sums_beyond_small_numbers_are_exact() -> None:
    document = a_full_document(caps={"fit": None, "behaviour": None}, threshold=1_000_000)
    columns = some_columns(document, 50)
    number = next(n for n, clause in enumerate(document.criteria) if clause.key == "c-each")
    for enormous in (20_000, 3_000_000, 10**11):
        columns[number] = (columns[number][0], np.full(50, enormous, np.int64))
        assert np.unpackbits(weighed(document, columns, 50).qualified, count=50).tolist() == [
            int(one) for one in judged(document, columns, 50)[0]
        ]


def test_a_draft_without_a_clause_qualifies_nobody() -> None:
    document = {**a_document(threshold=1), "criteria": []}
    verdict = weighed(parse(document, Catalogue()), [], 1_000)
    assert (verdict.count, verdict.grades, verdict.effects) == (0, (1_000, 0, 0, 0, 0), ())


def test_no_leads_are_no_numbers() -> None:
    verdict = weighed(a_full_document(), some_columns(a_full_document(), 0), 0)
    assert (verdict.count, verdict.grades, set(verdict.effects)) == (0, (0, 0, 0, 0, 0), {0})


# -- columns -----------------------------------------------------------------------------------------------

LEAD_IDS = np.array([3, 5, 8, 13], np.int64)


def a_column(*rows: tuple[int, int, int]) -> Column:
    """From rows of lead id, age and count."""
    ids, ages, counts = np.array(rows, np.int64).reshape(-1, 3).T
    return unpack(*pack(column_of_rows(LEAD_IDS, ids, ages, counts)))


@pytest.mark.parametrize(
    ("case", "effect", "expected"),
    [
        ("each time", points(10, count="each"), [0, 30, 0, 40]),
        ("fading over ten days", points(10, count="each", fade_days=10), [0, 10 + 2 * 5, 0, 4 * 1]),
        ("cut towards zero", points(7, count="each", fade_days=10), [0, 7 + 2 * 3, 0, 0]),
        ("below zero as well", points(-7, count="each", fade_days=10), [0, -7 - 2 * 3, 0, 0]),
    ],
)
def test_points_follow_from_age_and_number(case: str, effect: dict[str, Any], expected: list[int]) -> None:
    document = parse(a_document(a_criterion("c-1", VIEWED, effect)), Catalogue(kind_ids={"page_viewed": 1}))
    fades = effect.get("fade_days") is not None
    column = a_column((13, 9 if fades else 0, 4), (5, 0, 1), (5, 5 if fades else 0, 2))
    assert column.points(document.criteria[0].effect, 4).tolist() == expected
    assert column.met == 2


def test_rows_of_leads_that_are_not_there_are_dropped() -> None:
    column = a_column((4, 0, 7), (8, 0, 2), (4, 1, 1), (99, 0, 1))
    assert ids_of(column.hits, LEAD_IDS).tolist() == [8]
    document = parse(
        a_document(a_criterion("c-1", VIEWED, points(3, count="each"))),
        Catalogue(kind_ids={"page_viewed": 1}),
    )
    assert column.points(document.criteria[0].effect, 4).tolist() == [0, 0, 6, 0]


def test_what_has_no_points_any_more_is_a_hit_all_the_same() -> None:
    column = a_column((3, 10, 1))
    document = parse(
        a_document(a_criterion("c-1", VIEWED, points(3, fade_days=10))),
        Catalogue(kind_ids={"page_viewed": 1}),
    )
    assert column.points(document.criteria[0].effect, 4).tolist() == [0, 0, 0, 0]
    assert column.met == 1


def test_no_rows_are_no_hits() -> None:
    assert a_column().met == 0
