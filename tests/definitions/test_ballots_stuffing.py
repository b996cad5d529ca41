"""Ballot stuffing: none of it counts, and each try gets a sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from definitions.models import Ballot, Vote, VoteHistory
from definitions.services.ballots import ballot_edit
from definitions.services.closing import version_withdraw
from portal.common.errors import Conflict, Invalid, PortalError, Refused
from portal.common.models import Team, User
from tests.builders import maya, olga, rita, sam, sofia
from tests.definitions.ballot_stories import SLIP, an_open_ballot, counted, fresh, vote, with_threshold

pytestmark = pytest.mark.django_db


def old_round(ballot: Ballot) -> None:
    read = (ballot.fingerprint, ballot.round)
    ballot_edit(
        ballot=ballot,
        actor=maya(),
        document=with_threshold(ballot, 80),
        slip=SLIP,
        fingerprint=ballot.fingerprint,
    )
    vote(ballot, sam(), fingerprint=read[0], round=read[1])


def there_and_back(ballot: Ballot) -> None:
    """The text is changed and changed back: the fingerprint is the old one, the round is not."""
    read = ballot.fingerprint
    for threshold in (80, 100):
        now = fresh(ballot)
        ballot_edit(
            ballot=now,
            actor=maya(),
            document=with_threshold(now, threshold),
            slip=SLIP,
            fingerprint=now.fingerprint,
        )
    assert fresh(ballot).fingerprint == read
    vote(ballot, sam(), fingerprint=read, round=1)


def another_text(ballot: Ballot) -> None:
    vote(ballot, sam(), fingerprint="f" * 64)


def deactivated(ballot: Ballot) -> None:
    person = sam()
    User.objects.filter(pk=person.pk).update(is_active=False)  # `person` in memory still says active
    vote(ballot, person)


def after_the_close(ballot: Ballot) -> None:
    with time_machine.travel(ballot.closes_at + timedelta(seconds=1), tick=False):
        vote(ballot, sam())


def after_the_withdrawal(ballot: Ballot) -> None:
    version_withdraw(ballot=ballot, actor=maya())
    vote(ballot, sam())


def non_elector(ballot: Ballot) -> None:
    vote(ballot, olga())


def late_joiner(ballot: Ballot) -> None:
    person = olga()
    person.team = Team.SALES
    person.save()
    vote(ballot, person)


def unknown_choice(ballot: Ballot) -> None:
    vote(ballot, sam(), "agree twice")


@pytest.mark.parametrize(
    ("attempt", "error", "sentence"),
    [
        (old_round, Conflict, "The wording changed while you were reading"),
        (there_and_back, Conflict, "The wording changed while you were reading"),
        (another_text, Conflict, "The wording changed while you were reading"),
        (deactivated, Refused, "Your account is deactivated"),
        (after_the_close, Conflict, "The time to vote on MQL v1 is over"),
        (after_the_withdrawal, Conflict, "This ballot has closed"),
        (non_elector, Refused, "You were in neither house"),
        (late_joiner, Refused, "You were in neither house"),
        (unknown_choice, Invalid, "Choose agree, disagree, block or abstain"),
    ],
)
def test_stuffing_counts_nothing(
    attempt: Callable[[Ballot], None], error: type[PortalError], sentence: str
) -> None:
    ballot = an_open_ballot()
    with pytest.raises(error, match=sentence):
        attempt(ballot)
    assert counted(ballot) == {"marketing": 0, "sales": 0}
    assert VoteHistory.objects.count() == 0


def test_voting_twice_counts_once() -> None:
    ballot = an_open_ballot()
    vote(ballot, sam())
    vote(ballot, sam())
    assert counted(ballot) == {"marketing": 0, "sales": 1}
    assert VoteHistory.objects.count() == 1


def test_who_changes_teams_votes_in_the_house_of_the_opening() -> None:
    ballot = an_open_ballot()
    person = sam()
    person.team = Team.MARKETING
    person.save()
    vote(ballot, person)
    assert counted(ballot) == {"marketing": 0, "sales": 1}


def test_a_house_forged_into_the_form_is_not_read(client: Client) -> None:
    ballot = an_open_ballot()
    client.force_login(sam())
    form = {"choice": "agree", "fingerprint": ballot.fingerprint, "round": 1, "house": "marketing"}
    assert client.post(f"/definitions/ballots/{ballot.pk}/vote/", form).status_code == 302
    assert Vote.objects.get().house == "sales"
    assert counted(ballot) == {"marketing": 0, "sales": 1}


def test_one_vote_does_not_count_in_another_ballot() -> None:
    ballot = an_open_ballot()
    for person in (sam(), sofia()):
        vote(ballot, person)
    version_withdraw(ballot=ballot, actor=rita())
    second = an_open_ballot()
    assert second.fingerprint == ballot.fingerprint
    assert counted(second) == {"marketing": 0, "sales": 0}
