"""The two keys, by tables and by properties."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from definitions.ballot_words import needs_sentence
from definitions.tally import (
    ElectorFact,
    HouseTally,
    Rules,
    VoteFact,
    both_keys_turned,
    house_tally,
    is_quorate,
    quorum_of,
)

RULES = Rules(60, 2, 3)
CODES = {"a": "agree", "d": "disagree", "b": "block", "s": "abstain", "B": "block"}


def sales(votes: str, eligible: int = 0, author_at: int | None = None, rules: Rules = RULES) -> HouseTally:
    """The tally of a sales house: one letter per vote (B is an answered block); the rest does not vote."""
    electors = [ElectorFact(n, "sales", is_author=n == author_at) for n in range(max(eligible, len(votes)))]
    cast = [VoteFact(n, CODES[code], code == "B", f"Person {n}") for n, code in enumerate(votes)]
    return house_tally(electors, cast, rules)["sales"]


@pytest.mark.parametrize(
    ("case", "votes", "eligible", "is_turned"),
    [
        ("nobody voted", "", 5, False),
        ("two of five are below 60 %", "aa", 5, False),
        ("three of five are 60 %", "aaa", 5, True),
        ("quorum rounds up: two of four are 50 %", "aa", 4, False),
        ("three of four", "aaa", 4, True),
        ("two thirds exactly", "aad", 3, True),
        ("below two thirds", "aadd", 4, False),
        ("three of five cast", "aaadd", 5, False),
        ("abstentions make quorum, not share", "aass", 4, True),
        ("only abstentions", "sss", 3, False),
        ("an unanswered block holds the key", "aaaab", 5, False),
        ("an answered block counts as not agreeing", "aaaaB", 5, True),
        ("an answered block can still tip the share", "aB", 2, False),
        ("one person, not the author", "a", 1, True),
        ("nobody may vote", "", 0, False),
    ],
)
def test_when_a_key_turns(case: str, votes: str, eligible: int, is_turned: bool) -> None:
    assert sales(votes, eligible).is_turned is is_turned


def test_the_author_alone_does_not_carry_a_house() -> None:
    assert not sales("as", author_at=0).is_turned
    assert sales("aa", author_at=0).is_turned
    assert sales("as", author_at=1).is_turned


def test_a_tie_fails_even_where_half_is_enough() -> None:
    assert not sales("ad", rules=Rules(50, 1, 2)).is_turned
    assert sales("aad", rules=Rules(50, 1, 2)).is_turned


def test_a_vote_without_a_right_to_vote_is_not_counted() -> None:
    tally = house_tally([ElectorFact(1, "sales")], [VoteFact(1, "agree"), VoteFact(2, "agree")], RULES)
    assert tally["sales"].voted == 1
    assert tally["marketing"].voted == 0
    assert not both_keys_turned(tally)


def test_both_houses_need_their_own_key() -> None:
    electors = [ElectorFact(1, "sales"), ElectorFact(2, "marketing"), ElectorFact(3, "marketing")]
    votes = [VoteFact(1, "agree"), VoteFact(2, "agree")]
    assert not both_keys_turned(house_tally(electors, votes, RULES))
    assert not is_quorate(house_tally(electors, votes, RULES))
    assert both_keys_turned(house_tally(electors, [*votes, VoteFact(3, "agree")], RULES))


@pytest.mark.parametrize(
    ("case", "votes", "eligible", "sentence"),
    [
        ("nobody", "", 3, "2 more votes from sales."),
        ("one", "a", 3, "One more vote from sales."),
        ("share", "ad", 2, "Two thirds must agree: 1 of 2 so far."),
        ("abstained", "ss", 2, "Two thirds must agree: nobody has yet."),
        ("block", "aaab", 4, "Person 3’s block is unanswered."),
        ("turned", "aaad", 4, "3 of 4 cast votes agree."),
        ("empty", "", 0, "Nobody in sales may vote."),
    ],
)
def test_what_a_key_lacks_is_a_sentence(case: str, votes: str, eligible: int, sentence: str) -> None:
    assert needs_sentence(sales(votes, eligible), RULES) == sentence


def test_two_blocks_and_a_lone_author_are_named() -> None:
    assert "The blocks of Person 2 and Person 3 are unanswered." in needs_sentence(sales("aabb"), RULES)
    assert needs_sentence(sales("as", author_at=0), RULES) == "Somebody besides the author must agree."


houses = st.lists(st.sampled_from(["", "agree", "disagree", "block", "abstain"]), max_size=12)
rules = st.builds(
    lambda percent, pair: Rules(percent, min(pair), max(pair)),
    st.integers(1, 100),
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
)


def _facts(choices: list[str], author: int) -> tuple[list[ElectorFact], list[VoteFact]]:
    electors = [ElectorFact(n, "sales", n == author) for n in range(len(choices))]
    return electors, [VoteFact(n, choice) for n, choice in enumerate(choices) if choice]


@given(choices=houses, rules=rules, author=st.integers(-1, 11))
def test_a_key_turns_exactly_as_the_agreement_says(choices: list[str], rules: Rules, author: int) -> None:
    electors, votes = _facts(choices, author)
    tally = house_tally(electors, votes, rules)["sales"]
    agree, cast = choices.count("agree"), len([c for c in choices if c not in ("", "abstain")])
    voted = len([c for c in choices if c])
    expected = (
        len(choices) > 0
        and Fraction(voted, len(choices)) >= Fraction(rules.quorum_percent, 100)
        and cast > 0
        and Fraction(agree, cast) >= Fraction(rules.agree_numerator, rules.agree_denominator)
        and agree > cast - agree
        and "block" not in choices
        and not (agree == 1 and 0 <= author < len(choices) and choices[author] == "agree")
    )
    assert tally.is_turned is expected
    assert tally.voted == tally.agree + tally.disagree + tally.block + tally.abstain
    assert bool(needs_sentence(tally, rules))


@given(choices=houses, rules=rules, seed=st.randoms())
def test_the_order_of_votes_does_not_matter(choices: list[str], rules: Rules, seed: object) -> None:
    electors, votes = _facts(choices, 0)
    shuffled = list(votes)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    assert house_tally(electors, votes, rules) == house_tally(list(reversed(electors)), shuffled, rules)


@given(choices=houses, rules=rules)
def test_one_more_agreement_never_locks_a_turned_key(choices: list[str], rules: Rules) -> None:
    electors, votes = _facts(choices, -1)
    if not house_tally(electors, votes, rules)["sales"].is_turned:
        return
    for person, choice in enumerate(choices):
        if choice == "agree":
            continue
        more = [*[vote for vote in votes if vote.person_id != person], VoteFact(person, "agree")]
        assert house_tally(electors, more, rules)["sales"].is_turned


@given(eligible=st.integers(0, 500), percent=st.integers(1, 100))
def test_quorum_rounds_up(eligible: int, percent: int) -> None:
    assert quorum_of(eligible, percent) == max(1, math.ceil(Fraction(eligible * percent, 100)))
