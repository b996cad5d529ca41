"""Ballot stuffing, forty ways: none of it counts, and each try gets a sentence (a mere link, its status).

Nineteen by people who call the act itself, ten by forged requests, eight that may count once and no more,
three by writing rows past the code.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from definitions.models import Ballot, Definition, Elector, Vote, VoteHistory
from definitions.services.ballots import ballot_edit, version_propose
from definitions.services.closing import ballots_close_due, version_withdraw
from definitions.services.drafts import draft_create
from definitions.services.votes import block_answer, block_settle
from portal.common.errors import Conflict, Invalid, PortalError, Refused
from portal.common.models import Team, User
from tests.builders import a_document, ada, marco, maya, mona, olga, rita, sam, sofia
from tests.definitions.ballot_stories import SLIP, an_open_ballot, counted, fresh, vote, with_threshold

pytestmark = pytest.mark.django_db
Act = Callable[[], object]


def standing(ballot: Ballot) -> tuple[Any, ...]:
    """Everything that a vote may change."""
    return (
        fresh(ballot).status,
        counted(ballot),
        list(Vote.objects.order_by("pk").values_list("person_id", "house", "choice", "block_answered_at")),
        VoteHistory.objects.count(),
    )


def edited(ballot: Ballot, threshold: int, actor: User | None = None) -> Ballot:
    now = fresh(ballot)
    return ballot_edit(
        ballot=now,
        actor=actor or maya(),
        document=with_threshold(now, threshold),
        slip=SLIP,
        fingerprint=now.fingerprint,
    )


# -- by the act itself: each gives what is then tried --------------------------------------------------------


def old_round(ballot: Ballot) -> Act:
    read = (ballot.fingerprint, ballot.round)
    edited(ballot, 80)
    return lambda: vote(ballot, sam(), fingerprint=read[0], round=read[1])


def there_and_back(ballot: Ballot) -> Act:
    """The text is changed and changed back: the fingerprint is the old one, the round is not."""
    read = ballot.fingerprint
    for threshold in (80, 100):
        edited(ballot, threshold)
    assert fresh(ballot).fingerprint == read
    return lambda: vote(ballot, sam(), fingerprint=read, round=1)


def another_text(ballot: Ballot) -> Act:
    return lambda: vote(ballot, sam(), fingerprint="f" * 64)


def a_round_to_come(ballot: Ballot) -> Act:
    return lambda: vote(ballot, sam(), round=2)


def deactivated(ballot: Ballot) -> Act:
    person = sam()
    User.objects.filter(pk=person.pk).update(is_active=False)  # `person` in memory still says active
    return lambda: vote(ballot, person)


def after_the_close(ballot: Ballot) -> Act:
    def act() -> None:
        with time_machine.travel(ballot.closes_at + timedelta(seconds=1), tick=False):
            vote(ballot, sam())

    return act


def after_it_lapsed(ballot: Ballot) -> Act:
    with time_machine.travel(ballot.closes_at + timedelta(seconds=1), tick=False):
        assert ballots_close_due() == 1
    return lambda: vote(ballot, sam())


def after_the_withdrawal(ballot: Ballot) -> Act:
    version_withdraw(ballot=ballot, actor=maya())
    return lambda: vote(ballot, sam())


def after_both_keys_turned(ballot: Ballot) -> Act:
    for person in (marco(), mona(), sam(), sofia()):
        vote(ballot, person)
    assert fresh(ballot).status == "ratified"
    return lambda: vote(ballot, rita(), "block")


def non_elector(ballot: Ballot) -> Act:
    return lambda: vote(ballot, olga())


def late_joiner(ballot: Ballot) -> Act:
    person = olga()
    person.team = Team.SALES
    person.save()
    return lambda: vote(ballot, person)


def administrator(ballot: Ballot) -> Act:
    return lambda: vote(ballot, ada())


def a_second_account(ballot: Ballot) -> Act:
    vote(ballot, sam())
    again = User.objects.create_user("sam.okafor@example.com", name="Sam Okafor", team=Team.SALES)
    return lambda: vote(ballot, again)


def unknown_choice(ballot: Ballot) -> Act:
    return lambda: vote(ballot, sam(), "agree twice")


def a_choice_shouted(ballot: Ballot) -> Act:
    return lambda: vote(ballot, sam(), "AGREE")


def a_block_without_a_word(ballot: Ballot) -> Act:
    return lambda: vote(ballot, sam(), "block", reason=" \n\t ")


def settling_a_block_of_somebody_else(ballot: Ballot) -> Act:
    blocked = vote(ballot, sofia(), "block")
    vote(ballot, marco())
    block_answer(ballot=ballot, vote=blocked, actor=marco(), text="They are out.")
    return lambda: block_settle(ballot=ballot, vote=blocked, actor=marco())


def answering_ones_own_block(ballot: Ballot) -> Act:
    blocked = vote(ballot, sofia(), "block")
    return lambda: block_answer(ballot=ballot, vote=blocked, actor=sofia(), text="Never mind.")


def settling_a_block_that_nobody_answered(ballot: Ballot) -> Act:
    blocked = vote(ballot, sofia(), "block")
    return lambda: block_settle(ballot=ballot, vote=blocked, actor=sofia())


@pytest.mark.parametrize(
    ("attempt", "error", "sentence"),
    [
        (old_round, Conflict, "The wording changed while you were reading"),
        (there_and_back, Conflict, "The wording changed while you were reading"),
        (another_text, Conflict, "The wording changed while you were reading"),
        (a_round_to_come, Conflict, "The wording changed while you were reading"),
        (deactivated, Refused, "Your account is deactivated"),
        (after_the_close, Conflict, "The time to vote on MQL v1 is over"),
        (after_it_lapsed, Conflict, "This ballot has closed: MQL v1 is lapsed"),
        (after_the_withdrawal, Conflict, "This ballot has closed: MQL v1 is withdrawn"),
        (after_both_keys_turned, Conflict, "This ballot has closed: MQL v1 is ratified"),
        (non_elector, Refused, "You were in neither house"),
        (late_joiner, Refused, "You were in neither house"),
        (administrator, Refused, "You were in neither house"),
        (a_second_account, Refused, "You were in neither house"),
        (unknown_choice, Invalid, "Choose agree, disagree, block or abstain"),
        (a_choice_shouted, Invalid, "Choose agree, disagree, block or abstain"),
        (a_block_without_a_word, Invalid, "Say why"),
        (settling_a_block_of_somebody_else, Refused, "Only the person who blocks"),
        (answering_ones_own_block, Refused, "Somebody else answers your block"),
        (settling_a_block_that_nobody_answered, Refused, "Nobody has answered your block yet"),
    ],
)
def test_the_act_itself_refuses(
    attempt: Callable[[Ballot], Act], error: type[PortalError], sentence: str
) -> None:
    ballot = an_open_ballot()
    act = attempt(ballot)
    before = standing(ballot)
    with pytest.raises(error, match=sentence):
        act()
    assert standing(ballot) == before


# -- by forged requests --------------------------------------------------------------------------------------


def a_form(ballot: Ballot, **changes: Any) -> dict[str, Any]:
    form = {"choice": "agree", "fingerprint": ballot.fingerprint, "round": ballot.round, **changes}
    return {name: value for name, value in form.items() if value is not None}


def address(ballot: Ballot) -> str:
    return f"/definitions/ballots/{ballot.pk}/vote/"


def as_sam(client: Client, ballot: Ballot, **changes: Any) -> Any:
    client.force_login(sam())
    return client.post(address(ballot), a_form(ballot, **changes))


def by_a_stranger(client: Client, ballot: Ballot) -> Any:
    return client.post(address(ballot), a_form(ballot), follow=True)


def from_another_site(client: Client, ballot: Ballot) -> Any:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(sam())
    return strict.post(address(ballot), a_form(ballot))


def by_a_link(client: Client, ballot: Ballot) -> Any:
    client.force_login(sam())
    return client.get(address(ballot), a_form(ballot))


def without_naming_the_text(client: Client, ballot: Ballot) -> Any:
    return as_sam(client, ballot, fingerprint=None)


def without_naming_the_round(client: Client, ballot: Ballot) -> Any:
    return as_sam(client, ballot, round=None)


def with_a_round_that_is_no_number(client: Client, ballot: Ballot) -> Any:
    return as_sam(client, ballot, round="1 OR 1=1")


def in_a_ballot_that_is_not_there(client: Client, ballot: Ballot) -> Any:
    client.force_login(sam())
    return client.post(f"/definitions/ballots/{ballot.pk + 1000}/vote/", a_form(ballot))


def with_the_text_of_another_ballot(client: Client, ballot: Ballot) -> Any:
    other = draft_create(
        definition=Definition.objects.get(stage="sql"), actor=maya(), document=a_document(stage="sql")
    )
    opened = version_propose(version=other, actor=maya(), statement="", slip=SLIP)
    assert opened.fingerprint != ballot.fingerprint
    return as_sam(client, ballot, fingerprint=opened.fingerprint)


def in_the_shoes_of_a_colleague(client: Client, ballot: Ballot) -> Any:
    client.force_login(ada())
    looked = client.post(f"/people/{sam().pk}/look-as")
    assert looked.status_code == 403
    return client.post(address(ballot), a_form(ballot))


def with_a_session_from_before_the_dismissal(client: Client, ballot: Ballot) -> Any:
    client.force_login(sam())
    User.objects.filter(pk=sam().pk).update(is_active=False)
    return client.post(address(ballot), a_form(ballot), follow=True)


@pytest.mark.parametrize(
    ("attempt", "status", "sentence"),
    [
        (by_a_stranger, 200, "Sign in"),
        (from_another_site, 403, "This form had grown too old to be trusted"),
        (by_a_link, 405, ""),
        (without_naming_the_text, 422, "The form did not say which text you read"),
        (without_naming_the_round, 422, "The form did not say which text you read"),
        (with_a_round_that_is_no_number, 422, "The form did not say which text you read"),
        (in_a_ballot_that_is_not_there, 404, "not"),
        (with_the_text_of_another_ballot, 409, "The wording changed while you were reading"),
        (in_the_shoes_of_a_colleague, 403, "You were in neither house"),
        (with_a_session_from_before_the_dismissal, 200, "Sign in"),
    ],
)
def test_the_door_refuses(
    client: Client, attempt: Callable[[Client, Ballot], Any], status: int, sentence: str
) -> None:
    ballot = an_open_ballot()
    before = standing(ballot)
    response = attempt(client, ballot)
    assert (response.status_code, sentence in response.content.decode()) == (status, True)
    assert standing(ballot) == before


# -- what counts once, and where it belongs ------------------------------------------------------------------


def test_voting_twice_counts_once() -> None:
    ballot = an_open_ballot()
    vote(ballot, sam())
    vote(ballot, sam())
    assert counted(ballot) == {"marketing": 0, "sales": 1}
    assert VoteHistory.objects.count() == 1


def test_two_choices_in_one_form_count_once(client: Client) -> None:
    ballot = an_open_ballot()
    assert as_sam(client, ballot, choice=["disagree", "agree"]).status_code == 302
    assert list(Vote.objects.values_list("choice", flat=True)) == ["agree"]
    assert counted(ballot) == {"marketing": 0, "sales": 1}


def test_who_changes_teams_votes_in_the_house_of_the_opening() -> None:
    ballot = an_open_ballot()
    person = sam()
    person.team = Team.MARKETING
    person.save()
    vote(ballot, person)
    assert counted(ballot) == {"marketing": 0, "sales": 1}


def test_who_votes_before_and_after_changing_teams_has_one_vote() -> None:
    ballot = an_open_ballot()
    person = sam()
    vote(ballot, person, "abstain")
    person.team = Team.MARKETING
    person.save()
    vote(ballot, person)
    assert counted(ballot) == {"marketing": 0, "sales": 1}


def test_a_house_forged_into_the_form_is_not_read(client: Client) -> None:
    ballot = an_open_ballot()
    assert as_sam(client, ballot, house="marketing").status_code == 302
    assert Vote.objects.get().house == "sales"
    assert counted(ballot) == {"marketing": 0, "sales": 1}


def test_a_person_forged_into_the_form_is_not_read(client: Client) -> None:
    ballot = an_open_ballot()
    elector = Elector.objects.get(ballot=ballot, person=sofia())
    forged = {"person": sofia().pk, "actor": sofia().pk, "elector": elector.pk, "is_author": ""}
    assert as_sam(client, ballot, **forged).status_code == 302
    assert Vote.objects.get().person == sam()
    assert counted(ballot) == {"marketing": 0, "sales": 1}


def test_one_vote_does_not_count_in_another_ballot() -> None:
    ballot = an_open_ballot()
    for person in (sam(), sofia()):
        vote(ballot, person)
    version_withdraw(ballot=ballot, actor=rita())
    second = an_open_ballot()
    assert second.fingerprint == ballot.fingerprint
    assert counted(second) == {"marketing": 0, "sales": 0}


def test_who_rewrites_the_text_is_its_author_and_cannot_carry_a_house() -> None:
    ballot = edited(an_open_ballot(), 80, actor=mona())
    for person in (sam(), sofia(), mona()):
        vote(ballot, person)
    vote(ballot, marco(), "abstain")
    assert counted(ballot) == {"marketing": 2, "sales": 2}
    assert fresh(ballot).status == "open"


# -- by writing rows past the code: the database says no, under a name that is the sentence ------------------


def a_second_row(ballot: Ballot) -> None:
    row = Vote.objects.get()
    row.pk = None
    row.save()


def a_second_right(ballot: Ballot) -> None:
    Elector.objects.create(ballot=ballot, person=sam(), house="marketing")


def a_third_house(ballot: Ballot) -> None:
    Vote.objects.update(house="board")


@pytest.mark.parametrize(
    ("attempt", "name", "columns"),
    [
        (a_second_row, "one_vote_per_person_and_ballot", "vote.ballot_id, definitions_vote.person_id"),
        (a_second_right, "one_right_to_vote_per_person_and_ballot", "elector.ballot_id"),
        (a_third_house, "vote_house_is_known", "vote_house_is_known"),
    ],
)
def test_the_database_refuses(attempt: Callable[[Ballot], None], name: str, columns: str) -> None:
    ballot = an_open_ballot()
    vote(ballot, sam())
    before = standing(ballot)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        attempt(ballot)
    # SQLite names the columns of a unique constraint in place of its name.
    assert name in str(caught.value) or columns in str(caught.value)
    assert standing(ballot) == before
    assert fresh(ballot).closes_at > timezone.now()
