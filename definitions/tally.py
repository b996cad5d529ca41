"""Counting a ballot: two houses, each with a key of its own. Pure; integers only.

A key turns when, in that house, enough of the eligible voted, enough of the cast votes agree, nobody's
block is unanswered, and the author's is not the only agreement. What is missing is said in codes
(`Lack`); `definitions.ballot_words` makes them sentences.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

HOUSES = ("marketing", "sales")


@dataclass(frozen=True)
class Rules:
    """`quorum_percent` of the eligible must vote; agree/cast must reach numerator/denominator."""

    quorum_percent: int
    agree_numerator: int
    agree_denominator: int


@dataclass(frozen=True)
class ElectorFact:
    person_id: int
    house: str
    is_author: bool = False


@dataclass(frozen=True)
class VoteFact:
    """`person_id` must be an elector's: a vote of anybody else is not counted."""

    person_id: int
    choice: str
    is_answered: bool = False
    name: str = ""


@dataclass(frozen=True)
class Lack:
    """One thing that a key still waits for. `code`: nobody_eligible, quorum, share, block, author_alone.

    quorum: `number` votes are missing; share: `number` of `of` agree so far; block: `names` blocked.
    """

    code: str
    number: int = 0
    of: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class HouseTally:
    """The state of one house. `cast` leaves abstentions aside; `voted` counts them."""

    house: str
    eligible: int
    voted: int
    agree: int
    disagree: int
    block: int
    abstain: int
    quorum_needed: int
    unanswered: tuple[str, ...]
    is_author_alone: bool
    lacks: tuple[Lack, ...]

    @property
    def cast(self) -> int:
        return self.agree + self.disagree + self.block

    @property
    def has_quorum(self) -> bool:
        return self.eligible > 0 and self.voted >= self.quorum_needed

    @property
    def is_turned(self) -> bool:
        return not self.lacks


def house_tally(
    electors: Iterable[ElectorFact], votes: Iterable[VoteFact], rules: Rules
) -> dict[str, HouseTally]:
    """The tally of each house. A vote counts for the house that its elector had when the ballot opened."""
    rights = {elector.person_id: elector for elector in electors}
    by_person = {vote.person_id: vote for vote in votes if vote.person_id in rights}
    return {house: _tally_of(house, rights, by_person, rules) for house in HOUSES}


def both_keys_turned(tally: dict[str, HouseTally]) -> bool:
    return all(tally[house].is_turned for house in HOUSES)


def is_quorate(tally: dict[str, HouseTally]) -> bool:
    return all(tally[house].has_quorum for house in HOUSES)


def quorum_of(eligible: int, percent: int) -> int:
    """The fewest people who are at least `percent` of `eligible`; rounded up, never fewer than one."""
    return max(1, -(-eligible * percent // 100))


def has_share(agree: int, cast: int, rules: Rules) -> bool:
    """Whether enough of the cast votes agree. A tie fails whatever the rules say; so does an empty urn."""
    return agree * 2 > cast and agree * rules.agree_denominator >= rules.agree_numerator * cast


def _tally_of(
    house: str, rights: dict[int, ElectorFact], by_person: dict[int, VoteFact], rules: Rules
) -> HouseTally:
    members = [elector for elector in rights.values() if elector.house == house]
    votes = [by_person[elector.person_id] for elector in members if elector.person_id in by_person]
    count = {
        choice: sum(1 for vote in votes if vote.choice == choice)
        for choice in ("agree", "disagree", "block", "abstain")
    }
    agreeing = [vote.person_id for vote in votes if vote.choice == "agree"]
    is_author_alone = len(agreeing) == 1 and rights[agreeing[0]].is_author
    unanswered = tuple(sorted(vote.name for vote in votes if vote.choice == "block" and not vote.is_answered))
    quorum_needed = quorum_of(len(members), rules.quorum_percent)
    cast = count["agree"] + count["disagree"] + count["block"]
    lacks = []
    if not members:
        lacks.append(Lack("nobody_eligible"))
    elif len(votes) < quorum_needed:
        lacks.append(Lack("quorum", number=quorum_needed - len(votes)))
    if members and not has_share(count["agree"], cast, rules):
        lacks.append(Lack("share", number=count["agree"], of=cast))
    if unanswered:
        lacks.append(Lack("block", names=unanswered))
    if is_author_alone:
        lacks.append(Lack("author_alone"))
    return HouseTally(
        house=house,
        eligible=len(members),
        voted=len(votes),
        quorum_needed=quorum_needed,
        unanswered=unanswered,
        is_author_alone=is_author_alone,
        lacks=tuple(lacks),
        **count,
    )
