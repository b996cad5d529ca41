"""Agendas prepare themselves: evidence becomes items, and meetings are kept ahead."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common import audit
from portal.common.errors import Conflict
from portal.common.models import User
from portal.common.selectors import workspace_zone
from reviews import policies
from reviews.evidence.agenda import proposals
from reviews.evidence.cards import Proposal
from reviews.models import AgendaItem, Cadence, Meeting, MeetingStatus, Series
from reviews.selectors.meetings import AHEAD, earlier_meeting, meetings_to_prepare, renewals_due
from reviews.services.backlog import backlog_flow, carry_over, is_next, last_position
from reviews.services.occurrences import held_series, keep_ahead

PREPARED_DAYS_AHEAD = 14
RENEWED_AFTER = timedelta(hours=24)
RENEWAL_LEASE = timedelta(minutes=5)
log = structlog.get_logger(__name__)


def meeting_prepare(*, meeting: Meeting, actor: User | None) -> Meeting:
    """Put what the evidence asks for on the agenda, and renew the evidence of what is there already.

    Safe to repeat: an item is known by its source. `actor` None is the portal itself. Items that somebody
    has dealt with, or written by hand, are left as they are. The next meeting of a series takes up its
    backlog, and what people had put on the agenda of a meeting that was skipped.
    """
    if actor is not None:
        policies.may_run_meeting(actor, meeting).require()
    now = timezone.now()
    meeting = _still_ahead(Meeting.objects.all(), meeting.pk)
    meeting.period_from, meeting.period_to = _period(meeting)
    # Counted before the transaction: with a million leads it takes seconds, and others have to write.
    found = proposals(meeting, now)
    return _lay(meeting, found, actor, now)


def _still_ahead(rows: QuerySet[Meeting], pk: int) -> Meeting:
    meeting = rows.select_related("series__definition__active_version__definition").get(pk=pk)
    if meeting.status not in AHEAD:
        raise Conflict(_("This meeting is over. Its agenda stays as it is."))
    return meeting


@transaction.atomic
def _lay(meeting: Meeting, found: list[Proposal], actor: User | None, now: datetime) -> Meeting:
    period = meeting.period_from, meeting.period_to
    meeting = _still_ahead(Meeting.objects.select_for_update(of=("self",)), meeting.pk)
    is_first = meeting.prepared_at is None
    meeting.period_from, meeting.period_to = period
    meeting.prepared_at, meeting.renewal_due_at = now, None
    meeting.save(update_fields=["period_from", "period_to", "prepared_at", "renewal_due_at"])
    gone = _take_off(meeting, {each.source_key for each in found})
    flows = is_next(meeting)
    added = carry_over(meeting) if flows else 0
    added += _write(meeting, found)
    added += backlog_flow(meeting) if flows else 0
    if is_first or actor is not None:
        audit.record(
            "meeting.prepared",
            subject=meeting,
            actor=actor,
            after={"items_added": added, "items_gone": gone},
        )
    return meeting


def _period(meeting: Meeting) -> tuple[date, date]:
    """From the day of the earlier meeting to the day before this one; at first, one turn of the cadence."""
    zone = workspace_zone()
    last = meeting.starts_at.astimezone(zone).date() - timedelta(days=1)
    earlier = earlier_meeting(meeting)
    if earlier:
        return min(earlier.starts_at.astimezone(zone).date(), last), last
    series = meeting.series
    days = (
        series.every_days
        if series.cadence == Cadence.EVERY_DAYS
        else round(series.every_months * 365.25 / 12)
    )
    return last - timedelta(days=days - 1), last


def _take_off(meeting: Meeting, asked_for: set[str]) -> int:
    """Off goes what the portal put on and nothing asks for any more, unless somebody has touched it."""
    if meeting.status != MeetingStatus.SCHEDULED:
        return 0
    untouched = meeting.items.filter(
        added_by=None,
        carried_from=None,
        status=AgendaItem.Status.WAITING,
        outcome=None,
        notes="",
        actions=None,
    )
    gone, _by_model = untouched.exclude(source_key__in=asked_for).delete()
    return gone


def item_proposed(meeting: Meeting, proposal: Proposal, *, position: int) -> AgendaItem:
    """What the evidence proposes as an item of this agenda, not stored yet."""
    return AgendaItem(
        meeting=meeting,
        source_key=proposal.source_key,
        kind=proposal.kind,
        title=proposal.title[:250],
        criterion_key=proposal.criterion_key,
        version=proposal.version,
        evidence=proposal.evidence,
        needs_outcome=proposal.needs_outcome,
        minutes_planned=proposal.minutes,
        position=position,
    )


def _write(meeting: Meeting, found: list[Proposal]) -> int:
    known = {item.source_key: item for item in meeting.items.select_related("outcome")}
    last = last_position(meeting)
    added = 0
    for proposal in found:
        item = known.get(proposal.source_key)
        if item is None:
            added += 1
            item_proposed(meeting, proposal, position=last + added).save()
        elif item.status == AgendaItem.Status.WAITING and item.decision is None:
            # An item that was carried over keeps its own place and gets the new evidence.
            item.kind, item.title, item.evidence = proposal.kind, proposal.title[:250], proposal.evidence
            item.version, item.needs_outcome = proposal.version, proposal.needs_outcome
            item.save(update_fields=["kind", "title", "evidence", "version", "needs_outcome"])
    return added


def meetings_keep_ahead(now: datetime | None = None) -> int:
    """Lay out the next occurrences of every running series; says how many were made."""
    now = now or timezone.now()
    made = 0
    for series in Series.objects.filter(ended_at=None):
        with transaction.atomic():
            made += keep_ahead(held_series(series.pk), now)
    return made


def agendas_prepare_due(now: datetime | None = None) -> int:
    """Prepare meetings within two weeks, and renew their evidence once a day; says how many."""
    now = now or timezone.now()
    due = [
        meeting
        for meeting in meetings_to_prepare(now).filter(
            starts_at__lte=now + timedelta(days=PREPARED_DAYS_AHEAD)
        )
        if meeting.prepared_at is None or meeting.prepared_at < now - RENEWED_AFTER
    ]
    for meeting in due:
        try:
            meeting_prepare(meeting=meeting, actor=None)
        except Conflict:
            log.info("meeting_moved_on", meeting=meeting.pk)
    return len(due)


def agendas_renew_due(now: datetime | None = None) -> int:
    """Renew the agendas that somebody has asked for; says how many."""
    now = now or timezone.now()
    renewed = 0
    for meeting in renewals_due(now):
        asked = Meeting.objects.filter(pk=meeting.pk, renewal_due_at=meeting.renewal_due_at)
        # Whoever puts it off has it; a worker that dies over it costs these minutes.
        if asked.update(renewal_due_at=now + RENEWAL_LEASE):
            try:
                meeting_prepare(meeting=meeting, actor=None)
            except Conflict:
                log.info("meeting_moved_on", meeting=meeting.pk)
            renewed += 1
    return renewed
