"""The page of a closed ballot: the count against its rules, the dissent in full, and what people expected."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client

from definitions.models import Ballot
from definitions.services.closing import ballots_close_due
from definitions.services.votes import block_answer
from tests.builders import NOW, marco, maya, mona, olga, rita, sam, sofia
from tests.definitions.ballot_stories import an_open_ballot, vote

pytestmark = pytest.mark.django_db
QUERY_BUDGET = 15


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def outcome(client: Client, ballot: Ballot) -> Any:
    client.force_login(olga())
    return client.get(ballot.get_absolute_url())


def section(text: str, title: str) -> str:
    return text.split(f">{title}</h2>")[1].split("</section>")[0]


def a_rejected_ballot(clock: Any) -> Ballot:
    ballot = an_open_ballot()
    vote(ballot, marco(), prediction="A third fewer returns.")
    vote(ballot, mona(), "abstain")
    vote(ballot, sam(), "disagree", "Too many students.", prediction="Twice the returns.")
    vote(ballot, sam())
    blocked = vote(ballot, sofia(), "block", "They are all students.")
    block_answer(ballot=ballot, vote=blocked, actor=marco(), text="The third clause rules them out.")
    clock.move_to(ballot.closes_at)
    assert ballots_close_due() == 1
    return ballot


def test_the_count_stands_in_sentences_beside_the_rules(client: Client, clock: Any) -> None:
    response = outcome(client, a_rejected_ballot(clock))
    assert [side["sentences"] for side in response.context["counts"]] == [
        [
            "2 of 3 people voted; 2 were needed.",
            "1 of 1 cast votes agree (100 %); needed: two thirds.",
            "One person abstained.",
        ],
        [
            "2 of 3 people voted; 2 were needed.",
            "1 of 2 cast votes agree (50 %); needed: two thirds.",
            "Nobody settled the block of Sofia.",
        ],
    ]


def test_dissent_predictions_absent_and_changed_votes_stand_in_full(client: Client, clock: Any) -> None:
    text = outcome(client, a_rejected_ballot(clock)).content.decode()
    against = section(text, "Who was against it, and why")
    assert "They are all students." in against
    assert "The third clause rules them out." in against
    assert "Sam Okafor" not in against
    expected = section(text, "What people expected")
    assert "A third fewer returns." in expected
    assert "Twice the returns." not in expected
    absent = section(text, "Who did not vote")
    assert [name for name in ("Maya", "Rita", "Sam", "Sofia") if name in absent] == ["Maya", "Rita"]
    changed = section(text, "Votes that were changed")
    assert "Too many students." in changed
    assert "Twice the returns." in changed
    assert "Sofia" not in changed
    assert "Cast my vote" not in text


def test_a_ratified_ballot_has_nobody_against(client: Client) -> None:
    ballot = an_open_ballot()
    for person in (marco(), mona(), sam(), rita()):
        vote(ballot, person)
    text = outcome(client, ballot).content.decode()
    assert "Nobody." in section(text, "Who was against it, and why")
    assert "Both keys turned: both teams agreed to this text." in text
    assert ">Votes that were changed</h2>" not in text


def test_only_the_author_agreeing_is_said(client: Client, clock: Any) -> None:
    ballot = an_open_ballot()
    vote(ballot, maya())
    clock.move_to(ballot.closes_at)
    ballots_close_due()
    counts = outcome(client, ballot).context["counts"]
    assert counts[0]["sentences"][-1] == "Only the author agreed, who cannot carry a house alone."
    assert counts[1]["sentences"] == ["0 of 3 people voted; 2 were needed."]


def test_the_page_keeps_its_query_budget(
    client: Client, clock: Any, django_assert_max_num_queries: Any
) -> None:
    ballot = a_rejected_ballot(clock)
    client.force_login(marco())
    with django_assert_max_num_queries(QUERY_BUDGET):
        assert client.get(ballot.get_absolute_url()).status_code == 200
