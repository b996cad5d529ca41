"""Who may read, run and take part in reviews; every no says why."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.common.decisions import ALLOW, Decision, deny
from portal.common.models import HOUSES, Team, User
from reviews.models import Action, AgendaItem, BacklogItem, Meeting, MeetingStatus, Series


def may_read(user: User) -> Decision:
    """Reviews are open to both houses and to revenue operations, whoever sits in them."""
    if not user.is_active:
        return deny(_("Your account is deactivated."))
    if user.team == Team.NONE and not user.is_administrator:
        return deny(_("You are in no team. Reviews are read by marketing, sales and revenue operations."))
    return ALLOW


def may_run(user: User) -> Decision:
    """Schedule reviews, run the meeting, record what it decided."""
    decision = may_read(user)
    if decision and not (user.is_manager or user.team == Team.REVENUE_OPERATIONS):
        return deny(_("Reviews are scheduled and run by managers and by revenue operations."))
    return decision


def may_manage_workspace_feed(user: User) -> Decision:
    if not user.is_administrator:
        return deny(_("Only an administrator can renew or stop the address of the workspace’s calendar."))
    return ALLOW


def may_run_meeting(user: User, meeting: Meeting) -> Decision:
    decision = may_run(user)
    if decision and meeting.status in (MeetingStatus.CLOSED, MeetingStatus.CANCELLED):
        return deny(_("This meeting is over."))
    return decision


def may_take_part(user: User, meeting: Meeting) -> Decision:
    """Add items, notes and actions: whoever is invited, and whoever may run it."""
    if meeting.status == MeetingStatus.CLOSED:
        return deny(_("This meeting is closed. Its minutes stay as they are."))
    if meeting.status == MeetingStatus.CANCELLED:
        return deny(_("This meeting was cancelled."))
    if may_run(user):
        return ALLOW
    decision = may_read(user)
    if decision and not is_invited(user, meeting):
        return deny(_("You are not invited to this review. You may read it."))
    return decision


def may_reply(user: User, meeting: Meeting) -> Decision:
    if meeting.status != MeetingStatus.SCHEDULED:
        return deny(_("Replies are taken until the meeting is opened."))
    if not is_invited(user, meeting):
        return deny(_("You are not invited to this review."))
    return ALLOW


def may_answer_pulse(user: User, meeting: Meeting) -> Decision:
    """The people of both houses, invited or not, until the meeting is opened: then the answers are shown."""
    if meeting.status != MeetingStatus.SCHEDULED:
        return deny(_("This review has begun, and its answers are counted. The next one asks again."))
    if not user.is_active or user.team not in HOUSES:
        return deny(_("The pulse asks the people of marketing and sales."))
    return ALLOW


def may_be_present(user: User, meeting: Meeting) -> Decision:
    """Say of oneself “I am here”."""
    if meeting.status != MeetingStatus.OPEN:
        return deny(_("The meeting is not open."))
    if not is_invited(user, meeting):
        return deny(_("You are not invited to this review."))
    return ALLOW


def may_say_confidence(user: User, meeting: Meeting) -> Decision:
    if meeting.status != MeetingStatus.OPEN:
        return deny(_("The closing round is held while the meeting is open."))
    if not is_invited(user, meeting):
        return deny(_("The closing round is for those who are invited."))
    return ALLOW


def may_decide_item(user: User, item: AgendaItem) -> Decision:
    """Outcomes are recorded in the meeting, by those who run it."""
    if item.meeting.status == MeetingStatus.SCHEDULED:
        return deny(_("The meeting is not open yet. Outcomes are recorded in the room."))
    return may_run_meeting(user, item.meeting)


def may_defer_ahead(user: User, item: AgendaItem) -> Decision:
    """Before the meeting: defer an item to the next one, or bring it back."""
    if item.meeting.status == MeetingStatus.OPEN:
        return deny(_("The meeting is open: what is deferred to the next one is decided in the room."))
    return may_take_part(user, item.meeting)


def may_add_to_backlog(user: User, series: Series) -> Decision:
    """Anyone who reads reviews may say what should be talked about, invited or not."""
    decision = may_read(user)
    if decision and series.ended_at:
        return deny(_("This review has ended. It has no next agenda."))
    return decision


def may_remove_from_backlog(user: User, row: BacklogItem) -> Decision:
    if row.added_by_id == user.pk and user.is_active:
        return ALLOW
    if not may_run(user):
        return deny(_("Only %(who)s or a manager can take this off.") % {"who": row.added_by})
    return ALLOW


def may_correct(user: User, meeting: Meeting) -> Decision:
    """Put right what the minutes of a closed meeting say. It stands beside them, marked as late."""
    if meeting.status != MeetingStatus.CLOSED:
        return deny(_("There are no minutes to correct before the meeting is closed."))
    return may_run(user)


def may_end_action(user: User, action: Action) -> Decision:
    if action.owner_id == user.pk and user.is_active:
        return ALLOW
    if not may_run(user):
        return deny(_("Only %(owner)s or a manager can end this action.") % {"owner": action.owner})
    return ALLOW


def is_invited(user: User, meeting: Meeting) -> bool:
    return user.is_active and any(each.person_id == user.pk for each in meeting.participations.all())
