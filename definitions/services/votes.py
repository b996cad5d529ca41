"""Voting: one person, one vote, in the house that was theirs when the ballot opened."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions import policies_ballots as policies
from definitions.models import Ballot, Choice, Vote, VoteHistory
from definitions.selectors.ballots import elector_of, votes_of
from definitions.services import announcing
from definitions.services.closing import locked_ballot, require_open, turn_keys
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User

NEEDS_REASON = (Choice.DISAGREE, Choice.BLOCK)


@transaction.atomic
def vote_cast(
    *,
    ballot: Ballot,
    actor: User,
    choice: str,
    fingerprint: str,
    round: int | None = None,
    reason: str = "",
    prediction: str = "",
) -> Vote:
    """Cast or change a vote; when it turns the second key, this act ratifies the version.

    `fingerprint` and `round` are those of the text that the voter read. Raises Conflict when the text
    has changed or the ballot has closed, Refused for people without a vote, Invalid for a missing reason.
    """
    ballot = locked_ballot(ballot)
    require_open(ballot)
    elector = elector_of(ballot, actor)
    voter = elector.person if elector else actor
    policies.may_vote(voter, ballot, elector).require()
    assert elector is not None
    if fingerprint != ballot.fingerprint or (round is not None and round != ballot.round):
        raise Conflict(
            _("The wording changed while you were reading, so your vote was not counted. Read it again.")
        )
    reason, prediction = reason.strip(), prediction.strip()
    if choice not in Choice.values:
        raise Invalid(_("Choose agree, disagree, block or abstain."), field="choice")
    if choice in NEEDS_REASON and not reason:
        raise Invalid(_("Say why: the others can only answer what they know."), field="reason")
    if ballot.kind == Ballot.Kind.RESTORE and choice != Choice.AGREE:
        raise Invalid(_("A restore is seconded, or left alone until it lapses."), field="choice")
    standing = votes_of(ballot).filter(person_id=voter.pk).first()
    if standing and (standing.choice, standing.reason, standing.prediction) == (choice, reason, prediction):
        return standing  # pressed twice: nothing new was said
    vote = _write(ballot, elector.pk, elector.house, voter, standing, choice, reason, prediction)
    audit.record("vote.cast", subject=ballot, actor=voter, after={"round": ballot.round})
    if choice == Choice.BLOCK:
        announcing.block_raised(ballot, vote)
    turn_keys(ballot, actor=voter)
    return vote


def _write(
    ballot: Ballot,
    elector_id: int,
    house: str,
    voter: User,
    standing: Vote | None,
    choice: str,
    reason: str,
    prediction: str,
) -> Vote:
    said = {
        "house": house,
        "round": ballot.round,
        "fingerprint": ballot.fingerprint,
        "choice": choice,
        "reason": reason,
        "prediction": prediction,
        "cast_at": timezone.now(),
    }
    vote = standing or Vote(ballot=ballot, elector_id=elector_id, person=voter)
    for name, value in said.items():
        setattr(vote, name, value)
    # A new word is a new matter: an answer to the old one does not answer it.
    vote.block_answer, vote.block_answered_by, vote.block_answered_at = "", None, None
    vote.save()
    VoteHistory.objects.create(ballot=ballot, person=voter, **said)
    return vote


def _block_of(ballot: Ballot, vote: Vote) -> Vote:
    found = votes_of(ballot).filter(pk=vote.pk).first()
    if found is None or found.choice != Choice.BLOCK:
        raise Conflict(_("%(name)s no longer blocks.") % {"name": vote.person})
    return found


@transaction.atomic
def block_answer(*, ballot: Ballot, vote: Vote, actor: User, text: str) -> Vote:
    """Answer a block in words. It stays unanswered until the person who blocked says that this settles it."""
    ballot = locked_ballot(ballot)
    require_open(ballot)
    has_voted = votes_of(ballot).filter(person_id=actor.pk).exists()
    # Before anything about the vote is said: to who has not voted it is still a secret.
    policies.may_see_results(ballot, has_voted).require()
    vote = _block_of(ballot, vote)
    policies.may_answer_block(actor, ballot, vote, has_voted).require()
    if vote.block_answered_at:
        raise Conflict(_("%(name)s has already settled this block.") % {"name": vote.person})
    text = text.strip()
    if not text:
        raise Invalid(_("Write the answer first."), field="text")
    vote.block_answer, vote.block_answered_by = text, actor
    vote.save(update_fields=["block_answer", "block_answered_by"])
    entry = audit.record("block.answered", subject=ballot, actor=actor)
    announcing.block_answered(ballot, vote, str(entry.pk))
    return vote


@transaction.atomic
def block_settle(*, ballot: Ballot, vote: Vote, actor: User) -> Vote:
    """The person who blocked takes the answer: the block no longer holds the key. It may turn by this."""
    ballot = locked_ballot(ballot)
    require_open(ballot)
    if vote.person_id != actor.pk:
        policies.may_settle_block(actor, ballot, vote).require()
    vote = _block_of(ballot, vote)
    policies.may_settle_block(actor, ballot, vote).require()
    vote.block_answered_at = timezone.now()
    vote.save(update_fields=["block_answered_at"])
    audit.record("block.settled", subject=ballot, actor=actor)
    turn_keys(ballot, actor=actor)
    return vote
