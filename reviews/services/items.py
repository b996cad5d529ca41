"""The agenda in the room: items, notes, outcomes."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User
from reviews import policies
from reviews.models import AgendaItem, ItemKind, ItemOutcome, Meeting, Verdict
from reviews.selectors.meetings import items_of
from reviews.services.backlog import last_position, written_by_hand
from reviews.services.deciding import check_outcome, outcome_of, outcome_write, require_seen
from reviews.services.meetings import hold_for_taking_part
from reviews.services.timing import room_goes_to
from reviews.states import ITEM


class StaleNotes(Conflict):
    """Someone saved notes after you began. `item` is the row as it stands; nothing of yours is stored."""

    def __init__(self, sentence: str, item: AgendaItem) -> None:
        super().__init__(sentence)
        self.item = item


@transaction.atomic
def item_add(
    *, meeting: Meeting, actor: User, title: str, minutes: int = 5, needs_outcome: bool = False
) -> AgendaItem:
    """Put something else on the agenda, at its end."""
    written = written_by_hand(title, minutes)
    meeting = hold_for_taking_part(meeting, actor)
    item = AgendaItem.objects.create(
        meeting=meeting,
        source_key=f"free:{uuid4().hex}",
        kind=ItemKind.FREE,
        needs_outcome=needs_outcome,
        position=last_position(meeting) + 1,
        added_by=actor,
        **written,
    )
    audit.record("item.added", subject=item, actor=actor, after={"meeting": meeting.pk})
    return item


@transaction.atomic
def item_move(*, item: AgendaItem, actor: User, is_up: bool) -> None:
    """One place up or down."""
    meeting = hold_for_taking_part(item.meeting, actor)
    items = items_of(meeting)
    place = next((number for number, each in enumerate(items) if each.pk == item.pk), None)
    if place is None:
        raise Conflict(_("This item is not on the agenda any more."))
    other = place - 1 if is_up else place + 1
    if 0 <= other < len(items):
        items[place], items[other] = items[other], items[place]
    for position, each in enumerate(items, start=1):
        each.position = position
    AgendaItem.objects.bulk_update(items, ["position"])
    audit.record("item.moved", subject=item, actor=actor, after={"up": is_up})


@transaction.atomic
def item_take_up(*, item: AgendaItem, actor: User) -> None:
    """Make this the item that everyone's screen shows; what was done or deferred is open again."""
    policies.may_decide_item(actor, item).require()
    held = hold_for_taking_part(item.meeting, actor)
    room_goes_to(held, item, timezone.now())
    if item.status != AgendaItem.Status.WAITING and not outcome_of(item):
        ITEM.apply(item, "take_up")
    audit.record("item.taken_up", subject=item, actor=actor)


@transaction.atomic
def item_finish(*, item: AgendaItem, actor: User) -> None:
    """Talked about: on to the next one. An item that needs an outcome is finished by its outcome."""
    _leave(item, actor, "finish", "item.finished")


@transaction.atomic
def item_defer(*, item: AgendaItem, actor: User) -> None:
    """To the next meeting. An item that needs an outcome is deferred by one, with a reason."""
    _leave(item, actor, "defer", "item.deferred")


def _leave(item: AgendaItem, actor: User, verb: str, audited: str) -> None:
    policies.may_decide_item(actor, item).require()
    if item.needs_outcome:
        raise Invalid(_("This item needs an outcome: keep, amend, replace or defer it."), field="verdict")
    held = hold_for_taking_part(item.meeting, actor)
    ITEM.apply(item, verb)
    audit.record(audited, subject=item, actor=actor)
    _take_up_next(held, item)


def _take_up_next(meeting: Meeting, item: AgendaItem) -> None:
    """Where the room is at this item: the next waiting one, else the first that waits, else none."""
    if meeting.current_item_id != item.pk:
        return
    items = items_of(meeting)
    place = next((number for number, each in enumerate(items) if each.pk == item.pk), None)
    if place is None:
        raise Conflict(_("This item is not on the agenda any more."))
    following = [*items[place + 1 :], *items[:place]]
    waiting = next((each for each in following if each.status == AgendaItem.Status.WAITING), None)
    room_goes_to(meeting, waiting, timezone.now())


@transaction.atomic
def item_note(*, item: AgendaItem, actor: User, text: str, edit_number: int) -> AgendaItem:
    """Save the notes of an item. `edit_number` is the one the edit started from; else `StaleNotes` (409)."""
    hold_for_taking_part(item.meeting, actor)
    saved = AgendaItem.objects.filter(pk=item.pk, notes_edit_number=edit_number).update(
        notes=text.strip(), noted_by=actor, notes_edit_number=F("notes_edit_number") + 1
    )
    current = AgendaItem.objects.select_related("meeting__series", "noted_by").get(pk=item.pk)
    if not saved:
        raise StaleNotes(
            _("Someone saved these notes while you were writing. Both texts are below."), current
        )
    audit.record("item.noted", subject=current, actor=actor, after={"edit": current.notes_edit_number})
    return current


@transaction.atomic
def item_decide(
    *,
    item: AgendaItem,
    actor: User,
    verdict: str,
    reason: str = "",
    owner: User | None = None,
    review_on: date | None = None,
    edit_number: int = 0,
) -> ItemOutcome:
    """Record what the meeting decided. Amend and replace open a draft; one draft serves the whole meeting.

    Everything but keep needs a reason. Until the close an outcome can be changed by deciding again:
    `edit_number` is that of the outcome that the decider saw, 0 for none, else `Conflict` (409).
    """
    policies.may_decide_item(actor, item).require()
    check_outcome(verdict=verdict, reason=reason, review_on=review_on)
    held = hold_for_taking_part(item.meeting, actor)
    before = outcome_of(item)
    reason, owner = reason.strip(), owner or actor
    said = (verdict, reason, owner.pk, review_on)
    if before and said == (before.verdict, before.reason, before.owner_id, before.review_on):
        return before  # pressed twice, or by two people who say the same
    require_seen(before, edit_number)
    outcome = outcome_write(
        item=item, actor=actor, verdict=verdict, reason=reason, owner=owner, review_on=review_on
    )
    verb = "defer" if verdict == Verdict.DEFER else "finish"
    if item.status != ITEM.moves[verb].target:
        ITEM.apply(item, verb)
    audit.record(
        "item.decided",
        subject=item,
        actor=actor,
        before={"verdict": before.verdict} if before else {},
        after={"verdict": verdict, "draft": outcome.draft.number if outcome.draft else None},
        note=reason,
    )
    _take_up_next(held, item)
    return outcome
