"""Everything at the same instant: both deciding votes, an edit, a withdrawal.

Threads with connections of their own, on whatever database the suite runs on. `ACCORD_RACE_ROUNDS` sets
how many rounds (50). After each round its rows are recounted on paper, and every fifty rounds all that there
are by `definitions.invariants`. The broken twin is a vote without the lock and without compare-and-set: the
invariants must catch it.
"""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from definitions.ballot_words import keyholes
from definitions.invariants import breaches
from definitions.models import Ballot, BallotStatus, Elector, Version, VersionStatus, Vote, VoteHistory
from definitions.selectors.ballots import electors_of, rules_of, votes_of
from definitions.services.ballots import ballot_edit
from definitions.services.closing import version_withdraw
from definitions.signals import version_ratified
from definitions.tally import ElectorFact, VoteFact, both_keys_turned, house_tally
from portal.common.errors import PortalError
from portal.common.models import User
from tests.builders import marco, maya, mona, rita, sam, sofia
from tests.definitions.ballot_stories import SLIP, an_open_ballot, fresh, vote, with_threshold
from tests.definitions.paper_ledger import MARKETING, SALES, Ledger

ROUNDS = int(os.environ.get("ACCORD_RACE_ROUNDS", "50"))
Act = Callable[[], object]

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts: dict[str, Act]) -> dict[str, str]:
    """Run all acts at the same instant; what each met: "done" or its sentence."""
    start = threading.Barrier(len(acts))
    met: dict[str, str] = {}

    def run(name: str, act: Act) -> None:
        try:
            start.wait()
            act()
            met[name] = "done"
        except PortalError as error:
            met[name] = str(error)
        except Exception as error:
            met[name] = f"{type(error).__name__}: {error}"
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in acts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return met


def a_ballot_before_the_last_votes() -> Ballot:
    """Each house lacks one vote."""
    ballot = an_open_ballot()
    vote(ballot, marco())
    vote(ballot, sam())
    return ballot


def put_away(ballot: Ballot) -> None:
    """Leaves the table free for the next round without touching what was decided."""
    ballot = fresh(ballot)
    if ballot.status == BallotStatus.OPEN:
        version_withdraw(ballot=ballot, actor=maya())
    Version.objects.filter(pk=ballot.version_id, status=VersionStatus.RATIFIED).update(
        status=VersionStatus.SUPERSEDED
    )


def assert_recounted(ballot: Ballot, people: dict[str, User], met: dict[str, str]) -> None:
    """The rows of one ballot against a count on paper; and of its definition, never two active versions."""
    rows = list(Vote.objects.filter(ballot=ballot).select_related("person"))
    first_name = {person.pk: name.split()[0].lower() for name, person in people.items()}
    authors = Elector.objects.filter(ballot=ballot, is_author=True).values_list("person_id", flat=True)
    paper = Ledger(authors={first_name[pk] for pk in authors}, round=ballot.round)
    paper.words = {first_name[row.person_id]: row.choice for row in rows}
    assert paper.is_ratified is (ballot.status == "ratified"), met
    assert (ballot.version.status == "ratified") is (ballot.status == "ratified"), met
    assert ballot.version.fingerprint == ballot.fingerprint, met
    assert {(row.round, row.fingerprint) for row in rows} <= {(ballot.round, ballot.fingerprint)}, met
    kept = {house["name"]: (house["voted"], house["agree"]) for house in ballot.outcome.get("houses", [])}
    counted = {
        name: (len(house & set(paper.words)), sum(paper.words.get(one) == "agree" for one in house))
        for name, house in (("marketing", MARKETING), ("sales", SALES))
    }
    assert kept in ({}, counted), met
    assert Version.objects.filter(status="active").count() <= 1, met


