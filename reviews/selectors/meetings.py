"""Reads of meetings, their agenda, and what they left to do."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from portal.common.models import User
from reviews import policies
from reviews.models import Action, AgendaItem, Meeting, MeetingStatus, Participation, Series

# Still to be held, or under way.
AHEAD = (MeetingStatus.SCHEDULED, MeetingStatus.OPEN)


def meetings_visible_to(user: User) -> QuerySet[Meeting]:
    if not policies.may_read(user):
        return Meeting.objects.none()
    return Meeting.objects.select_related(
        "series__definition__active_version",
        "series__facilitator",
        "facilitator",
        "current_item",
        "closed_by",
    ).prefetch_related("participations")


def next_meeting(user: User) -> Meeting | None:
    """The person's next meeting, or the one under way."""
    return (
        Meeting.objects.filter(status__in=AHEAD, participations__person=user)
        .select_related("series")
        # “open” before “scheduled”: what is under way comes first.
        .order_by("status", "starts_at")
        .first()
    )


def open_actions_of(user: User) -> QuerySet[Action]:
    return Action.objects.filter(owner=user, status=Action.Status.OPEN).select_related("meeting__series")


def meetings_ahead(user: User) -> QuerySet[Meeting]:
    """Scheduled and open meetings, next first, with `items_count` and `coming` (accepted)."""
    return (
        meetings_visible_to(user)
        .filter(status__in=AHEAD)
        .annotate(
            items_count=Count("items", distinct=True),
            coming=Count(
                "participations",
                filter=Q(participations__reply=Participation.Reply.ACCEPTED),
                distinct=True,
            ),
            invited=Count("participations", distinct=True),
        )
        .order_by("status", "starts_at")
    )


def meetings_past(user: User) -> QuerySet[Meeting]:
    """Closed meetings, latest first, with `outcomes` and `actions_open` counted."""
    return (
        meetings_visible_to(user)
        .filter(status=MeetingStatus.CLOSED)
        .annotate(
            outcomes=Count("items__outcome", distinct=True),
            actions_open=Count("actions", filter=Q(actions__status=Action.Status.OPEN), distinct=True),
        )
        .order_by("-starts_at")
    )


def meetings_of(series: Series) -> QuerySet[Meeting]:
    """All meetings of a series, with `coming`, `declined` and `invited` counted."""
    replies = {
        "coming": Participation.Reply.ACCEPTED,
        "declined": Participation.Reply.DECLINED,
    }
    return series.meetings.annotate(
        invited=Count("participations", distinct=True),
        **{
            name: Count("participations", filter=Q(participations__reply=reply), distinct=True)
            for name, reply in replies.items()
        },
    ).order_by("starts_at")


def items_of(meeting: Meeting) -> list[AgendaItem]:
    """The agenda in order, with outcomes and actions."""
    return list(
        meeting.items.select_related(
            "meeting__series",
            "version__definition",
            "added_by",
            "carried_from__meeting",
            "outcome__owner",
            "outcome__draft__definition",
            "outcome__decided_by",
        )
        .prefetch_related(Prefetch("actions", Action.objects.select_related("owner")))
        .order_by("position", "id")
    )


def agenda_of(items: list[AgendaItem]) -> list[AgendaItem]:
    """What is to be talked about, in order: without what was deferred to the next meeting."""
    return [item for item in items if item.status != AgendaItem.Status.DEFERRED]


def undecided_of(items: list[AgendaItem]) -> list[AgendaItem]:
    """The items that keep a meeting from closing."""
    return [item for item in items if item.needs_outcome and item.decision is None]


def items_visible_to(user: User) -> QuerySet[AgendaItem]:
    if not policies.may_read(user):
        return AgendaItem.objects.none()
    return AgendaItem.objects.select_related("meeting__series__definition__active_version", "outcome")


def participations_of(meeting: Meeting) -> list[Participation]:
    return list(meeting.participations.select_related("person").order_by("person__name"))


def actions_visible_to(user: User) -> QuerySet[Action]:
    if not policies.may_read(user):
        return Action.objects.none()
    return Action.objects.select_related("owner", "meeting__series")


def actions_of_meeting(meeting: Meeting) -> list[Action]:
    """What was promised in this meeting."""
    return list(meeting.actions.select_related("owner", "item", "meeting"))


def actions_of_series(series: Series) -> list[Action]:
    """Open actions of all meetings of the series, most urgent first: these carry over."""
    return list(
        Action.objects.filter(meeting__series=series, status=Action.Status.OPEN)
        .select_related("owner", "meeting")
        .order_by("due_on", "id")
    )


def carried_actions_of(meeting: Meeting) -> list[Action]:
    """Those of them that other meetings left."""
    return [each for each in actions_of_series(meeting.series) if each.meeting_id != meeting.pk]


def earlier_meeting(meeting: Meeting) -> Meeting | None:
    """The meeting of the series that was held, or is to be, before this one."""
    return (
        meeting.series.meetings.exclude(status=MeetingStatus.CANCELLED)
        .filter(starts_at__lt=meeting.starts_at)
        .exclude(pk=meeting.pk)
        .order_by("-starts_at")
        .first()
    )


def later_meeting(meeting: Meeting) -> Meeting | None:
    """The next scheduled meeting of the series after this one: deferred items go there."""
    return (
        meeting.series.meetings.filter(status=MeetingStatus.SCHEDULED, starts_at__gt=meeting.starts_at)
        .order_by("starts_at")
        .first()
    )


def meetings_to_prepare(now: datetime | None = None) -> QuerySet[Meeting]:
    """Scheduled meetings, soonest first. Which of them are due is the preparing service's to say."""
    return (
        Meeting.objects.filter(status=MeetingStatus.SCHEDULED, starts_at__gt=now or timezone.now())
        .select_related("series__definition__active_version")
        .order_by("starts_at")
    )


def renewals_due(now: datetime) -> QuerySet[Meeting]:
    """The agendas that somebody has asked to be renewed and that no worker is at, longest waiting first."""
    asked = Meeting.objects.filter(status__in=AHEAD, renewal_due_at__lte=now)
    return asked.select_related("series").order_by("renewal_due_at")


def oldest_renewal_due(now: datetime) -> datetime | None:
    return renewals_due(now).values_list("renewal_due_at", flat=True).first()
