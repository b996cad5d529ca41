"""Who may propose, vote, amend, withdraw, and answer a block. Each answer carries its reason."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from definitions.models import Ballot, BallotStatus, Choice, Elector, Version, VersionStatus, Vote
from definitions.policies import may_draft
from portal.common.decisions import ALLOW, Decision, deny
from portal.common.models import User


def may_propose(user: User, version: Version) -> Decision:
    """Anyone who may draft may propose: what counts is who agrees."""
    if version.status != VersionStatus.DRAFT:
        return deny(_("%(version)s is no longer a draft.") % {"version": version})
    return may_draft(user)


def may_vote(user: User, ballot: Ballot, elector: Elector | None) -> Decision:
    """The right to vote is the one frozen at the opening, whatever team the person is in today."""
    if not user.is_active:
        return deny(_("Your account is deactivated, so you cannot vote."))
    if elector is None:
        return deny(
            _("You were in neither house when this ballot opened on %(day)s, so you have no vote in it.")
            % {"day": date_format(ballot.opened_at, "j F Y")}
        )
    return ALLOW


def is_author(user: User, ballot: Ballot) -> bool:
    return user.pk in (ballot.opened_by_id, ballot.version.created_by_id)


def may_withdraw(user: User, ballot: Ballot) -> Decision:
    if ballot.status != BallotStatus.OPEN:
        return deny(_("This ballot has closed."))
    if not user.is_active or not (is_author(user, ballot) or user.is_manager):
        return deny(_("Only the author or a manager can withdraw a proposal."))
    return ALLOW


def may_amend(user: User, ballot: Ballot) -> Decision:
    if ballot.status != BallotStatus.OPEN:
        return deny(_("This ballot has closed. Start a new draft to change the wording."))
    if ballot.kind != Ballot.Kind.ADOPTION:
        return deny(_("This text stands as it is: it can be voted on or withdrawn, not changed."))
    if not (is_author(user, ballot) or user.is_manager):
        return deny(_("Only the author or a manager can change a proposal that is being voted on."))
    return may_draft(user)


def may_recount(user: User, ballot: Ballot) -> Decision:
    """Have the numbers of an open ballot counted again."""
    if ballot.status != BallotStatus.OPEN:
        return deny(_("This ballot has closed: the numbers that were voted on stay as they are."))
    if not ballot.slip:
        return deny(_("No numbers were kept with this ballot."))
    return may_draft(user)


def may_see_results(ballot: Ballot, has_voted: bool) -> Decision:
    """Nobody is swayed by the others: how they voted shows after one's own vote, and to all at the close."""
    # Of a restore everybody knows who asked for it, and there is nothing else to see.
    if ballot.status != BallotStatus.OPEN or has_voted or ballot.kind == Ballot.Kind.RESTORE:
        return ALLOW
    return deny(_("How others voted shows once you have voted, and to everybody when the ballot closes."))


def may_answer_block(user: User, ballot: Ballot, vote: Vote, has_voted: bool) -> Decision:
    # First of all: whether there is a block at this vote is itself a result.
    may_see = may_see_results(ballot, has_voted)
    if not may_see:
        return may_see
    if ballot.status != BallotStatus.OPEN or vote.choice != Choice.BLOCK:
        return deny(_("There is no block to answer."))
    if vote.person_id == user.pk:
        return deny(_("Somebody else answers your block; you then say whether that settles it."))
    return may_draft(user)


def may_settle_block(user: User, ballot: Ballot, vote: Vote) -> Decision:
    # Before anything about the vote is said: to others it may still be a secret.
    if vote.person_id != user.pk:
        return deny(_("Only the person who blocks can say that it is settled."))
    if ballot.status != BallotStatus.OPEN or vote.choice != Choice.BLOCK or vote.block_answered_at:
        return deny(_("There is no block to settle."))
    if not vote.block_answer:
        return deny(_("Nobody has answered your block yet."))
    return ALLOW
