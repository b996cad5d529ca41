"""A parsed definition: what the compiler, the wording and the tests read instead of raw documents. Pure.

Text values are in key form (`matching.key_form`), phrases in words form, days are `date`s, numbers are
int or float. Durations carry their unit in their name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from definitions.criteria.catalogue import Field

ANY_KIND = "any"

Value = str | int | float | date


@dataclass(frozen=True)
class Grouping:
    """`op` is all, any or none."""

    op: str
    members: tuple[Node, ...]


@dataclass(frozen=True)
class AttributeTest:
    field: Field
    operator: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class PersonaTest:
    key: str
    rule: Node


@dataclass(frozen=True)
class Narrowing:
    """`on` is subject, campaign, channel or property; `property` names the property."""

    on: str
    operator: str
    values: tuple[str, ...]
    property: str = ""


@dataclass(frozen=True)
class ActivityTest:
    """`measure` says what `number` counts: at_least (activities), within_any_hours (activities within
    any span shorter than `hours`), total_seconds, or different_subjects. `within_days` None is ever."""

    kind: str
    where: tuple[Narrowing, ...]
    within_days: int | None
    measure: str
    number: int
    hours: int = 0


@dataclass(frozen=True)
class SilenceTest:
    days: int
    kind: str


@dataclass(frozen=True)
class PeopleTest:
    """At least `number` different leads of the lead's account, itself included, meet the condition."""

    number: int
    meet: Node


@dataclass(frozen=True)
class RolesTest:
    roles: tuple[str, ...]
    number: int


Node = Grouping | AttributeTest | PersonaTest | ActivityTest | SilenceTest | PeopleTest | RolesTest


@dataclass(frozen=True)
class Effect:
    """`kind` is points, required, alone or disqualifies; the rest speaks of points only.

    `count` is once or each. At most `times` occurrences count per period of `per_days` days (None:
    ever); an occurrence fades to nothing over `fade_days` days.
    """

    kind: str
    points: int = 0
    count: str = "once"
    times: int | None = None
    per_days: int | None = None
    fade_days: int | None = None

    @property
    def is_points(self) -> bool:
        return self.kind == "points"

    @property
    def is_counted(self) -> bool:
        """Whether the points depend on the occurrences themselves, not just on the rule being met."""
        return self.is_points and (self.count == "each" or self.fade_days is not None)


@dataclass(frozen=True)
class Clause:
    key: str
    half: str
    wording: str
    rule: Node
    effect: Effect
    group: str = ""


@dataclass(frozen=True)
class ClauseGroup:
    key: str
    label: str
    cap: int


@dataclass(frozen=True)
class Document:
    """`grades` are the lowest scores of grades 2 to 5. A half's minimum or cap of None is none."""

    stage: str
    title: str
    threshold: int
    minimums: dict[str, int | None]
    caps: dict[str, int | None]
    groups: tuple[ClauseGroup, ...]
    grades: tuple[int, ...]
    criteria: tuple[Clause, ...]

    def capped_groups(self) -> Iterator[tuple[ClauseGroup, tuple[Clause, ...]]]:
        """Groups that hold clauses with points, with those clauses."""
        for group in self.groups:
            members = tuple(c for c in self.criteria if c.group == group.key and c.effect.is_points)
            if members:
                yield group, members

    @property
    def reads_account_mates(self) -> bool:
        """Whether one lead's score can depend on facts of the other leads of its account."""
        return any(
            isinstance(node, PeopleTest | RolesTest) for c in self.criteria for node in nodes_of(c.rule)
        )


def nodes_of(node: Node) -> Iterator[Node]:
    """The node and all below it, also inside account conditions and personas."""
    yield node
    if isinstance(node, Grouping):
        for member in node.members:
            yield from nodes_of(member)
    elif isinstance(node, PeopleTest):
        yield from nodes_of(node.meet)
    elif isinstance(node, PersonaTest):
        yield from nodes_of(node.rule)
