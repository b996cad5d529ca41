"""Who may draft, comment and answer. Ballots have theirs in `policies_ballots`."""

from __future__ import annotations

from django.utils.translation import gettext as _

from definitions.models import Comment, DraftStep, Version, VersionStatus
from portal.common.decisions import ALLOW, Decision, deny
from portal.common.models import HOUSES, Team, User


def may_draft(user: User) -> Decision:
    """Start drafts, import definitions, keep personas: everyone with a team, for it is both sides’."""
    if not user.is_active:
        return deny(_("Your account is deactivated."))
    if user.team == Team.NONE:
        return deny(_("You are in no team. People of marketing, sales and revenue operations draft."))
    return ALLOW


def may_edit_version(user: User, version: Version) -> Decision:
    if version.status != VersionStatus.DRAFT:
        return deny(
            _("%(version)s is no longer a draft. Start a new draft from it to change the wording.")
            % {"version": version}
        )
    return may_draft(user)


def may_undo(user: User, step: DraftStep) -> Decision:
    """Everyone takes back what they did themselves; what others did is changed by an edit."""
    if step.actor_id != user.pk:
        return deny(_("%(person)s did this, and can undo it.") % {"person": step.actor})
    return may_edit_version(user, step.version)


def may_discard(user: User, version: Version) -> Decision:
    decision = may_edit_version(user, version)
    if decision and version.created_by_id != user.pk and not user.is_manager:
        return deny(_("Only the person who started this draft, or a manager, can discard it."))
    return decision


def may_comment(user: User, version: Version) -> Decision:
    if version.status not in (VersionStatus.DRAFT, VersionStatus.PROPOSED):
        return deny(_("The discussion of this version is over. Comment on a draft instead."))
    if not user.is_active or user.team == Team.NONE:
        return deny(_("You are in no team. People of marketing, sales and revenue operations comment."))
    return ALLOW


def may_resolve_comment(user: User, comment: Comment) -> Decision:
    """A concern is settled by the one who raised it, or by a manager: not by the author it hinders."""
    decision = may_comment(user, comment.version)
    is_its_author = comment.author_id == user.pk
    if decision and comment.kind == Comment.Kind.CONCERN and not is_its_author and not user.is_manager:
        return deny(_("Only %(author)s or a manager can settle this concern.") % {"author": comment.author})
    return decision


def may_answer(user: User) -> Decision:
    """The two questions are asked of everyone who works with leads."""
    if not user.is_active or user.team == Team.NONE:
        return deny(_("You are in no team, so the two questions are not asked of you."))
    return ALLOW


def may_ask_reps(user: User) -> Decision:
    """Remind those in sales who have not answered: whoever may draft, since the draft waits for them."""
    return may_draft(user)


def may_set_review_period(user: User) -> Decision:
    """How often both sides look at the agreement is written by a manager of either."""
    if not user.is_active or not user.is_manager:
        return deny(_("How often the definition is reviewed is set by managers."))
    return ALLOW


def may_set_promise(user: User, house: str) -> Decision:
    """Each side’s manager speaks for that side; managers of neither house keep both in order."""
    if not user.is_active or not user.is_manager:
        return deny(_("What a side promises is written by its managers."))
    if user.team in HOUSES and user.team != house:
        return deny(_("You speak for your own side. The other side’s managers write what it promises."))
    return ALLOW
