"""What a closed ballot leaves behind: the count against its rules, the dissent, what people expect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet

from definitions.ballot_words import count_sentences
from definitions.models import Ballot, BallotStatus, Choice, Version, Vote, VoteHistory
from definitions.selectors.ballot_view import slip_instant
from definitions.selectors.ballots import rules_of, tally_of
from definitions.tally import HOUSES
from portal.common.models import User


def ballot_outcome(ballot: Ballot, said: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """For the page of a closed ballot. `said` are the entries of `ballot_view`, in full.

    The sentences are recounted from the rows; the keyholes beside them were frozen at the close.
    """
    said, rules, tally = list(said), rules_of(ballot), tally_of(ballot)
    return {
        "counts": [{"house": house, "sentences": count_sentences(tally[house], rules)} for house in HOUSES],
        "against": [entry for entry in said if entry["is_dissent"]],
        "agreeing": [entry for entry in said if entry["vote"].choice == Choice.AGREE],
        "abstaining": [entry for entry in said if entry["vote"].choice == Choice.ABSTAIN],
        "predictions": [entry["vote"] for entry in said if entry["vote"].prediction],
        "changed": changed_votes(ballot),
    }


def expected_of(version: Version) -> dict[str, Any] | None:
    """The volume that the voters on this version were told to expect: see `expected_in`."""
    ballots = version.ballots.exclude(kind=Ballot.Kind.RESTORE).order_by("-opened_at", "-pk")
    slip: dict[str, Any] = ballots.values_list("slip", flat=True).first() or {}
    return expected_in(slip)


def expected_in(slip: dict[str, Any]) -> dict[str, Any] | None:
    """The volume that a slip foretells, a number of it; with `as_of`. None where it foretells none.

    `is_of_new_leads` says that it counts newly captured leads alone, not those known for longer.
    """
    found = slip.get("expected_weekly")
    if found is None:
        return None
    # Slips from before the two were told apart counted newly captured leads alone.
    return {"is_of_new_leads": True, **found, "as_of": slip_instant(slip)}


def predictions_on(version: Version) -> QuerySet[Vote]:
    """What the voters on this version foretold, in the vote that ratified it; by name."""
    votes = Vote.objects.filter(ballot__version=version, ballot__status=BallotStatus.RATIFIED)
    counted = votes.filter(round=F("ballot__round")).exclude(ballot__kind=Ballot.Kind.RESTORE)
    return counted.exclude(prediction="").select_related("person", "ballot").order_by("person__name", "pk")


def changed_votes(ballot: Ballot) -> list[dict[str, Any]]:
    """Everybody who said more than one thing, earlier rounds included: {"person", "house", "words"}, by name.

    `words` are rows of `VoteHistory` in order of time.
    """
    words: dict[User, list[VoteHistory]] = defaultdict(list)
    rows = VoteHistory.objects.filter(ballot=ballot).select_related("person").order_by("cast_at", "id")
    for row in rows:
        words[row.person].append(row)
    changed = sorted((person for person in words if len(words[person]) > 1), key=lambda person: person.name)
    return [
        {"person": person, "house": words[person][-1].house, "words": words[person]} for person in changed
    ]
