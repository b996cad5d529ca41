"""Whether conditions can hold together at all. Pure.

Sound and not complete: “never” is only said where no lead whatever could meet them, and what is not
understood may hold. A rule is opened into the ways in which it can be met, each a list of conditions that
hold and conditions that do not; a way is barred when two of them, or all about one attribute, exclude
each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise, product
from typing import Any

from definitions.criteria.matching import words_form
from definitions.criteria.nodes import (
    ANY_KIND,
    ActivityTest,
    AttributeTest,
    Grouping,
    Node,
    PeopleTest,
    PersonaTest,
    SilenceTest,
)

# A rule of more ways than this is not looked through: it may hold.
MOST_WAYS = 500

Literal = tuple[Node, bool]  # a condition, and whether it holds
Way = tuple[Literal, ...]


class _TooManyWays(Exception):
    pass


def can_hold(met: Iterable[Node], unmet: Iterable[Node] = ()) -> bool:
    """Whether some lead could meet all of `met` and none of `unmet`."""
    try:
        parts = [_ways(node, True) for node in met] + [_ways(node, False) for node in unmet]
        return any(_is_open(way) for way in _all_of(parts))
    except _TooManyWays:
        return True


def _ways(node: Node, holds: bool) -> list[Way]:
    if isinstance(node, PersonaTest):
        return _ways(node.rule, holds)
    if not isinstance(node, Grouping):
        return [((node, holds),)]
    if node.op == "none":
        return _ways(Grouping("any", node.members), not holds)
    parts = [_ways(member, holds) for member in node.members]
    if (node.op == "all") == holds:
        return list(_all_of(parts))
    return _counted([way for ways in parts for way in ways])


def _all_of(parts: list[list[Way]]) -> Iterator[Way]:
    number = 1
    for ways in parts:
        number *= len(ways)
    if number > MOST_WAYS:
        raise _TooManyWays
    for chosen in product(*parts):
        yield tuple(literal for way in chosen for literal in way)


def _counted(ways: list[Way]) -> list[Way]:
    if len(ways) > MOST_WAYS:
        raise _TooManyWays
    return ways


def _is_open(way: Way) -> bool:
    by_field: dict[str, list[tuple[AttributeTest, bool]]] = {}
    for node, holds in way:
        if isinstance(node, AttributeTest):
            by_field.setdefault(node.field.key, []).append((node, holds))
    if not all(_has_value(tests) for tests in by_field.values()):
        return False
    held = [node for node, holds in way if holds]
    barred = [node for node, holds in way if not holds]
    if any(_implies(one, other) for one in held for other in barred):
        return False
    return not any(_breaks(one, other) for one in held for other in held)


# -- one attribute -----------------------------------------------------------------------------------------


def _has_value(tests: list[tuple[AttributeTest, bool]]) -> bool:
    """Whether some value, or none, passes all tests of one attribute."""
    if all((test.operator == "unknown") is holds for test, holds in tests):
        return True
    return any(
        all(_passes(test, value) is holds for test, holds in tests)
        for value in _candidates([test for test, _holds in tests])
    ) or _may_be_other_text(tests)


def _candidates(tests: list[AttributeTest]) -> list[Any]:
    """Values one of which passes if any value does; of texts only those that are named."""
    kind = tests[0].field.value_type
    if kind == "yes_no":
        return [True, False]
    named = [value for test in tests if test.operator != "contains_word" for value in test.values]
    if kind == "date":
        days = [value for value in named if isinstance(value, date)]
        return [*days, *(_beside(day, step) for day in days for step in (-1, 1)), date(2000, 1, 1)]
    if kind == "number":
        points: list[Any] = sorted({value for value in named if isinstance(value, int | float)})
        if not points:
            return [0]
        between = [(low + high) / 2 for low, high in pairwise(points)]
        return [points[0] - 1, *points, *between, points[-1] + 1]
    return named


def _beside(day: date, step: int) -> date:
    try:
        return day + timedelta(days=step)
    except OverflowError:
        return day


def _passes(test: AttributeTest, value: Any) -> bool:
    operator, values = test.operator, test.values
    if operator in ("known", "unknown"):
        return operator == "known"
    if operator in ("yes", "no"):
        return value is (operator == "yes")
    if operator == "contains_word":
        return any(str(phrase) in words_form(str(value)) for phrase in values)
    if operator in ("one_of", "none_of"):
        return (value in values) is (operator == "one_of")
    first: Any = values[0]
    if operator == "between":
        return first <= value <= values[1]
    return {
        "at_least": value >= first,
        "at_most": value <= first,
        "before": value < first,
        "after": value > first,
    }[operator]


def _may_be_other_text(tests: list[tuple[AttributeTest, bool]]) -> bool:
    """Whether a text that no test names can pass: one that holds the phrases asked for and no others."""
    if tests[0][0].field.value_type not in ("text", "choice"):
        return False
    barred = []
    for test, holds in tests:
        if test.operator in ("known", "unknown"):
            if (test.operator == "known") is not holds:
                return False
        elif test.operator in ("one_of", "none_of"):
            if (test.operator == "one_of") is holds:
                return False
        elif not holds:
            barred += [str(phrase) for phrase in test.values]
    return all(
        any(not any(bad in str(phrase) for bad in barred) for phrase in test.values)
        for test, holds in tests
        if holds and test.operator == "contains_word"
    )


# -- what leads do -----------------------------------------------------------------------------------------


def _implies(one: Node, other: Node) -> bool:
    """Whether every lead that meets one meets the other."""
    if one == other:
        return True
    if isinstance(one, ActivityTest) and isinstance(other, ActivityTest):
        return (
            other.kind in (one.kind, ANY_KIND)
            and set(other.where) <= set(one.where)
            and _is_within(one.within_days, other.within_days)
            and _is_as_much(one, other)
        )
    if isinstance(one, SilenceTest) and isinstance(other, SilenceTest):
        return one.kind in (other.kind, ANY_KIND) and other.days <= one.days
    if isinstance(one, PeopleTest) and isinstance(other, PeopleTest):
        return one.meet == other.meet and other.number <= one.number
    return False


def _is_as_much(one: ActivityTest, other: ActivityTest) -> bool:
    if other.measure == "at_least":
        return other.number == 1 or (one.measure != "total_seconds" and one.number >= other.number)
    if one.measure != other.measure or one.number < other.number:
        return False
    return other.measure != "within_any_hours" or one.hours <= other.hours


def _breaks(one: Node, other: Node) -> bool:
    """Whether what the one asks for would break the silence of the other."""
    return (
        isinstance(one, ActivityTest)
        and isinstance(other, SilenceTest)
        and other.kind in (one.kind, ANY_KIND)
        and _is_within(one.within_days, other.days)
    )


def _is_within(days: int | None, others: int | None) -> bool:
    return others is None or (days is not None and days <= others)
