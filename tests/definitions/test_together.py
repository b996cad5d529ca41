"""Whether conditions can hold together, and how many points can be reached: true of whatever leads do."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from definitions.criteria.catalogue import BUILT_IN_FIELDS, BUILT_IN_KINDS, Catalogue, Field
from definitions.criteria.document import parse, parse_rule
from definitions.criteria.reach import most_of_all, most_of_half
from definitions.criteria.together import can_hold
from tests.builders import NOW, a_criterion, a_document
from tests.leads.scoring.oracle import Json, Oracle, Person
from tests.leads.scoring.plain_worlds import CUSTOM, documents, people

KNOWN = Catalogue(
    fields={field.key: field for field in BUILT_IN_FIELDS}
    | {
        key: Field(key, key, value_type, attribute_id=number, holder=holder)
        for number, (key, (holder, value_type)) in enumerate(CUSTOM.items(), 1)
    },
    kinds={kind.key: kind for kind in BUILT_IN_KINDS},
)
many = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def attribute(key: str, operator: str, *values: Any) -> Json:
    rule: Json = {"attribute": key, "is": operator}
    if operator in ("at_least", "at_most", "before", "after"):
        return rule | {"value": values[0]}
    return rule | ({"values": list(values)} if values else {})


def industry(*values: str, operator: str = "one_of") -> Json:
    return attribute("account.industry", operator, *values)


def employees(operator: str, *values: float) -> Json:
    return attribute("account.employees", operator, *values)


def title(operator: str, *values: str) -> Json:
    return attribute("lead.job_title", operator, *values)


def pages(number: int = 1, days: int | None = 30, **more: Any) -> Json:
    return {"activity": "page_viewed", "within_days": days, "at_least": number, **more}


SECONDS = {"activity": "page_viewed", "total_seconds": 500}
PRICING = [{"on": "subject", "is": "contains_word", "values": ["pricing"]}]

NEVER = [
    ("two industries", {"all": [industry("software"), industry("banking")]}),
    ("one and none of it", {"all": [industry("software"), industry("Software", operator="none_of")]}),
    ("one and not so", {"all": [industry("software"), {"none": [industry("SOFTWARE", "banking")]}]}),
    ("known and unknown", {"all": [industry(operator="known"), industry(operator="unknown")]}),
    ("at least and unknown", {"all": [employees("at_least", 1), employees("unknown")]}),
    ("not known and a value", {"all": [{"none": [employees("known")]}, employees("at_most", 9)]}),
    ("more than and less than", {"all": [employees("at_least", 51), employees("at_most", 50)]}),
    ("beside the span", {"all": [employees("between", 1, 5), employees("one_of", 6)]}),
    (
        "not at least, and more",
        {"all": [{"none": [employees("at_least", 50)]}, employees("between", 50, 60)]},
    ),
    ("yes and no", {"all": [attribute("lead.has_phone", "yes"), attribute("lead.has_phone", "no")]}),
    (
        "before and after",
        {
            "all": [
                attribute("lead.captured_on", "before", "2026-01-02"),
                attribute("lead.captured_on", "after", "2026-01-01"),
            ]
        },
    ),
    ("a value without the word", {"all": [title("one_of", "Clerk"), title("contains_word", "sales")]}),
    (
        "a phrase and not its word",
        {"all": [title("contains_word", "head of sales"), {"none": [title("contains_word", "head of")]}]},
    ),
    (
        "either way barred",
        {"all": [{"any": [industry("software"), industry("banking")]}, industry("retail")]},
    ),
    ("pages in a silence", {"all": [pages(days=7), {"silence_days": 30, "activity": "any"}]}),
    ("pages in their silence", {"all": [pages(days=30), {"silence_days": 30, "activity": "page_viewed"}]}),
    ("three pages and not two", {"all": [pages(3), {"none": [pages(2)]}]}),
    ("pricing and no page", {"all": [pages(where=PRICING), {"none": [pages(days=None)]}]}),
    ("a longer silence without a shorter", {"all": [{"silence_days": 30}, {"none": [{"silence_days": 7}]}]}),
    (
        "three people and not two",
        {
            "all": [
                {"account_people": 3, "meet": title("known")},
                {"none": [{"account_people": 2, "meet": title("known")}]},
            ]
        },
    ),
    ("none of what always is", {"none": [industry("software"), {"none": [industry("software")]}]}),
]

PERHAPS = [
    ("one of two industries", {"all": [industry("software", "banking"), industry("Banking", "retail")]}),
    ("not so, and unknown", {"all": [{"none": [industry("software")]}, industry(operator="unknown")]}),
    ("the edge of both", {"all": [employees("at_least", 50), employees("at_most", 50)]}),
    ("none of one, another", {"all": [industry("software", operator="none_of"), industry(operator="known")]}),
    (
        "the day between",
        {
            "all": [
                attribute("lead.captured_on", "before", "2026-01-03"),
                attribute("lead.captured_on", "after", "2026-01-01"),
            ]
        },
    ),
    ("two words of a title", {"all": [title("contains_word", "head"), title("contains_word", "sales")]}),
    (
        "a word and not its phrase",
        {"all": [title("contains_word", "head"), {"none": [title("contains_word", "head of")]}]},
    ),
    ("pages before a silence", {"all": [pages(days=31), {"silence_days": 30}]}),
    ("another kind's silence", {"all": [pages(days=7), {"silence_days": 30, "activity": "session"}]}),
    ("two pages and not three", {"all": [pages(2), {"none": [pages(3)]}]}),
    ("pages in a month and not in a week", {"all": [pages(days=30), {"none": [pages(days=7)]}]}),
    ("seconds are not pages", {"all": [SECONDS, {"none": [pages(2, None)]}]}),
    ("one of many ways", {"all": [{"any": [industry("a"), industry("b")]}, industry("b")]}),
]  # fmt: skip


@pytest.mark.parametrize(("case", "rule"), NEVER)
def test_conditions_that_shut_each_other_out_never_hold(case: str, rule: Json) -> None:
    assert not can_hold([parse_rule(rule, KNOWN)])


@pytest.mark.parametrize(("case", "rule"), PERHAPS)
def test_conditions_that_some_lead_may_meet_can_hold(case: str, rule: Json) -> None:
    assert can_hold([parse_rule(rule, KNOWN)])


def test_a_rule_of_too_many_ways_may_hold() -> None:
    ways = {"any": [industry(name) for name in "abcdefghi"]}
    rule = {"all": [ways, ways, ways, ways]}
    assert can_hold([parse_rule(rule, KNOWN)])


@many
@given(document=documents(), world=people())
def test_nothing_that_a_lead_does_is_called_impossible(document: Json, world: list[Person]) -> None:
    parsed = parse(document, KNOWN)
    oracle = Oracle(document, world, NOW)
    for person in world:
        judged = oracle.judge(person)
        met = [
            clause for clause, (is_met, _points) in zip(parsed.criteria, judged.lines, strict=True) if is_met
        ]
        unmet = [clause for clause in parsed.criteria if clause not in met]
        assert can_hold([clause.rule for clause in met], [clause.rule for clause in unmet])
        assert all(can_hold([one.rule, other.rule]) for one, other in combinations(met, 2))
        assert all(can_hold([one.rule], [other.rule]) for one in met for other in unmet)
        for most, points in (
            (most_of_all(parsed), judged.points),
            (most_of_half(parsed, "fit"), judged.fit),
            (most_of_half(parsed, "behaviour"), judged.behaviour),
        ):
            assert most is None or points <= most


def points(number: int, **more: Any) -> Json:
    return {"kind": "points", "points": number, "count": "once", **more}


def each(number: int, **more: Any) -> Json:
    return points(number, count="each", **more)


REACHES = [
    ("once", [a_criterion("c-1", industry("a"), points(30)), a_criterion("c-2", pages(), points(20))], 50),
    ("points that are taken away do not count", [a_criterion("c-1", industry("a"), points(-30))], 0),
    ("a clause that nobody meets", [a_criterion("c-1", NEVER[0][1], points(30))], 0),
    ("each time without end", [a_criterion("c-1", pages(), each(5))], None),
    ("each time, at most thrice", [a_criterion("c-1", pages(), each(5, times=3))], 15),
    # Thirty days may touch six weeks.
    ("twice a week of a month", [a_criterion("c-1", pages(), each(5, times=2, per_days=7))], 60),
    ("twice a week for ever", [a_criterion("c-1", pages(days=None), each(5, times=2, per_days=7))], None),
    ("fading bounds it", [a_criterion("c-1", pages(), each(5, times=2, per_days=7, fade_days=7))], 20),
]  # fmt: skip


@pytest.mark.parametrize(("case", "clauses", "most"), REACHES)
def test_the_most_that_can_be_reached(case: str, clauses: list[Json], most: int | None) -> None:
    assert most_of_all(parse(a_document(*clauses), KNOWN)) == most


def test_caps_bound_what_can_be_reached() -> None:
    clauses = [
        a_criterion("c-1", industry("a"), points(30), group="g"),
        a_criterion("c-2", industry("b"), points(20), group="g"),
        a_criterion("c-3", pages(), each(5), half="behaviour"),
    ]
    groups = [{"key": "g", "label": "G", "cap": 40}]
    document = parse(a_document(*clauses, groups=groups, caps={"fit": None, "behaviour": 25}), KNOWN)
    assert (most_of_half(document, "fit"), most_of_half(document, "behaviour")) == (40, 25)
    assert most_of_all(document) == 65
