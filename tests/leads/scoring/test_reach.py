"""The drawn cases reach what they are drawn for: a strategy that stops doing so is noticed here.

The same cases each time, and no database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from definitions.criteria.catalogue import BUILT_IN_FIELDS, OPERATORS
from definitions.criteria.matching import key_form
from tests.leads.scoring.documents import CUSTOM, KINDS, TYPES, leaves_in
from tests.leads.scoring.oracle import EPOCH, Deed, Json, Oracle, Person
from tests.leads.scoring.worlds import MICROSECOND, ZONES, Case, cases

CASES = 800
Reached = tuple[Any, ...]


@pytest.fixture(scope="module")
def reached() -> Counter[Reached]:
    """How many of some hundred cases reach each thing."""
    found: Counter[Reached] = Counter()

    @given(cases())
    @settings(
        max_examples=CASES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    def count(case: Case) -> None:
        found.update(set(_definition(case.document)) | set(_world(case)) | set(_edges(case)))

    count()
    return found


def _missing(reached: Counter[Reached], *expected: Reached) -> list[Reached]:
    return [one for one in expected if not reached[one]]


def test_every_condition_and_operator(reached: Counter[Reached]) -> None:
    fields = [("field", field.key) for field in BUILT_IN_FIELDS]
    built_in = {
        ("built-in", field.value_type, operator)
        for field in BUILT_IN_FIELDS
        for operator in OPERATORS[field.value_type]
    }
    custom = [
        (holder, value_type, operator)
        for holder, value_type in CUSTOM.values()
        for operator in OPERATORS[value_type]
    ]
    measures = ("at_least", "within_any_hours", "total_seconds", "different_subjects")
    conditions = ("silence_days", "persona", "account_people", "account_roles")
    groupings = product(("grouping",), ("all", "any", "none"), (1, 2))
    kinds = product(("kind",), KINDS, ("counted", "silent"))
    about = [(on, operator) for on in ("subject", "campaign", "channel") for operator in _WORD_OPERATORS]

    assert _missing(reached, *fields, *built_in, *custom, *kinds, *groupings) == []
    assert _missing(reached, *product(("measure",), measures, ("ever", "window"))) == []
    assert _missing(reached, *product(("condition",), conditions)) == []
    assert _missing(reached, *product(("about",), (*about, ("property", "one_of")))) == []
    assert (
        _missing(reached, ("narrowed", 2), *product(("meet",), ("attribute", "activity", "persona", "any")))
        == []
    )


_WORD_OPERATORS = ("one_of", "contains_word")


def test_every_effect_and_limit(reached: Counter[Reached]) -> None:
    effects = [("effect", kind) for kind in ("points", "required", "alone", "disqualifies")]
    counted = product(("counted",), ("fades", "each", "each fades", "limit", "limit fades"))
    limits = product(("minimum", "cap"), ("fit", "behaviour"), (False, True))

    assert (
        _missing(reached, *effects, *counted, *limits, ("negative",), ("limit", "ever"), ("limit", "period"))
        == []
    )


def test_every_outcome(reached: Counter[Reached]) -> None:
    outcomes, grades = product(("outcome",), range(1, 7)), product(("grade",), range(1, 6))
    bites = product(("bites",), ("fit", "behaviour", "group"))
    bounds = product(("bound",), ("threshold", "grade", "minimum"))

    assert _missing(reached, *outcomes, *grades, *bites, *bounds) == []
    # None of them by mere chance.
    assert min(reached["outcome", number] for number in range(1, 7)) > CASES / 50


def test_every_kind_of_world(reached: Counter[Reached]) -> None:
    worlds = ("nobody", "nothing done", "hundreds", "same instant", "unknown", "blank", "otherwise spelled",
              "not asked for", "no account", "several of one account", "leap day", "dated ahead")  # fmt: skip

    assert _missing(reached, *product(("world",), worlds)) == []
    assert _missing(reached, *product(("zone",), map(str, ZONES), ("summer", "winter"))) == []
    assert _missing(reached, *product(("asked",), ("all", "some", "span"))) == []


def test_every_edge_to_the_microsecond(reached: Counter[Reached]) -> None:
    edges = ("now", "window", "silence", "captured", "captured day", "span", "fade day", "fade end", "period")

    assert _missing(reached, *product(("edge",), edges, (-1, 0, 1))) == []


# -- what a case reaches -----------------------------------------------------------------------------------


def _definition(document: Json) -> Iterator[Reached]:
    for leaf in leaves_in(document):
        yield from _leaf(leaf)
    for half, kind in product(("fit", "behaviour"), ("minimum", "cap")):
        yield kind, half, document[f"{kind}s"][half] is not None
    for clause in document["criteria"]:
        effect = clause["effect"]
        yield "effect", effect["kind"]
        yield from _groupings(clause["rule"], 1)
        if effect.get("points", 0) < 0:
            yield ("negative",)
        words = ["limit" if effect.get("times") else "each"] * (effect.get("count") == "each")
        yield "counted", " ".join(words + ["fades"] * bool(effect.get("fade_days")))
        if effect.get("times"):
            yield "limit", "period" if effect["per_days"] else "ever"


def _groupings(rule: Json, level: int) -> Iterator[Reached]:
    for joint in ("all", "any", "none"):
        for member in rule.get(joint, ()):
            yield "grouping", joint, level
            yield from _groupings(member, level + 1)


def _leaf(leaf: Json) -> Iterator[Reached]:
    for condition in ("silence_days", "persona", "account_people", "account_roles"):
        if condition in leaf:
            yield "condition", condition
    if "attribute" in leaf:
        key = leaf["attribute"]
        yield "field", key
        yield CUSTOM[key][0] if key in CUSTOM else "built-in", TYPES[key], leaf["is"]
    if "activity" in leaf:
        yield "kind", leaf["activity"], "silent" if "silence_days" in leaf else "counted"
        window = "window" if leaf.get("within_days") else "ever"
        for measure in ("within_any_hours", "at_least", "total_seconds", "different_subjects"):
            if leaf.get(measure) and not (measure == "at_least" and leaf.get("within_any_hours")):
                yield "measure", measure, window
        for narrowing in leaf.get("where", ()):
            yield "about", (narrowing["on"], narrowing["is"])
        yield "narrowed", len(leaf.get("where", ()))
    if "meet" in leaf:
        yield from (
            ("meet", kind) for kind in ("attribute", "activity", "persona", "any") if kind in leaf["meet"]
        )


def _world(case: Case) -> Iterator[Reached]:
    yield "asked", case.asked
    is_summer = bool(case.as_of.dst())
    yield (
        "zone",
        str(case.as_of.tzinfo),
        "summer" if is_summer or str(case.as_of.tzinfo) == "UTC" else "winter",
    )
    if str(case.as_of.tzinfo) == "UTC":
        yield "zone", "UTC", "winter"
    if not case.world:
        yield "world", "nobody"
    accounts = Counter(person.account for person in case.world if person.account is not None)
    if len(accounts.values()) and max(accounts.values()) > 1:
        yield "world", "several of one account"
    oracle = Oracle(case.document, case.world, case.as_of)
    for person in case.world:
        yield from _person(person, case)
        yield from _verdict(oracle, person)


def _person(person: Person, case: Case) -> Iterator[Reached]:
    instants = Counter(deed.instant for deed in person.deeds)
    values = list(person.facts.values())
    worlds = {
        "nothing done": not person.deeds,
        "hundreds": len(person.deeds) >= 200,
        "same instant": max(instants.values(), default=0) > 1,
        "unknown": None in values,
        "blank": " " in values,
        "no account": person.account is None,
        "leap day": any((at.month, at.day) == (2, 29) for at in instants),
        "dated ahead": any(at >= case.as_of for at in instants),
    }
    yield from (("world", name) for name, is_so in worlds.items() if is_so)
    for leaf in leaves_in(case.document):
        value = person.facts.get(leaf.get("attribute", ""))
        if leaf.get("is") == "one_of" and isinstance(value, str) and value not in leaf["values"]:
            is_met = key_form(value) in map(key_form, leaf["values"])
            yield "world", "otherwise spelled" if is_met else "not asked for"


def _verdict(oracle: Oracle, person: Person) -> Iterator[Reached]:
    document, verdict = oracle.document, oracle.judge(person)
    yield "outcome", verdict.qualification
    yield "grade", verdict.grade
    reached = {"fit": verdict.fit, "behaviour": verdict.behaviour}
    bounds = {
        "threshold": verdict.points == document["threshold"],
        "grade": verdict.points in document["grades"],
        "minimum": any(low == reached[half] for half, low in document["minimums"].items()),
    }
    yield from (("bound", name) for name, is_met in bounds.items() if is_met)
    points = [points for _met, points in verdict.lines]
    uncapped = Oracle(document | {"caps": {"fit": None, "behaviour": None}}, oracle.people, oracle.as_of)
    for half in ("fit", "behaviour"):
        grouped = uncapped.half(half, points)
        if reached[half] < grouped:
            yield "bites", half
        halves = (clause["half"] for clause in document["criteria"])
        if grouped < sum(each for each, of in zip(points, halves, strict=True) if of == half):
            yield "bites", "group"


# -- edges -------------------------------------------------------------------------------------------------


def _edges(case: Case) -> Iterator[Reached]:
    """Activities and captures a microsecond before, on and after each edge that a rule gives them."""
    for name, away in _distances(case):
        if abs(away) <= MICROSECOND:
            yield "edge", name, away // MICROSECOND


def _distances(case: Case) -> Iterator[tuple[str, timedelta]]:
    as_of = case.as_of.astimezone(UTC)
    for person, leaf in product(case.world, leaves_in(case.document)):
        ages = [as_of - deed.instant for deed in person.deeds if _counts(leaf, deed)]
        captured_at = person.captured_at.astimezone(UTC)
        yield from (("now", -age) for age in ages)
        if days := leaf.get("within_days"):
            yield from (("window", timedelta(days=days) - age) for age in ages)
        if days := leaf.get("silence_days"):
            yield from (("silence", timedelta(days=days) - age) for age in ages)
            yield "captured", captured_at - as_of + timedelta(days=days)
        if hours := leaf.get("within_any_hours"):
            yield from (
                ("span", one - other - timedelta(hours=hours)) for one, other in product(ages[:9], ages[:9])
            )
        if leaf.get("attribute") == "lead.captured_on":
            for day in leaf.get("values") or filter(None, [leaf.get("value")]):
                midnight = datetime.fromisoformat(f"{day}T00:00:00+00:00")
                yield from (("captured day", captured_at - midnight - timedelta(days=end)) for end in (0, 1))
    for person, clause in product(case.world, case.document["criteria"]):
        effect = clause["effect"]
        for deed in person.deeds:
            age = as_of - deed.instant
            if _counts(clause["rule"], deed) and (fade_days := effect.get("fade_days")):
                yield "fade end", timedelta(days=fade_days) - age
                yield "fade day", timedelta(days=1) - age
            if _counts(clause["rule"], deed) and (per_days := effect.get("per_days")):
                period = timedelta(days=per_days)
                yield "period", (deed.instant - EPOCH + period / 2) % period - period / 2


def _counts(leaf: Json, deed: Deed) -> bool:
    return leaf.get("activity") in (deed.kind, "any")
