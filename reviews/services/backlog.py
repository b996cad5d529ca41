"""What has no meeting yet, and what a skipped meeting left over: both flow to the next agenda."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User
from reviews import policies
from reviews.models import AgendaItem, BacklogItem, ItemKind, Meeting, MeetingStatus, Series
from reviews.models.agenda import LONGEST_ITEM_MINUTES
from reviews.selectors.agenda_view import backlog_of
from reviews.selectors.meetings import AHEAD


def last_position(meeting: Meeting) -> int:
    """0 where nothing is on the agenda."""
    return meeting.items.aggregate(last=Max("position"))["last"] or 0


def written_by_hand(title: str, minutes: int) -> dict[str, Any]:
    """Title and minutes of an item as they are stored; `Invalid` without a title."""
    if not title.strip():
        raise Invalid(_("Say what this item is about."), field="title")
    return {
        "title": title.strip()[:250],
        "minutes_planned": max(1, min(minutes, LONGEST_ITEM_MINUTES)),
    }


def item_carry(item: AgendaItem, *, to: Meeting, position: int, notes: str = "") -> AgendaItem:
    """The same item on another agenda; it says where it came from."""
    return AgendaItem.objects.create(
        meeting=to,
        source_key=item.source_key,
        kind=item.kind,
        title=item.title,
        criterion_key=item.criterion_key,
        version=item.version,
        evidence=item.evidence,
        needs_outcome=item.needs_outcome,
        minutes_planned=item.minutes_planned,
        position=position,
        carried_from=item,
        added_by=item.added_by,
        notes=notes,
    )


def is_next(meeting: Meeting) -> bool:
    """Whether no other meeting of its series is to be held before this one."""
    ahead = meeting.series.meetings.filter(status__in=AHEAD)
    return not ahead.filter(starts_at__lt=meeting.starts_at).exclude(pk=meeting.pk).exists()


@transaction.atomic
def backlog_add(*, series: Series, actor: User, title: str, minutes: int = 5) -> BacklogItem:
    """Remember something to talk about. It stands on the next agenda once that is prepared."""
    policies.may_add_to_backlog(actor, series).require()
    row = BacklogItem.objects.create(series=series, added_by=actor, **written_by_hand(title, minutes))
    audit.record("backlog.added", subject=row, actor=actor, after={"series": series.pk})
    return row


@transaction.atomic
def backlog_remove(*, row: BacklogItem, actor: User) -> None:
    """Take it off again; `Conflict` once it stands on an agenda, or is off already."""
    policies.may_remove_from_backlog(actor, row).require()
    waiting = BacklogItem.objects.filter(pk=row.pk, removed_at=None, item=None)
    if not waiting.update(removed_at=timezone.now()):
        raise Conflict(_("This is not in the backlog any more."))
    audit.record("backlog.removed", subject=row, actor=actor)


def backlog_flow(meeting: Meeting) -> int:
    """Put what waits in the backlog at the end of this agenda; says how much. In a transaction.

    What stood on the agenda of a skipped meeting waits again.
    """
    rows = list(backlog_of(meeting.series).select_for_update(of=("self",)))
    position = last_position(meeting)
    for place, row in enumerate(rows, start=position + 1):
        row.item = AgendaItem.objects.create(
            meeting=meeting,
            source_key=f"backlog:{row.pk}",
            kind=ItemKind.FREE,
            title=row.title,
            minutes_planned=row.minutes_planned,
            position=place,
            carried_from=row.item,
            added_by=row.added_by,
        )
    BacklogItem.objects.bulk_update(rows, ["item"])
    return len(rows)


def carry_over(meeting: Meeting) -> int:
    """What people had put on the agendas of meetings that were skipped since the last one held.

    Says how much. Of a meeting that was held, its close carries what was left (`services.closing`).
    """
    series_meetings = meeting.series.meetings.filter(starts_at__lt=meeting.starts_at)
    held = series_meetings.filter(status=MeetingStatus.CLOSED).order_by("-starts_at").first()
    skipped = series_meetings.filter(status=MeetingStatus.CANCELLED)
    if held:
        skipped = skipped.filter(starts_at__gt=held.starts_at)
    left = (
        AgendaItem.objects.filter(meeting__in=skipped)
        .filter(
            Q(added_by__isnull=False)
            | Q(carried_from__isnull=False)
            | Q(status=AgendaItem.Status.DEFERRED)
            | ~Q(notes="")
        )
        .exclude(source_key__startswith="backlog:")
        .exclude(source_key__in=meeting.items.values("source_key"))
        .order_by("meeting__starts_at", "position")
    )
    position = last_position(meeting)
    newest = {item.source_key: item for item in left}
    for place, item in enumerate(newest.values(), start=position + 1):
        # Of a meeting that was skipped no minutes tell what was noted: it goes along.
        item_carry(item, to=meeting, position=place, notes=item.notes)
    return len(newest)
