"""What the ballot tests share: two houses of three, a proposed text, and a short way to vote."""

from __future__ import annotations

import copy
from typing import Any

from definitions.models import Ballot, Definition, Version, Vote
from definitions.selectors.ballots import tally_of
from definitions.services.ballots import version_propose
from definitions.services.drafts import draft_create
from definitions.services.votes import vote_cast
from portal.common.models import User
from tests.builders import a_document, marco, maya, mona, rita, sam, sofia

SLIP: dict[str, Any] = {
    "as_of": "2026-05-04T10:00:00Z",
    "qualified_draft": {"label": "Would qualify", "value": 12, "of": "of 80 leads", "lead_ids": [1, 2, 3]},
}


def both_houses() -> list[User]:
    return [maya(), marco(), mona(), sam(), sofia(), rita()]


def a_draft(document: dict[str, Any] | None = None, author: User | None = None) -> Version:
    return draft_create(
        definition=Definition.objects.get(stage="mql"),
        actor=author or maya(),
        document=document or a_document(),
    )


def an_open_ballot(document: dict[str, Any] | None = None) -> Ballot:
    """Maya proposes. Of three in each house two make the quorum."""
    both_houses()
    return version_propose(
        version=a_draft(document), actor=maya(), statement="Because it is time.", slip=SLIP
    )


def vote(ballot: Ballot, person: User, choice: str = "agree", reason: str = "", **fields: Any) -> Vote:
    here = {"fingerprint": ballot.fingerprint, "round": ballot.round, **fields}
    if choice in ("disagree", "block") and not reason:
        reason = "It lets students through."
    return vote_cast(ballot=ballot, actor=person, choice=choice, reason=reason, **here)


def fresh(ballot: Ballot) -> Ballot:
    return Ballot.objects.select_related("version__definition").get(pk=ballot.pk)


def with_threshold(ballot: Ballot, threshold: int) -> dict[str, Any]:
    return {**copy.deepcopy(ballot.document), "threshold": threshold}


def with_wording(ballot: Ballot, wording: str) -> dict[str, Any]:
    document = copy.deepcopy(ballot.document)
    document["criteria"][0]["wording"] = wording
    return document


def counted(ballot: Ballot) -> dict[str, int]:
    return {house: tally.voted for house, tally in tally_of(fresh(ballot)).items()}
