"""Proposing, voting, closing: what moves, and what each refusal leaves as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from definitions.models import Ballot, Comment, Elector, Version, VoteHistory
from definitions.policies_ballots import may_propose
from definitions.selectors.ballots import oldest_ballot_due, open_ballots
from definitions.services.ballots import version_propose
from definitions.services.closing import ballots_close_due, version_withdraw
from definitions.services.votes import block_answer, block_settle
from definitions.signals import version_ratified
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry, Notification, OutgoingMail, Team, User, Workspace
from tests.builders import a_document, ada, an_active_version, marco, maya, mona, olga, rita, sam, sofia
from tests.definitions.ballot_stories import (
    SLIP,
    a_draft,
    an_open_ballot,
    both_houses,
    counted,
    fresh,
    vote,
)

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
AFTER_THE_CLOSE = datetime(2026, 5, 12, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def propose(version: Version, actor: User | None = None, **fields: Any) -> Ballot:
    return version_propose(version=version, actor=actor or maya(), statement="", slip=SLIP, **fields)


# -- proposing -----------------------------------------------------------------------------------------------


def test_proposing_freezes_text_rules_and_electorate() -> None:
    ballot = an_open_ballot()
    version = ballot.version
    assert (version.status, version.fingerprint) == ("proposed", ballot.fingerprint)
    assert version.document == ballot.document
    assert (ballot.quorum_percent, ballot.agree_numerator, ballot.agree_denominator) == (60, 2, 3)
    assert len(ballot.slip_hash) == 64
    assert ballot.closes_at == datetime(2026, 5, 11, 17, 0, tzinfo=UTC)  # five working days, end of work
    houses = dict(Elector.objects.filter(ballot=ballot).values_list("person__name", "house"))
    assert houses == {
        "Maya Lindqvist": "marketing",
        "Marco Ferri": "marketing",
        "Mona Haddad": "marketing",
        "Sam Okafor": "sales",
        "Sofia Petrova": "sales",
        "Rita Novak": "sales",
    }
    assert list(Elector.objects.filter(is_author=True).values_list("person__name", flat=True)) == [
        "Maya Lindqvist"
    ]
    assert Notification.objects.filter(key=f"ballot-opened:{ballot.pk}").count() == 6
    assert OutgoingMail.objects.filter(key__startswith=f"ballot-opened:{ballot.pk}:").count() == 6
    assert AuditEntry.objects.filter(verb="version.proposed").count() == 1


def test_later_settings_do_not_touch_an_open_ballot() -> None:
    ballot = an_open_ballot()
    Workspace.objects.update(quorum_percent=100, agree_numerator=1, agree_denominator=1)
    for person in (marco(), mona(), sam(), sofia()):
        vote(ballot, person)
    assert fresh(ballot).status == "ratified"


def refused_drafts() -> list[tuple[str, str]]:
    return [
        ("no clause", "There is no clause to vote on yet."),
        ("open concern", "Sam Okafor’s concern is still open: “Students.”"),
        ("nobody in sales", "Nobody is in sales yet"),
        ("author alone in marketing", "the author alone cannot carry a house"),
        ("same as the active one", "This says the same as MQL v1"),
        ("a rule nobody can read", "criteria"),
    ]


@pytest.mark.parametrize(("case", "sentence"), refused_drafts())
def test_a_draft_that_is_not_ready_is_refused(case: str, sentence: str) -> None:
    both_houses()
    if case == "same as the active one":
        an_active_version()
    document = a_document()
    if case == "no clause":
        document["criteria"] = []
    if case == "a rule nobody can read":
        document["criteria"][0]["rule"] = {"attribute": "lead.nothing", "is": "known"}
    version = a_draft(document)
    if case == "open concern":
        Comment.objects.create(version=version, kind="concern", text="Students.", author=sam())
    if case == "nobody in sales":
        User.objects.filter(team=Team.SALES).update(is_active=False)
    if case == "author alone in marketing":
        User.objects.filter(team=Team.MARKETING).exclude(pk=maya().pk).update(is_active=False)
    with pytest.raises(Invalid, match=sentence):
        propose(version)
    version.refresh_from_db()
    assert (version.status, version.document, Ballot.objects.count()) == ("draft", None, 0)


def test_a_resolved_concern_does_not_hinder() -> None:
    both_houses()
    version = a_draft()
    Comment.objects.create(
        version=version, kind="concern", text="Students.", author=sam(), resolved_at=MONDAY
    )
    assert propose(version).status == "open"


def test_olga_in_no_team_cannot_propose() -> None:
    both_houses()
    version = a_draft()
    with pytest.raises(Refused, match="You are in no team"):
        propose(version, olga())
    assert not may_propose(olga(), version)
    assert Ballot.objects.count() == 0


def test_one_proposal_at_a_time() -> None:
    an_open_ballot()
    second = a_draft(a_document(threshold=50))
    with pytest.raises(Conflict, match="MQL v1 is being voted on"):
        propose(second)


def test_a_draft_that_moved_on_is_not_proposed() -> None:
    both_houses()
    with pytest.raises(Conflict, match="The draft changed while you were reading it"):
        propose(a_draft(), fingerprint="0" * 64)


# -- voting --------------------------------------------------------------------------------------------------


def test_the_second_key_ratifies_by_that_act() -> None:
    heard: list[dict[str, Any]] = []

    def listen(sender: type, **said: Any) -> None:
        heard.append({"status": said["version"].status, "actor": said["actor"]})

    ballot = an_open_ballot()
    version_ratified.connect(listen)
    try:
        for person in (marco(), mona(), sam()):
            vote(ballot, person)
        assert (fresh(ballot).status, heard) == ("open", [])
        vote(ballot, sofia())
    finally:
        version_ratified.disconnect(listen)
    ballot = fresh(ballot)
    assert (ballot.status, ballot.version.status, ballot.closed_at) == ("ratified", "ratified", MONDAY)
    assert ballot.version.ratified_at == MONDAY
    assert heard == [{"status": "ratified", "actor": sofia()}]
    assert [house["agree"] for house in ballot.outcome["houses"]] == [2, 2]
    assert all(house["is_turned"] for house in ballot.outcome["houses"])
    assert Notification.objects.filter(key=f"ballot-closed:{ballot.pk}").count() == 6


def test_the_administrator_cannot_turn_a_key() -> None:
    ballot = an_open_ballot()
    with pytest.raises(Refused, match="You were in neither house"):
        vote(ballot, ada())
    assert counted(ballot) == {"marketing": 0, "sales": 0}


def test_the_author_and_an_abstention_do_not_carry_marketing() -> None:
    ballot = an_open_ballot()
    for person in (sam(), sofia(), maya()):
        vote(ballot, person)
    vote(ballot, marco(), "abstain")
    assert fresh(ballot).status == "open"
    vote(ballot, marco())
    assert fresh(ballot).status == "ratified"


@pytest.mark.parametrize("choice", ["disagree", "block"])
def test_a_no_needs_a_reason(choice: str) -> None:
    ballot = an_open_ballot()
    with pytest.raises(Invalid, match="Say why") as caught:
        vote(ballot, sam(), choice, reason="   ")
    assert caught.value.field == "reason"
    assert counted(ballot)["sales"] == 0


def test_a_vote_can_change_until_the_close_and_its_history_is_kept() -> None:
    ballot = an_open_ballot()
    vote(ballot, sam(), "disagree", "Too many students.")
    vote(ballot, sam(), "abstain")
    vote(ballot, sam(), "agree")
    assert counted(ballot)["sales"] == 1
    assert list(VoteHistory.objects.values_list("choice", "reason")) == [
        ("disagree", "Too many students."),
        ("abstain", ""),
        ("agree", ""),
    ]


def test_the_audit_trail_says_that_somebody_voted_and_not_how() -> None:
    ballot = an_open_ballot()
    vote(ballot, sam(), "disagree", "Too many students.")
    entry = AuditEntry.objects.get(verb="vote.cast")
    assert (entry.actor, entry.after, entry.note) == (sam(), {"round": 1}, "")


# -- blocks --------------------------------------------------------------------------------------------------


def test_a_block_holds_the_key_until_the_blocker_takes_the_answer() -> None:
    ballot = an_open_ballot()
    for person in (marco(), mona(), sam(), rita()):
        if person != rita():
            vote(ballot, person)
    blocked = vote(ballot, sofia(), "block", "Students!")
    vote(ballot, rita())
    assert fresh(ballot).status == "open"
    with pytest.raises(Refused, match="Nobody has answered"):
        block_settle(ballot=ballot, vote=blocked, actor=sofia())
    with pytest.raises(Refused, match="Somebody else answers your block"):
        block_answer(ballot=ballot, vote=blocked, actor=sofia(), text="Fine.")
    block_answer(ballot=ballot, vote=blocked, actor=marco(), text="They are disqualified by clause 3.")
    assert fresh(ballot).status == "open"
    with pytest.raises(Refused, match="Only the person who blocks can say"):
        block_settle(ballot=ballot, vote=blocked, actor=marco())
    block_settle(ballot=ballot, vote=blocked, actor=sofia())
    assert fresh(ballot).status == "ratified"
    assert Notification.objects.filter(person=sofia(), key__startswith="block-answered:").count() == 1


def test_who_has_not_voted_cannot_answer_a_block_since_votes_are_hidden() -> None:
    ballot = an_open_ballot()
    blocked = vote(ballot, sofia(), "block", "Students!")
    with pytest.raises(Refused, match="shows once you have voted"):
        block_answer(ballot=ballot, vote=blocked, actor=marco(), text="No.")
    assert Notification.objects.filter(key__startswith="block:").count() == 0


def test_blocking_anew_needs_a_new_answer() -> None:
    ballot = an_open_ballot()
    vote(ballot, marco())
    blocked = vote(ballot, sofia(), "block", "Students!")
    block_answer(ballot=ballot, vote=blocked, actor=marco(), text="They are out.")
    vote(ballot, sofia(), "block", "And competitors!")
    blocked.refresh_from_db()
    assert (blocked.block_answer, blocked.block_answered_by) == ("", None)
    vote(ballot, sofia(), "agree")
    with pytest.raises(Conflict, match="no longer blocks"):
        block_answer(ballot=ballot, vote=blocked, actor=marco(), text="They are out.")


# -- closing -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "votes", "status"),
    [
        ("nobody voted", {}, "lapsed"),
        ("sales without quorum", {"marco": "agree", "mona": "agree", "sam": "agree"}, "lapsed"),
        (
            "both quorate, sales against",
            {"marco": "agree", "mona": "agree", "sam": "agree", "sofia": "disagree"},
            "rejected",
        ),
        (
            "a block unanswered",
            {"marco": "agree", "mona": "agree", "sam": "agree", "sofia": "block", "rita": "agree"},
            "rejected",
        ),
    ],
)
def test_the_deadline_decides(case: str, votes: dict[str, str], status: str, clock: Any) -> None:
    people = {"marco": marco, "mona": mona, "sam": sam, "sofia": sofia, "rita": rita}
    ballot = an_open_ballot()
    for name, choice in votes.items():
        vote(ballot, people[name](), choice)
    assert ballots_close_due() == 0
    clock.move_to(AFTER_THE_CLOSE)
    assert oldest_ballot_due(AFTER_THE_CLOSE) == ballot.closes_at
    assert (ballots_close_due(), ballots_close_due()) == (1, 0)
    ballot = fresh(ballot)
    assert (ballot.status, ballot.version.status, ballot.version.ratified_at) == (status, status, None)
    assert len(ballot.outcome["houses"]) == 2


def test_the_author_or_a_manager_withdraws() -> None:
    ballot = an_open_ballot()
    vote(ballot, sam())
    with pytest.raises(Refused, match="Only the author or a manager"):
        version_withdraw(ballot=ballot, actor=sam())
    assert fresh(ballot).status == "open"
    version_withdraw(ballot=ballot, actor=rita())
    assert (fresh(ballot).status, fresh(ballot).version.status) == ("withdrawn", "withdrawn")
    assert counted(ballot)["sales"] == 1
    with pytest.raises(Conflict, match="This ballot has closed: MQL v1 is withdrawn"):
        version_withdraw(ballot=ballot, actor=rita())


def test_home_asks_those_whose_vote_is_missing() -> None:
    ballot = an_open_ballot()
    assert list(open_ballots(sam()).filter(is_owed=True)) == [ballot]
    vote(ballot, sam())
    assert list(open_ballots(sam()).filter(is_owed=True)) == []
    assert list(open_ballots(ada()).filter(is_owed=True)) == []