def test_both_deciding_votes_an_edit_and_a_withdrawal_at_the_same_instant() -> None:
    ratified: list[int] = []

    def listen(sender: type, **said: Any) -> None:
        ratified.append(said["version"].pk)

    version_ratified.connect(listen)
    dice = random.Random(20260504)
    people = {person.name: person for person in (maya(), marco(), mona(), sam(), sofia(), rita())}
    outcomes: Counter[str] = Counter()
    try:
        for number in range(ROUNDS):
            ballot = a_ballot_before_the_last_votes()
            assert ballot.status == "open"
            document = with_threshold(ballot, 1 + number % 99)
            acts: dict[str, Act] = {
                "marketing's vote": lambda b=ballot: vote(b, people["Mona Haddad"]),
                "sales's vote": lambda b=ballot: vote(b, people["Sofia Petrova"]),
            }
            # Every second round only the votes meet: there nothing but the lock makes one of them the last.
            if number % 2:
                acts["edit"] = lambda b=ballot, d=document: ballot_edit(
                    ballot=b, actor=people["Maya Lindqvist"], document=d, slip=SLIP, fingerprint=b.fingerprint
                )
                acts["withdrawal"] = lambda b=ballot: version_withdraw(ballot=b, actor=people["Rita Novak"])
            names = list(acts)
            dice.shuffle(names)
            met = at_once({name: acts[name] for name in names})
            now = fresh(ballot)
            assert_recounted(now, people, met)
            if number % 50 == 0 or number == ROUNDS - 1:
                assert breaches() == [], met
            outcomes[f"{now.status}, round {now.round}"] += 1
            assert (now.version_id in ratified) is (now.status == "ratified"), met
            if number % 2 == 0:
                assert now.status == "ratified", met
            assert not any("Error" in sentence for sentence in met.values()), met
            put_away(ballot)
    finally:
        version_ratified.disconnect(listen)
    assert len(ratified) == len(set(ratified)) == outcomes["ratified, round 1"]
    assert ROUNDS < 20 or len(outcomes) > 1, outcomes


# -- the broken twin -----------------------------------------------------------------------------------------


def careless_vote(ballot: Ballot, person: User, meanwhile: Act) -> None:
    """A vote without lock and compare-and-set: it looks and counts first, and writes what it then believes.

    `meanwhile` happens between the two.
    """
    ballot = fresh(ballot)
    elector = Elector.objects.get(ballot=ballot, person=person)
    facts = [VoteFact(v.person_id, v.choice, bool(v.block_answered_at)) for v in votes_of(ballot)]
    electors = [ElectorFact(e.person_id, e.house, e.is_author) for e in electors_of(ballot)]
    tally = house_tally(electors, [*facts, VoteFact(person.pk, "agree")], rules_of(ballot))
    meanwhile()
    now = timezone.now()
    said = {
        "ballot": ballot,
        "person": person,
        "house": elector.house,
        "round": ballot.round,
        "fingerprint": ballot.fingerprint,
        "choice": "agree",
        "cast_at": now,
    }
    with transaction.atomic():
        Vote.objects.create(elector=elector, **said)
        VoteHistory.objects.create(**said)
        if both_keys_turned(tally):
            outcome = {"houses": keyholes(tally, rules_of(ballot))}
            Ballot.objects.filter(pk=ballot.pk).update(status="ratified", closed_at=now, outcome=outcome)
            Version.objects.filter(pk=ballot.version_id).update(status="ratified", ratified_at=now)


def test_the_recount_catches_two_votes_that_count_without_each_other() -> None:
    ballot = a_ballot_before_the_last_votes()
    both_have_counted = threading.Barrier(2)
    voters = {person.name: person for person in (mona(), sofia())}
    met = at_once(
        {
            name: lambda who=person: careless_vote(ballot, who, lambda: both_have_counted.wait(20))
            for name, person in voters.items()
        }
    )
    assert set(met.values()) == {"done"}
    assert any("still open, but its votes turn both keys" in breach for breach in breaches())


def test_the_recount_catches_a_vote_counted_before_an_edit() -> None:
    ballot = a_ballot_before_the_last_votes()
    vote(ballot, sofia())

    def edit() -> None:
        ballot_edit(
            ballot=ballot,
            actor=maya(),
            document=with_threshold(ballot, 7),
            slip=SLIP,
            fingerprint=ballot.fingerprint,
        )

    careless_vote(ballot, mona(), edit)
    found = breaches()
    assert any("is ratified, but its votes do not turn both keys" in breach for breach in found)
    assert any("is on an earlier text" in breach for breach in found)


def test_the_recount_catches_a_version_ratified_after_its_withdrawal() -> None:
    ballot = a_ballot_before_the_last_votes()
    vote(ballot, sofia())
    version_withdraw(ballot=ballot, actor=rita())
    Version.objects.filter(pk=ballot.version_id).update(status="ratified", ratified_at=timezone.now())
    assert any("no ballot ratified this text" in breach for breach in breaches())
