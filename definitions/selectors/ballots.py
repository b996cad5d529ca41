"""Reads of ballots: the tally as it stands, who has voted, and what is due to close."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from definitions.models import Ballot, BallotStatus, Elector, Vote, VoteHistory
from definitions.tally import ElectorFact, HouseTally, Rules, VoteFact, house_tally
from portal.common.models import User


def ballots_visible_to(user: User) -> QuerySet[Ballot]:
    """Everyone who is signed in may see every ballot; how people voted is another question."""
    if not user.is_active:
        return Ballot.objects.none()
    return Ballot.objects.select_related("version__definition", "version__created_by", "opened_by")


def ballots_with_turnout(user: User) -> QuerySet[Ballot]:
    """For lists: `eligible` and `voted`, open ones first, the one that closes next on top."""
    return (
        ballots_visible_to(user)
        .annotate(
            eligible=Count("electors", distinct=True),
            voted=Count("votes", filter=Q(votes__round=F("round")), distinct=True),
        )
        .order_by(F("closed_at").desc(nulls_first=True), "closes_at", "-id")
    )


def rules_of(ballot: Ballot) -> Rules:
    return Rules(ballot.quorum_percent, ballot.agree_numerator, ballot.agree_denominator)


def electors_of(ballot: Ballot) -> QuerySet[Elector]:
    return Elector.objects.filter(ballot=ballot).select_related("person").order_by("house", "person__name")


def elector_of(ballot: Ballot, person: User) -> Elector | None:
    """The person's right to vote, with the person as they stand in the database now."""
    return electors_of(ballot).filter(person_id=person.pk).first()


def votes_of(ballot: Ballot) -> QuerySet[Vote]:
    """The votes that count: of the present round, on the present fingerprint."""
    return (
        Vote.objects.filter(ballot=ballot, round=ballot.round, fingerprint=ballot.fingerprint)
        .select_related("person", "block_answered_by")
        .order_by("house", "cast_at", "id")
    )


def history_of_person(ballot: Ballot, person: User) -> QuerySet[VoteHistory]:
    """What the person said in this ballot, newest first, earlier rounds included."""
    return VoteHistory.objects.filter(ballot=ballot, person=person).order_by("-cast_at", "-id")


def tally_of(ballot: Ballot) -> dict[str, HouseTally]:
    """The count, from the rows, as they stand now. Two queries."""
    return count(list(electors_of(ballot)), list(votes_of(ballot)), rules_of(ballot))


def count(electors: list[Elector], votes: list[Vote], rules: Rules) -> dict[str, HouseTally]:
    return house_tally(
        [ElectorFact(row.person_id, row.house, row.is_author) for row in electors],
        [
            VoteFact(
                row.person_id, row.choice, row.block_answered_at is not None, row.person.get_short_name()
            )
            for row in votes
        ],
        rules,
    )


def ballots_due(now: datetime) -> QuerySet[Ballot]:
    """Open ballots whose time is up."""
    return Ballot.objects.filter(status=BallotStatus.OPEN, closes_at__lte=now).order_by("closes_at")


def ballots_to_recount() -> QuerySet[Ballot]:
    """Open ballots, with what it takes to count their slip again; the one counted longest ago first."""
    open_now = Ballot.objects.filter(status=BallotStatus.OPEN).exclude(kind=Ballot.Kind.RESTORE)
    open_now = open_now.select_related("version__definition")
    return open_now.order_by(F("slip_asked_at").asc(nulls_first=True), "pk")


def oldest_ballot_due(now: datetime) -> datetime | None:
    return ballots_due(now).values_list("closes_at", flat=True).first()


def open_ballots(person: User) -> QuerySet[Any]:
    """All that are open, next to close first; `is_owed` says whether this person's vote is missing."""
    owed = Elector.objects.filter(ballot=OuterRef("pk"), person=person, votes=None)
    open_now = ballots_visible_to(person).filter(status=BallotStatus.OPEN)
    return open_now.annotate(is_owed=Exists(owed)).order_by("closes_at")
