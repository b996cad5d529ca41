"""The ballot as one reader may see it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from definitions import policies_ballots as policies
from definitions.ballot_words import keyholes, rules_sentence
from definitions.criteria.catalogue import Catalogue
from definitions.criteria.wording import sentence_of_effect, sentence_of_rule
from definitions.drift import drifts
from definitions.models import Ballot, BallotStatus, Choice, Elector, Half, Vote
from definitions.selectors.ballots import count, electors_of, history_of_person, rules_of, votes_of
from definitions.selectors.vocabulary import catalogue
from portal.common.models import Team, User

Json = dict[str, Any]


def ballot_view(ballot: Ballot, reader: User) -> dict[str, Any]:
    """Everything that the ballot page shows. What the reader may not see yet is not in it at all."""
    electors = list(electors_of(ballot))
    votes = list(votes_of(ballot))
    elector = next((row for row in electors if row.person_id == reader.pk), None)
    mine = next((vote for vote in votes if vote.person_id == reader.pk), None)
    may_see = policies.may_see_results(ballot, mine is not None)
    rules = rules_of(ballot)
    holes = ballot.outcome.get("houses") or keyholes(count(electors, votes, rules), rules)
    is_open = ballot.status == BallotStatus.OPEN
    return {
        "ballot": ballot,
        "version": ballot.version,
        "is_open": is_open,
        "rules": ballot.outcome.get("rules") or rules_sentence(rules),
        "houses": holes if may_see else [_without_results(hole) for hole in holes],
        "results_hidden": not may_see,
        "may_see_results": may_see,
        "may_vote": policies.may_vote(reader, ballot, elector),
        "may_withdraw": policies.may_withdraw(reader, ballot),
        "may_amend": policies.may_amend(reader, ballot),
        "is_author": elector is not None and elector.is_author,
        "mine": mine,
        "my_history": list(history_of_person(ballot, reader)) if elector else [],
        "missing": missing(electors, votes),
        "said": [_said(ballot, vote, reader, mine is not None) for vote in votes] if may_see else [],
        "checks": checks_of(ballot),
        "slip": slip_lines(ballot.slip),
        "slip_as_of": slip_instant(ballot.slip),
        "drifts": drifts(ballot.slip, ballot.slip_now, ballot.drift_percent),
        "may_recount": policies.may_recount(reader, ballot),
    }


def _without_results(hole: dict[str, Any]) -> dict[str, Any]:
    hidden = {"cast", "agree", "disagree", "block", "abstain", "needs", "is_turned"}
    return {
        **{name: value for name, value in hole.items() if name not in hidden},
        "is_turned": False,
        "needs": "",
    }


def missing(electors: list[Elector], votes: list[Vote]) -> list[dict[str, Any]]:
    """Per house, who has not voted: names, never how anybody did."""
    voted = {vote.person_id for vote in votes}
    return [
        {
            "house": house,
            "people": [row.person for row in electors if row.house == house and row.person_id not in voted],
        }
        for house in (Team.MARKETING.value, Team.SALES.value)
    ]


def _said(ballot: Ballot, vote: Vote, reader: User, has_voted: bool) -> dict[str, Any]:
    is_block = vote.choice == Choice.BLOCK
    is_standing = is_block and not vote.block_answered_at and ballot.status == BallotStatus.OPEN
    return {
        "vote": vote,
        "is_dissent": vote.choice in (Choice.DISAGREE, Choice.BLOCK),
        "is_standing_block": is_standing,
        "may_answer": is_standing and policies.may_answer_block(reader, ballot, vote, has_voted),
        "may_settle": is_standing and policies.may_settle_block(reader, ballot, vote),
    }


def clauses_of(document: Json, changes: list[Json], known: Catalogue | None = None) -> list[dict[str, Any]]:
    """Both halves with their clauses in plain sentences; `changes` marks what is new or changed."""
    known = known or catalogue()
    kinds: dict[str, set[str]] = {}
    for change in changes:
        if change["is_material"]:
            kinds.setdefault(change["key"], set()).add(change["kind"])
    return [
        {
            "label": half.label,
            "minimum": document["minimums"].get(half.value),
            "cap": document["caps"].get(half.value),
            "criteria": [
                {
                    "key": item["key"],
                    "wording": item["wording"],
                    "rule": sentence_of_rule(item["rule"], known),
                    "effect": sentence_of_effect(item["effect"]),
                    "reason": item.get("reason", ""),
                    "basis": item.get("basis", ""),
                    "is_new": "added" in kinds.get(item["key"], ()),
                    "is_changed": bool(kinds.get(item["key"], set()) - {"added"}),
                }
                for item in document["criteria"]
                if item["half"] == half.value
            ],
        }
        for half in (Half.FIT, Half.BEHAVIOUR)
    ]


# PostgreSQL's jsonb does not keep the order of names, so the order of reading stands here.
SLIP_ORDER = (
    "qualified_now",
    "qualified_draft",
    "entering",
    "leaving",
    "leaving_worked",
    "queue_growth",
    "expected_weekly",
    "past_wins",
    "golden_broken",
)


def slip_lines(slip: Json) -> list[dict[str, Any]]:
    """The numbers of an impact slip in order: {"key", "label", "value", "of", "sentence", "ids"}.

    A slip holds its numbers by name; what else it holds is about itself.
    """
    named = [name for name, entry in slip.items() if isinstance(entry, dict) and "value" in entry]
    rank = {name: place for place, name in enumerate(SLIP_ORDER)}
    return [
        {
            "key": name,
            "label": slip[name]["label"],
            "value": slip[name]["value"],
            "of": slip[name].get("of") or "",
            "sentence": slip[name].get("sentence") or "",
            "ids": slip[name].get("lead_ids") or [],
        }
        for name in sorted(named, key=lambda name: (rank.get(name, len(rank)), name))
    ]


def checks_of(ballot: Ballot) -> list[Json]:
    """The required checks as they were passed: {"label", "note", "problems", "by" (a name), "at"}."""
    return [{**result, "at": datetime.fromisoformat(result["at"])} for result in ballot.checks]


def slip_instant(slip: Json) -> datetime | None:
    """As of when the slip was counted."""
    return datetime.fromisoformat(slip["as_of"]) if slip.get("as_of") else None
