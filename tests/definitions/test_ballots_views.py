"""The ballot pages: what each reader may see, and that every act works as a plain form."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from definitions.models import Ballot, Vote
from definitions.services.ballots import ballot_edit
from definitions.services.votes import block_answer
from portal.common.models import User
from tests.builders import ada, marco, maya, mona, olga, rita, sam, sofia
from tests.definitions.ballot_stories import SLIP, an_open_ballot, counted, fresh, vote, with_threshold

pytestmark = pytest.mark.django_db
QUERY_BUDGET = 15


def page_of(client: Client, ballot: Ballot, person: User, tail: str = "") -> Any:
    client.force_login(person)
    return client.get(f"/definitions/ballots/{ballot.pk}/{tail}")


def post(client: Client, ballot: Ballot, person: User, tail: str, **form: Any) -> Any:
    client.force_login(person)
    return client.post(f"/definitions/ballots/{ballot.pk}/{tail}", form)


def test_ballots_are_for_people_who_signed_in(client: Client) -> None:
    ballot = an_open_ballot()
    for address in ("/definitions/ballots/", f"/definitions/ballots/{ballot.pk}/"):
        response = client.get(address)
        assert response.status_code == 302
        assert "/accounts/login/" in response["Location"]


def test_the_page_shows_slip_text_rules_and_who_is_missing(client: Client) -> None:
    ballot = an_open_ballot()
    vote(ballot, sam())
    text = page_of(client, ballot, maya()).content.decode()
    for words in (
        "Ballot on MQL v1",
        "Because it is time.",
        "This is the first agreement: 2 clauses.",
        "of 80 leads",
        "Clause c-software",
        "60 % of those who may vote do so, two thirds of the cast votes agree",
        "Cast my vote",
        "You wrote this: your vote counts, but it cannot carry your house alone.",
    ):
        assert words in text
    missing = text.split("Who has not voted yet")[1].split("</section>")[0]
    assert "Sofia Petrova" in missing
    assert "Sam Okafor" not in missing


@pytest.mark.parametrize(("case", "person"), [("an elector", marco), ("somebody of no house", olga)])
def test_nothing_shows_how_others_voted_before_ones_own_vote(client: Client, case: str, person: Any) -> None:
    ballot = an_open_ballot()
    vote(ballot, sofia(), "block", "They are all students.")
    for tail in ("", "state/"):
        response = page_of(client, ballot, person(), tail)
        text = response.content.decode()
        assert "They are all students." not in text
        assert "Sofia’s block" not in text
        assert "How they voted shows once you have." in text
        assert [hole["needs"] for hole in response.context["houses"]] == ["", ""]
        assert response.context["said"] == []


def test_results_show_after_ones_own_vote_and_to_all_at_the_close(client: Client) -> None:
    ballot = an_open_ballot()
    vote(ballot, sofia(), "disagree", "They are all students.")
    vote(ballot, marco())
    assert "They are all students." in page_of(client, ballot, marco()).content.decode()
    assert post(client, ballot, rita(), "withdraw/").status_code == 302
    text = page_of(client, ballot, olga()).content.decode()
    assert "They are all students." in text
    assert "This proposal was taken back" in text


def test_voting_by_the_plain_form(client: Client) -> None:
    ballot = an_open_ballot()
    form = {"choice": "agree", "fingerprint": ballot.fingerprint, "round": 1, "prediction": "Fewer returns."}
    response = post(client, ballot, sam(), "vote/", **form)
    assert response["Location"] == ballot.get_absolute_url()
    assert (Vote.objects.get().choice, Vote.objects.get().prediction) == ("agree", "Fewer returns.")
    text = page_of(client, ballot, sam()).content.decode()
    assert "Change my vote" in text
    assert "Your vote is counted." in text


def test_a_block_without_reason_comes_back_with_the_sentence(client: Client) -> None:
    ballot = an_open_ballot()
    form = {"choice": "block", "fingerprint": ballot.fingerprint, "round": 1}
    response = post(client, ballot, sam(), "vote/", **form)
    assert response.status_code == 422
    assert "Say why: the others can only answer what they know." in response.content.decode()
    assert counted(ballot)["sales"] == 0


def test_a_vote_on_the_old_text_is_409_and_keeps_what_was_typed(client: Client) -> None:
    ballot = an_open_ballot()
    ballot_edit(
        ballot=ballot,
        actor=maya(),
        document=with_threshold(ballot, 90),
        slip=SLIP,
        fingerprint=ballot.fingerprint,
    )
    form = {"choice": "disagree", "reason": "Far too low.", "fingerprint": ballot.fingerprint, "round": 1}
    response = post(client, ballot, sam(), "vote/", **form)
    text = response.content.decode()
    assert response.status_code == 409
    assert "The wording changed while you were reading" in text
    assert "Far too low." in text
    assert f'value="{fresh(ballot).fingerprint}"' in text
    assert ballot.fingerprint not in text
    assert counted(ballot)["sales"] == 0


def test_somebody_without_a_vote_is_refused_in_words(client: Client) -> None:
    ballot = an_open_ballot()
    assert "You were in neither house" in page_of(client, ballot, olga()).content.decode()
    form = {"choice": "agree", "fingerprint": ballot.fingerprint, "round": 1}
    response = post(client, ballot, olga(), "vote/", **form)
    assert response.status_code == 403
    assert "You were in neither house" in response.content.decode()


def test_a_block_is_answered_and_settled_by_plain_forms(client: Client) -> None:
    ballot = an_open_ballot()
    for person in (marco(), mona(), sam()):
        vote(ballot, person)
    blocked = vote(ballot, sofia(), "block", "Students!")
    vote(ballot, rita())
    assert "Sofia’s block is unanswered." in page_of(client, ballot, sam()).content.decode()
    assert post(client, ballot, marco(), f"blocks/{blocked.pk}/answer/", text="").status_code == 422
    assert (
        post(client, ballot, marco(), f"blocks/{blocked.pk}/answer/", text="They are out.").status_code == 302
    )
    assert "This settles my block" not in page_of(client, ballot, marco()).content.decode()
    text = page_of(client, ballot, sofia()).content.decode()
    assert "They are out." in text
    assert "This settles my block" in text
    assert post(client, ballot, marco(), f"blocks/{blocked.pk}/settle/").status_code == 403
    assert post(client, ballot, sofia(), f"blocks/{blocked.pk}/settle/").status_code == 302
    text = page_of(client, ballot, olga()).content.decode()
    assert "Both keys turned: both teams agreed to this text." in text
    assert "Cast my vote" not in text


def test_the_state_fragment_stops_being_asked_for_at_the_close(client: Client) -> None:
    ballot = an_open_ballot()
    response = page_of(client, ballot, sam(), "state/")
    assert response.status_code == 200
    assert 'hx-trigger="every 10s"' in response.content.decode()
    for person in (marco(), mona(), sam(), sofia()):
        vote(ballot, person)
    response = page_of(client, ballot, sam(), "state/")
    assert response.status_code == 286
    assert "hx-trigger" not in response.content.decode()


def test_only_the_author_and_managers_see_the_way_to_withdraw(client: Client) -> None:
    ballot = an_open_ballot()
    assert "Withdraw the proposal" in page_of(client, ballot, maya()).content.decode()
    assert "Withdraw the proposal" not in page_of(client, ballot, sam()).content.decode()
    assert post(client, ballot, sam(), "withdraw/").status_code == 403
    assert fresh(ballot).status == "open"


def test_the_list_shows_turnout_and_not_results(client: Client, django_assert_max_num_queries: Any) -> None:
    ballot = an_open_ballot()
    vote(ballot, sofia(), "block", "Students!")
    client.force_login(marco())
    with django_assert_max_num_queries(QUERY_BUDGET):
        text = client.get("/definitions/ballots/").content.decode()
    assert "1 of 6" in text
    assert "Block" not in text


def test_the_page_keeps_its_query_budget(client: Client, django_assert_max_num_queries: Any) -> None:
    ballot = an_open_ballot()
    blocked = vote(ballot, sofia(), "block", "Students!")
    for person in (marco(), mona(), sam(), rita()):
        vote(ballot, person)
    block_answer(ballot=ballot, vote=blocked, actor=marco(), text="They are out.")
    client.force_login(marco())
    with django_assert_max_num_queries(QUERY_BUDGET):
        assert client.get(f"/definitions/ballots/{ballot.pk}/").status_code == 200


def test_what_people_write_is_text_and_not_markup(client: Client) -> None:
    ballot = an_open_ballot()
    vote(ballot, sofia(), "disagree", "<script>alert(1)</script>")
    vote(ballot, sam())
    text = page_of(client, ballot, sam()).content.decode()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


@pytest.mark.parametrize("tail", ["answer/", "settle/"])
def test_asking_about_a_block_does_not_tell_whether_there_is_one(client: Client, tail: str) -> None:
    """Answers that differ by the vote would let somebody who has not voted try every vote in turn."""
    ballot = an_open_ballot()
    vote(ballot, sofia(), "block", "They are all students.")
    vote(ballot, sam())
    answers = set()
    for row in Vote.objects.filter(ballot=ballot):
        response = post(client, ballot, marco(), f"blocks/{row.pk}/{tail}", text="They are not.")
        answers.add((response.status_code, response.context["sentence"]))
    assert len(answers) == 1
    assert {status for status, _sentence in answers} == {403}


def test_the_trail_is_silent_about_blocks_until_the_ballot_closes(client: Client) -> None:
    ballot = an_open_ballot()
    blocked = vote(ballot, sofia(), "block", "They are all students.")
    vote(ballot, sam())
    block_answer(ballot=ballot, vote=blocked, actor=sam(), text="They are not.")
    client.force_login(ada())
    assert "block.answered" not in client.get("/settings/trail").content.decode()
    assert post(client, ballot, rita(), "withdraw/").status_code == 302
    client.force_login(ada())
    assert "block.answered" in client.get("/settings/trail").content.decode()
