"""The room while it is open: where everybody is, how long already, what is before it, and the vote on it."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils import timezone

from definitions import policies_ballots
from definitions.models import Ballot, BallotStatus, Version, VersionStatus
from definitions.selectors.ballot_view import ballot_view
from portal.common.models import User
from reviews.models import Action, AgendaItem, ItemKind, Meeting, Participation


def room_stamp(meeting: Meeting) -> str:
    """Equal stamps mean that nothing in the room has changed. Few, narrow queries: every screen asks."""
    items = meeting.items.order_by("pk")
    drafts = Q(version__in=items.filter(kind=ItemKind.DRAFT).values("version")) | Q(
        version__in=items.filter(outcome__draft__isnull=False).values("outcome__draft")
    )
    actions = Action.objects.filter(
        Q(meeting=meeting) | Q(meeting__series=meeting.series_id, status=Action.Status.OPEN)
    )
    ballots = Ballot.objects.filter(drafts).annotate(cast=Count("votes"), last=Max("votes__cast_at"))
    seen = [
        (meeting.status, meeting.current_item_id, meeting.current_since),
        *items.values_list(
            "pk",
            "status",
            "position",
            "title",
            "minutes_planned",
            "needs_outcome",
            "notes_edit_number",
            "outcome__edit_number",
            "outcome__draft__status",
        ),
        *meeting.participations.order_by("pk").values_list("pk", "was_present", "confidence"),
        *actions.order_by("pk").values_list("pk", "status"),
        *ballots.order_by("pk").values_list("pk", "status", "round", "cast", "last"),
    ]
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def room_view(
    meeting: Meeting, items: list[AgendaItem], participations: list[Participation], stamp: str
) -> dict[str, Any]:
    """What every screen of the room shows, whatever item it looks at.

    `stamp` was taken before the rows were read: what changed in between is then asked for once more.
    """
    now = timezone.now()
    current = next((item for item in items if item.pk == meeting.current_item_id), None)
    agenda = [item for item in items if item.status != AgendaItem.Status.DEFERRED or item == current]
    place = agenda.index(current) if current else len(agenda)
    return {
        "stamp": stamp,
        "now": now,
        "current": current,
        "agenda": agenda,
        "place": place + 1,
        "deferred": [item for item in items if item.status == AgendaItem.Status.DEFERRED],
        "before_it": agenda[place - 1] if place else None,
        "after_it": agenda[place + 1] if place + 1 < len(agenda) else None,
        "is_finished_by_next": current is not None
        and not current.needs_outcome
        and current.status == AgendaItem.Status.WAITING,
        "meeting_timer": _timer(meeting.opened_at, 0, meeting.duration_minutes, now),
        "decided": [item for item in items if item.decision],
        "is_closing_round": current is None or any(each.confidence for each in participations),
        "unsaid": [each.person for each in participations if each.was_present and not each.confidence],
        "present_count": sum(each.was_present for each in participations),
    }


def timer_of(item: AgendaItem, meeting: Meeting) -> dict[str, Any]:
    """The time that the room has spent on an item, the turn under way included."""
    is_here = item.pk == meeting.current_item_id
    since = meeting.current_since if is_here else None
    return _timer(since, item.seconds_spent, item.minutes_planned, timezone.now())


def _timer(since: datetime | None, before: int, planned: int, now: datetime) -> dict[str, Any]:
    """{"since": the instant or None, "before": seconds, "planned" and "minutes": minutes, "is_over"}."""
    passed = timedelta(seconds=before) + (max(now - since, timedelta()) if since else timedelta())
    minutes = int(passed.total_seconds()) // 60
    return {
        "since": since,
        "before": before,
        "planned": planned,
        "minutes": minutes,
        "is_over": passed > timedelta(minutes=planned),
    }


def draft_on(item: AgendaItem) -> Version | None:
    """The version that the item is about to change the agreement by."""
    if item.kind == ItemKind.DRAFT:
        return item.version
    return item.decision.draft if item.decision else None


def vote_on(item: AgendaItem, meeting: Meeting, reader: User) -> dict[str, Any] | None:
    """The ballot before the room, as `reader` may see it: open, or closed since the meeting was opened."""
    draft = draft_on(item)
    if draft is None:
        return None
    is_live = Q(status=BallotStatus.OPEN) | Q(closed_at__gte=meeting.opened_at)
    ballots = Ballot.objects.filter(is_live, version=draft)
    rows = ballots.select_related("version__definition", "version__created_by", "opened_by")
    ballot = rows.order_by("-pk").first()
    return ballot_view(ballot, reader) if ballot else None


def before_everybody(vote: dict[str, Any] | None) -> dict[str, Any] | None:
    """The same ballot on the wall, where those look who have not voted yet: how people voted is not there."""
    if vote is None or not vote["is_open"]:
        return vote
    return {**vote, "results_hidden": True}


def proposal_on(item: AgendaItem, user: User) -> dict[str, Any] | None:
    """The draft that can be put to the vote from here, and whether this person may do so."""
    draft = draft_on(item)
    if draft is None or draft.status != VersionStatus.DRAFT:
        return None
    return {
        "draft": draft,
        "url": reverse("leads:version_propose", args=[draft.pk]),
        "may": policies_ballots.may_propose(user, draft),
    }
