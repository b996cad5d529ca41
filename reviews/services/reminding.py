"""Asking the owners of open actions: on the day they are due and each week after, once each, until they end.

Each action carries the instant of its next reminder (`Action.remind_at`), which moves on in the transaction
that owes the word: two workers ask once, and a week that nobody worked is not made up for.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.common import audit
from portal.common.models import Topic, User
from portal.common.notify import owe_notification
from reviews.cadence import instant_of
from reviews.models import Action
from reviews.selectors.reminders import actions_to_remind

ASKED_AT = time(8)  # in the owner's own zone
AGAIN_AFTER_DAYS = 7


def next_reminder(due_on: date, owner: User, now: datetime) -> datetime:
    """The first instant after `now` at which the owner of an action is asked about it."""
    zone = ZoneInfo(owner.time_zone)
    weeks = max(0, (now.astimezone(zone).date() - due_on).days) // AGAIN_AFTER_DAYS
    day = due_on + timedelta(days=weeks * AGAIN_AFTER_DAYS)
    at = instant_of(day, ASKED_AT, zone)
    return at if at > now else instant_of(day + timedelta(days=AGAIN_AFTER_DAYS), ASKED_AT, zone)


def actions_remind_due() -> int:
    """Ask everybody who is owed it; says how many. Safe to run twice, and at the same time."""
    now = timezone.now()
    return sum(_remind(action, now) for action in list(actions_to_remind(now)))


@transaction.atomic
def _remind(action: Action, now: datetime) -> bool:
    """Whether this call asked: whoever ends the action or asks meanwhile leaves no row to match."""
    row = Action.objects.filter(pk=action.pk, status=Action.Status.OPEN, remind_at=action.remind_at)
    if not row.update(remind_at=next_reminder(action.due_on, action.owner, now)):
        return False
    owe_notification(
        person=action.owner,
        key=f"review-action-due:{action.pk}:{action.remind_at:%Y-%m-%d}",
        sentence=_words(action, now),
        url=action.meeting.get_absolute_url() + "#actions",
        topic=Topic.REVIEWS,
    )
    audit.record("action.reminded", subject=action, actor=None, after={"owner": action.owner.email})
    return True


def _words(action: Action, now: datetime) -> str:
    days = (now.astimezone(ZoneInfo(action.owner.time_zone)).date() - action.due_on).days
    if days <= 0:
        return _("You promised this for today: %(text)s") % {"text": action.text}
    words = ngettext(
        "You promised this for yesterday: %(text)s", "You promised this for %(n)d days ago: %(text)s", days
    )
    return words % {"n": days, "text": action.text}
