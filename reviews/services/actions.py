"""What people promise in a review, and that they have done it."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common import audit
from portal.common.errors import Invalid
from portal.common.models import Topic, User
from portal.common.near_days import is_near
from portal.common.notify import owe_notification
from reviews import policies
from reviews.models import Action, AgendaItem, Meeting
from reviews.services.meetings import hold_for_taking_part
from reviews.services.reminding import next_reminder
from reviews.states import ACTION


@transaction.atomic
def action_add(
    *,
    meeting: Meeting,
    actor: User,
    text: str,
    owner: User,
    due_on: date,
    item: AgendaItem | None = None,
) -> Action:
    """Somebody promises something by a day. It carries over from agenda to agenda until it is ended."""
    if not text.strip():
        raise Invalid(_("Say what is to be done."), field="text")
    if due_on < timezone.localdate():
        raise Invalid(_("That day has passed already."), field="due_on")
    if not is_near(due_on, timezone.localdate()):
        # Its last instant would lie beyond the calendar, and the owner's home page could not say it.
        raise Invalid(_("Choose a day within ten years."), field="due_on")
    if not owner.is_active:
        raise Invalid(_("%(name)s has left. Choose somebody else.") % {"name": owner}, field="owner")
    hold_for_taking_part(meeting, actor)
    if item is not None and item.meeting_id != meeting.pk:
        raise Invalid(_("That item belongs to another meeting."))
    action = Action.objects.create(
        meeting=meeting,
        item=item,
        text=text.strip()[:300],
        owner=owner,
        due_on=due_on,
        remind_at=next_reminder(due_on, owner, timezone.now()),
        created_by=actor,
    )
    if owner.pk != actor.pk:
        owe_notification(
            person=owner,
            key=f"review-action:{action.pk}",
            sentence=_("%(who)s noted an action for you: %(text)s") % {"who": actor, "text": action.text},
            url=meeting.get_absolute_url() + "#actions",
            topic=Topic.REVIEWS,
        )
    audit.record(
        "action.added", subject=action, actor=actor, after={"owner": owner.email, "due_on": str(due_on)}
    )
    return action


@transaction.atomic
def action_end(*, action: Action, actor: User, is_done: bool = True) -> Action:
    """Done, or dropped. Also after the meeting: promises outlive it."""
    policies.may_end_action(actor, action).require()
    ACTION.apply(action, "finish" if is_done else "drop", ended_at=timezone.now(), remind_at=None)
    audit.record("action.done" if is_done else "action.dropped", subject=action, actor=actor)
    return action


@transaction.atomic
def action_reopen(*, action: Action, actor: User) -> Action:
    """Not done after all."""
    policies.may_end_action(actor, action).require()
    remind_at = next_reminder(action.due_on, action.owner, timezone.now())
    ACTION.apply(action, "reopen", ended_at=None, remind_at=remind_at)
    audit.record("action.reopened", subject=action, actor=actor)
    return action
