"""Meetings out of the cadence: what sets one off, and the checkpoints of a definition that assumes much."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User
from reviews import policies
from reviews.models import Meeting, Series, Trigger
from reviews.selectors.checkpoints import checkpoints_to_add
from reviews.services.inviting import ask_to
from reviews.services.occurrences import check_start, count_up, running_series, seat
from reviews.words import extra_words


@transaction.atomic
def meeting_call(
    *,
    series: Series,
    actor: User,
    starts_at: datetime,
    trigger_kind: str,
    trigger: str = "",
    duration_minutes: int | None = None,
    place: str | None = None,
) -> Meeting:
    """Meet once more than the cadence says: everyone of the series is invited. Its other meetings stay."""
    policies.may_run(actor).require()
    now = timezone.now()
    check_start(starts_at, now)
    if trigger_kind not in Trigger.values:
        raise Invalid(_("Choose what sets the meeting off."), field="trigger_kind")
    if trigger_kind == Trigger.OTHER and not trigger.strip():
        raise Invalid(_("Say in a sentence what sets it off."), field="trigger")
    series = running_series(series.pk)
    meeting = _call(series, starts_at, trigger_kind, trigger.strip(), now, duration_minutes, place)
    audit.record(
        "meeting.called",
        subject=meeting,
        actor=actor,
        after={"starts_at": starts_at.isoformat(), "trigger": trigger_kind},
        note=trigger.strip(),
    )
    return meeting


@transaction.atomic
def checkpoints_add(*, series: Series, actor: User) -> list[Meeting]:
    """Look at the assumptions of the version in force 30 and 60 days after it came into force."""
    policies.may_run(actor).require()
    series = running_series(series.pk)
    meetings = lay_checkpoints(series, timezone.now())
    if not meetings:
        raise Conflict(_("There is no checkpoint to add: look at the meetings ahead."))
    audit.record("series.checkpoints_added", subject=series, actor=actor, after={"meetings": len(meetings)})
    return meetings


def lay_checkpoints(series: Series, now: datetime) -> list[Meeting]:
    """Those that are ahead and not there yet, for a series that is held."""
    return [
        _call(series, each.starts_at, Trigger.CHECKPOINT, each.words, now)
        for each in checkpoints_to_add(series, now)
    ]


def _call(
    series: Series,
    starts_at: datetime,
    kind: str,
    why: str,
    now: datetime,
    duration_minutes: int | None = None,
    place: str | None = None,
) -> Meeting:
    meeting = Meeting.objects.create(
        series=series,
        original_at=starts_at,
        starts_at=starts_at,
        duration_minutes=duration_minutes or series.duration_minutes,
        place=series.place if place is None else place,
        facilitator=series.facilitator,
        sequence=count_up(series),
        is_extra=True,
        trigger_kind=kind,
        trigger=why[:300],
        invited_at=now,
    )
    seat(series, now)
    ask_to(meeting, sentence=extra_words(meeting))
    return meeting
