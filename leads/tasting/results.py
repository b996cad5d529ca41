"""What a tasting shows: how far people agree, which leads divide them, and which clauses. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from definitions.tally import HOUSES
from leads.tasting.agreement import Agreement, Says, agreement_of, pair_of

Json = dict[str, Any]
# A clause that fewer of the tasted leads meet, or fail, cannot be said to separate anything.
LEAST_EACH = 3
MOST_DISPUTED, MOST_SPLITS = 6, 8
FAR_APART = 0.4


@dataclass(frozen=True)
class Rater:
    """One person who tasted every lead: what they said of each place, and why."""

    name: str
    house: str
    says: Says
    reasons: Mapping[int, str]


@dataclass(frozen=True)
class Tasted:
    """One lead: its place, whether the text qualifies it, and the keys of the clauses that it meets."""

    place: int
    is_qualified: bool
    met: frozenset[str]


@dataclass(frozen=True)
class Dispute:
    """A lead that somebody would take and somebody would not: takers and tasters of each house."""

    tasted: Tasted
    taken: dict[str, int]
    asked: dict[str, int]
    voices: list[tuple[Rater, bool, str]]

    @property
    def minority(self) -> int:
        """How many of all are outvoted."""
        yes, total = sum(self.taken.values()), sum(self.asked.values())
        return min(yes, total - yes)


@dataclass(frozen=True)
class Split:
    """How one clause divides the yes from the no: the share that would be taken of the leads that meet it
    and of those that do not, 0 to 1, by house; None where nobody of that house has finished."""

    key: str
    wording: str
    met_leads: int
    other_leads: int
    met: dict[str, float | None]
    other: dict[str, float | None]
    difference: float

    def difference_of(self, house: str) -> float | None:
        met, other = self.met[house], self.other[house]
        return None if met is None or other is None else met - other

    @property
    def gap(self) -> float | None:
        """How much more sales goes by the clause than marketing does; below 0: less."""
        of_marketing, of_sales = (self.difference_of(house) for house in HOUSES)
        return None if of_marketing is None or of_sales is None else of_sales - of_marketing

    @property
    def leaning(self) -> str:
        """The house that goes by the clause far more than the other does; empty where they are alike."""
        if self.gap is None or abs(self.gap) < FAR_APART:
            return ""
        return HOUSES[1] if self.gap > 0 else HOUSES[0]


@dataclass(frozen=True)
class Results:
    raters: dict[str, list[Rater]]
    within: dict[str, Agreement]
    between: Agreement
    with_text: dict[str, Agreement]
    disputes: list[Dispute]
    splits: list[Split]


def results_of(raters: Iterable[Rater], tasted: Sequence[Tasted], criteria: Iterable[Json]) -> Results:
    """`criteria` are the clauses of the text that was tasted, with their key and wording."""
    by_house: dict[str, list[Rater]] = {house: [] for house in HOUSES}
    for rater in raters:
        by_house[rater.house].append(rater)
    text = {lead.place: lead.is_qualified for lead in tasted}
    marketing, sales = (by_house[house] for house in HOUSES)
    return Results(
        raters=by_house,
        within={
            house: agreement_of(pair_of(one.says, other.says) for one, other in combinations(people, 2))
            for house, people in by_house.items()
        },
        between=agreement_of(pair_of(one.says, other.says) for one, other in product(marketing, sales)),
        with_text={
            house: agreement_of(pair_of(one.says, text) for one in people)
            for house, people in by_house.items()
        },
        disputes=_disputes(by_house, tasted),
        splits=_splits(by_house, tasted, criteria),
    )


def _disputes(by_house: dict[str, list[Rater]], tasted: Sequence[Tasted]) -> list[Dispute]:
    """The most divided lead first; of equally divided ones that where the houses stand further apart."""
    found = []
    for lead in tasted:
        taken = {house: sum(one.says[lead.place] for one in people) for house, people in by_house.items()}
        asked = {house: len(people) for house, people in by_house.items()}
        voices = [
            (one, one.says[lead.place], one.reasons[lead.place])
            for people in by_house.values()
            for one in people
        ]
        dispute = Dispute(lead, taken, asked, voices)
        if dispute.minority:
            found.append(dispute)
    found.sort(key=lambda each: (-each.minority, -_apart(each), each.tasted.place))
    return found[:MOST_DISPUTED]


def _apart(dispute: Dispute) -> float:
    shares = [dispute.taken[house] / dispute.asked[house] for house in HOUSES if dispute.asked[house]]
    return max(shares) - min(shares)


def _splits(
    by_house: dict[str, list[Rater]], tasted: Sequence[Tasted], criteria: Iterable[Json]
) -> list[Split]:
    """The clause that divides the yes from the no furthest first."""
    everybody = [one for people in by_house.values() for one in people]
    found = []
    for item in criteria:
        met = [lead.place for lead in tasted if item["key"] in lead.met]
        other = [lead.place for lead in tasted if item["key"] not in lead.met]
        if not everybody or min(len(met), len(other)) < LEAST_EACH:
            continue
        found.append(
            Split(
                key=item["key"],
                wording=item["wording"],
                met_leads=len(met),
                other_leads=len(other),
                met={house: _taken(people, met) for house, people in by_house.items()},
                other={house: _taken(people, other) for house, people in by_house.items()},
                difference=(_taken(everybody, met) or 0.0) - (_taken(everybody, other) or 0.0),
            )
        )
    return sorted(found, key=lambda each: -abs(each.difference))[:MOST_SPLITS]


def _taken(people: Sequence[Rater], places: Sequence[int]) -> float | None:
    """Of these leads the share that these people would take; None without people."""
    if not people:
        return None
    return sum(one.says[place] for one in people for place in places) / (len(people) * len(places))
