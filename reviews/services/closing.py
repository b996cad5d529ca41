"""The close: nothing undecided, numbers frozen, minutes written, what is left carried over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions.services.reviewing import clause_reviewed, definition_reviewed
from portal.common import audit
from portal.common.bells import ring_on_commit
from portal.common.errors import Conflict
from portal.common.models import User
from portal.common.selectors import workspace_zone
from reviews import policies
from reviews.evidence.agenda import frozen_numbers
from reviews.evidence.slips import frozen_slips
from reviews.minutes import minutes_of
from reviews.models import AgendaItem, Meeting, Verdict
from reviews.selectors.meetings import (
    actions_of_meeting,
    carried_actions_of,
    items_of,
    later_meeting,
    participations_of,
    undecided_of,
)
from reviews.services.backlog import item_carry, last_position
from reviews.services.inviting import send_minutes
from reviews.services.occurrences import keep_ahead
from reviews.services.timing import time_spend
from reviews.states import MEETING
from reviews.tasks import keep_reviews_ready
from reviews.words import hour_words


@transaction.atomic
def meeting_close(*, meeting: Meeting, actor: User) -> Meeting:
    """Close the meeting. `Conflict` names the items that still need an outcome.

    The numbers of the period are frozen, the minutes are written and sent, deferred items go to the next
    agenda. Open actions need no carrying: every agenda of the series lists them until they are ended.
    """
    policies.may_run(actor).require()
    meeting = _held(meeting)
    policies.may_run_meeting(actor, meeting).require()
    if undecided := undecided_of(items_of(meeting)):
        names = ", ".join(f"“{item.title}”" for item in undecided)
        raise Conflict(_("These items still need an outcome: %(names)s.") % {"names": names})
    now = timezone.now()
    time_spend(meeting, now)
    items = items_of(meeting)
    numbers = {**frozen_numbers(meeting), "slips": frozen_slips(meeting)}
    keep_ahead(meeting.series, now)
    following = later_meeting(meeting)
    minutes = minutes_of(
        meeting,
        items=items,
        participations=participations_of(meeting),
        actions=actions_of_meeting(meeting),
        open_before=carried_actions_of(meeting),
        numbers=numbers,
        closed_at=now,
        closed_by=actor,
        following=following,
    )
    MEETING.apply(
        meeting,
        "close",
        closed_at=now,
        closed_by=actor,
        numbers=numbers,
        minutes=minutes,
        current_item=None,
        current_since=None,
        too_late=_("Somebody has closed this meeting already."),
    )
    if following:
        carry_to_next(items, following)
    _count_as_reviewed(meeting, items, now)
    send_minutes(meeting)
    audit.record(
        "meeting.closed",
        subject=meeting,
        actor=actor,
        after={"outcomes": sum(1 for item in items if item.decision), "items": len(items)},
    )
    ring_on_commit(keep_reviews_ready)
    return meeting


def _held(meeting: Meeting) -> Meeting:
    """The meeting as it stands, held for this transaction; `Conflict` says who has closed it already."""
    # First the lock, then the row: what PostgreSQL joins to a row that it had to wait for is of before.
    Meeting.objects.select_for_update().get(pk=meeting.pk)
    rows = Meeting.objects.select_related("series__definition__active_version", "closed_by")
    held = rows.get(pk=meeting.pk)
    if held.closed_at:
        values = {"who": held.closed_by, "when": hour_words(held.closed_at, held.series.time_zone)}
        raise Conflict(_("%(who)s closed this meeting on %(when)s. Its minutes are below.") % values)
    return held


def _count_as_reviewed(meeting: Meeting, items: list[AgendaItem], now: datetime) -> None:
    """Somebody has looked: the definition is as fresh as this meeting, and so is each clause decided on."""
    day = now.astimezone(workspace_zone()).date()
    definition = meeting.series.definition
    decided = [(item, item.decision) for item in items if item.decision]
    looked_at = [(item, outcome) for item, outcome in decided if outcome.verdict != Verdict.DEFER]
    if looked_at:
        definition_reviewed(definition=definition, on=day)
    for item, outcome in looked_at:
        if item.criterion_key:
            clause_reviewed(definition=definition, key=item.criterion_key, on=day, again_on=outcome.review_on)


def carry_to_next(items: list[AgendaItem], following: Meeting) -> None:
    """What was deferred, or not reached, stands on the next agenda; it says where it came from.

    Standing items (results, promises) are not carried: every agenda has its own.
    """
    left = [
        item
        for item in items
        if item.status == AgendaItem.Status.DEFERRED
        or (item.status == AgendaItem.Status.WAITING and item.added_by_id)
    ]
    # Whoever prepares that agenda at this moment comes first or second, and writes no item beside ours.
    following = Meeting.objects.select_for_update(of=("self",)).get(pk=following.pk)
    known = {item.source_key: item for item in following.items.all()}
    position = last_position(following)
    for item in left:
        if there := known.get(item.source_key):
            AgendaItem.objects.filter(pk=there.pk).update(carried_from=item)
            continue
        position += 1
        item_carry(item, to=following, position=position)
