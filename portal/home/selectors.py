"""What needs me today: the to-dos of one person, each with the address where it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from definitions.models import (
    Ballot,
    Comment,
    Definition,
    RepAnswer,
    Stage,
    Version,
    VersionStatus,
)
from leads.leaks.policies import may_see_incidents
from leads.models import OPEN, Account, Handoff, HandoffStatus, Import, Lead
from leads.selectors.care import to_pick_up
from leads.selectors.funnel import Period, totals_of
from leads.selectors.incidents import open_incidents
from leads.selectors.leads import leads_found
from leads.selectors.runs import open_runs
from portal.common.models import Notification, Team, User
from portal.common.selectors import workspace_zone
from reviews import policies
from reviews.models import Action, Meeting, MeetingStatus, Participation, PulseAnswer
from reviews.selectors.overdue import Missed, is_to_come, meetings_unheld, missed_of
from reviews.words import pulse_question

FORTNIGHT = timedelta(days=14)


@dataclass(frozen=True)
class ToDo:
    """One thing to do: what, how many of it, where, and until when. `settles` is an action that ends here."""

    sentence: str
    url: str
    action: str
    count: int = 1
    due_at: datetime | None = None
    is_urgent: bool = False
    icon: str = "arrow-right"
    settles: int | None = None


def meetings_to_hold(user: User) -> tuple[list[Meeting], list[Missed]]:
    """Those under way and ahead, the next first, and what was missed.

    `is_attended` says whether this person takes part, `has_pulse` whether they have answered its question.
    """
    own = Participation.objects.filter(meeting=OuterRef("pk"), person=user)
    said = PulseAnswer.objects.filter(meeting=OuterRef("pk"), person=user)
    now = timezone.now()
    rows = list(meetings_unheld().annotate(is_attended=Exists(own), has_pulse=Exists(said)))
    return [each for each in rows if is_to_come(each, now)], missed_of(rows, now)


def to_dos(user: User, ballots: list[Ballot], meetings: list[Meeting]) -> list[ToDo]:
    """Most urgent first. A number is the count of rows behind the address."""
    found = [*_ballots(ballots), *_meetings(meetings), *_actions(user), *_answers(user)]
    found += _pulse(user, meetings)
    if user.team == Team.SALES:
        found += _sales_work(user)
    if user.team == Team.MARKETING:
        found += _returned(user) + _imports(user) + _concerns(user)
    if may_see_incidents(user):
        found += _incidents()
    return sorted(
        found, key=lambda item: (not item.is_urgent, item.due_at or timezone.now() + timedelta(days=365))
    )


def _ballots(ballots: list[Ballot]) -> list[ToDo]:
    return [
        ToDo(
            sentence=_("Your vote on %(version)s is still missing.") % {"version": ballot.version},
            url=reverse("definitions:ballot_page", args=[ballot.pk]),
            action=_("Read and vote"),
            due_at=ballot.closes_at,
            is_urgent=ballot.closes_at < timezone.now() + timedelta(days=1),
            icon="key",
        )
        for ballot in ballots
        if ballot.is_owed  # type: ignore[attr-defined]
    ]


def _meetings(meetings: list[Meeting]) -> list[ToDo]:
    fortnight = timezone.now() + FORTNIGHT
    return [
        ToDo(
            sentence=(
                _("%(series)s is under way.")
                if meeting.status == MeetingStatus.OPEN
                else _("%(series)s is coming up.")
            )
            % {"series": meeting.series},
            url=reverse("reviews:meeting_page", args=[meeting.pk]),
            action=_("Open the agenda"),
            due_at=None if meeting.status == MeetingStatus.OPEN else meeting.starts_at,
            is_urgent=meeting.status == MeetingStatus.OPEN,
            icon="calendar-event",
        )
        for meeting in meetings
        if meeting.is_attended  # type: ignore[attr-defined]
        and (meeting.status == MeetingStatus.OPEN or meeting.starts_at <= fortnight)
    ]


def _pulse(user: User, meetings: list[Meeting]) -> list[ToDo]:
    """The question of the next review of the MQL, in the fortnight before it; to both sides."""
    asking = next((each for each in meetings if each.series.definition.stage == Stage.MQL), None)
    if asking is None or not policies.may_answer_pulse(user, asking) or asking.has_pulse:  # type: ignore[attr-defined]
        return []
    if asking.starts_at > timezone.now() + FORTNIGHT:
        return []
    return [
        ToDo(
            sentence=pulse_question(),
            url=reverse("reviews:pulse"),
            action=_("Answer"),
            due_at=asking.starts_at,
            icon="chat-left-text",
        )
    ]


def _actions(user: User) -> list[ToDo]:
    today = timezone.localdate()
    return [
        ToDo(
            sentence=action.text,
            url=reverse("reviews:meeting_page", args=[action.meeting_id]) + "#actions",
            action=_("Look at the action"),
            due_at=timezone.make_aware(
                datetime.combine(action.due_on, datetime.max.time().replace(microsecond=0))
            ),
            is_urgent=action.due_on <= today,
            icon="check2-square",
            settles=action.pk,
        )
        for action in Action.objects.filter(owner=user, status=Action.Status.OPEN)
    ]


def _answers(user: User) -> list[ToDo]:
    if user.team != Team.SALES or RepAnswer.objects.filter(person=user).count() >= len(RepAnswer.Question):
        return []
    return [
        ToDo(
            sentence=_(
                "Marketing asks you two questions: what is a qualified lead for you, and which are easiest?"
            ),
            url=reverse("definitions:answers"),
            action=_("Answer"),
            icon="chat-left-text",
        )
    ]


def _sales_work(user: User) -> list[ToDo]:
    """Offers to decide and accepted leads to follow up. One query for both."""
    now = timezone.now()
    offered = Q(status=HandoffStatus.OFFERED)
    silent = Q(owner=user, status=HandoffStatus.ACCEPTED, followed_up_at=None)
    counts = Handoff.objects.filter(Q(owner=user) | Q(owner=None), status__in=OPEN).aggregate(
        mine=Count("pk", filter=offered & Q(owner=user)),
        shared=Count("pk", filter=offered & Q(owner=None)),
        overdue=Count("pk", filter=offered & Q(due_at__lt=now)),
        decide_first=Min("due_at", filter=offered),
        silent=Count("pk", filter=silent),
        call_first=Min("follow_up_due_at", filter=silent),
    )
    return [*_offers(counts), *_follow_ups(counts, now)]


def _offers(counts: dict[str, Any]) -> list[ToDo]:
    mine, shared, overdue = counts["mine"], counts["shared"], counts["overdue"]
    if not mine and not shared:
        return []
    sentences = []
    if mine:
        sentences.append(ngettext("%(n)d lead is offered to you.", "%(n)d leads are offered to you.", mine))
        sentences[-1] %= {"n": mine}
    if shared:
        sentences.append(
            ngettext("%(n)d lead waits in the shared queue.", "%(n)d leads wait in the shared queue.", shared)
        )
        sentences[-1] %= {"n": shared}
    sentence = " ".join(sentences)
    if overdue:
        sentence += " " + ngettext("%(n)d is overdue.", "%(n)d are overdue.", overdue) % {"n": overdue}
    return [
        ToDo(
            sentence,
            reverse("leads:queue"),
            _("Work the queue"),
            mine + shared,
            counts["decide_first"],
            bool(overdue),
            "inbox",
        )
    ]


def _follow_ups(counts: dict[str, Any], now: datetime) -> list[ToDo]:
    count, first = counts["silent"], counts["call_first"]
    if not count:
        return []
    return [
        ToDo(
            ngettext(
                "%(n)d lead that you accepted waits for a first word.",
                "%(n)d leads that you accepted wait for a first word.",
                count,
            )
            % {"n": count},
            reverse("leads:my_leads"),
            _("Follow up"),
            count,
            first,
            bool(first and first < now),
            "telephone",
        )
    ]


def _returned(user: User) -> list[ToDo]:
    found = to_pick_up(user).aggregate(count=Count("pk"), first=Min("pick_up_due_at"))
    count, first = found["count"], found["first"]
    if not count:
        return []
    return [
        ToDo(
            ngettext(
                "%(n)d lead that sales returned waits to be picked up.",
                "%(n)d leads that sales returned wait to be picked up.",
                count,
            )
            % {"n": count},
            reverse("leads:returned_list"),
            _("Pick up"),
            count,
            first,
            bool(first and first < timezone.now()),
            icon="arrow-return-left",
        )
    ]


def _incidents() -> list[ToDo]:
    count = open_incidents().count()
    if not count:
        return []
    return [
        ToDo(
            ngettext(
                "The nightly count did not add up: %(n)d incident is open.",
                "The nightly count did not add up: %(n)d incidents are open.",
                count,
            )
            % {"n": count},
            reverse("leads:incident_list"),
            _("Look at the leads"),
            count,
            is_urgent=True,
            icon="exclamation-diamond",
        )
    ]


def _imports(user: User) -> list[ToDo]:
    return [
        ToDo(
            sentence=_("%(file)s waits for its columns to be matched.") % {"file": batch.file_name},
            url=reverse("leads:import_page", args=[batch.pk]),
            action=_("Match the columns"),
            icon="upload",
        )
        for batch in Import.objects.filter(created_by=user, status=Import.Status.UPLOADED)[:5]
    ]


def _concerns(user: User) -> list[ToDo]:
    drafts = (
        Version.objects.filter(status=VersionStatus.DRAFT, created_by=user)
        .annotate(
            open_concerns=Count(
                "comments", filter=Q(comments__kind=Comment.Kind.CONCERN, comments__resolved_at=None)
            )
        )
        .filter(open_concerns__gt=0)
        .select_related("definition")
    )
    return [
        ToDo(
            sentence=ngettext(
                "%(n)d open concern keeps %(version)s from being proposed.",
                "%(n)d open concerns keep %(version)s from being proposed.",
                draft.open_concerns,
            )
            % {"n": draft.open_concerns, "version": draft},
            url=reverse("definitions:draft_editor", args=[draft.pk]),
            action=_("Answer them"),
            count=draft.open_concerns,
            icon="exclamation-diamond",
        )
        for draft in drafts
    ]


def notices(user: User) -> QuerySet[Notification]:
    return Notification.objects.filter(person=user, read_at=None)[:20]


def standing(ballots: list[Ballot], meetings: list[Meeting]) -> dict[str, Any]:
    """Where the agreement and the leads stand now: the figures at the head of every home page."""
    zone = workspace_zone()
    today = timezone.localdate(timezone=zone)
    period = Period(today - timedelta(days=89), today)
    start, end = period.bounds(zone)
    definitions = Definition.objects.select_related(
        "active_version__definition", "active_version__returns_to__definition"
    )
    definition = definitions.get(stage="mql")
    in_force = definition.active_version
    return {
        "definition": definition,
        "temporary": in_force if in_force and in_force.ends_at else None,
        "leads": Lead.objects.filter(merged_into=None).count(),
        "open_ballots": ballots,
        "runs": open_runs(),
        "next_meeting": next(iter(meetings), None),
        "drafts": Version.objects.filter(status=VersionStatus.DRAFT).select_related(
            "definition", "created_by"
        )[:5],
        "handed_over": totals_of(
            Handoff.objects.filter(offered_at__gte=start, offered_at__lt=end, is_pulled=False)
        ),
        "since": period.first.isoformat(),
    }


def is_empty() -> bool:
    """Nothing is here yet: the first page offers sample data or an import."""
    return not Lead.objects.exists() and not Version.objects.exists()


def _frozen_criteria(definition: Definition) -> list[dict[str, Any]]:
    version = definition.active_version
    return list(version.document["criteria"]) if version and version.document else []


def _accounts_found(query: str) -> list[Account]:
    """At most eight; which of more is left open, since putting a hundred thousand in order takes long."""
    rows = Account.objects.filter(Q(name__icontains=query) | Q(domain__icontains=query)).order_by()
    return sorted(rows[:8], key=lambda account: account.name.casefold())


def found(user: User, query: str) -> dict[str, list[Any]]:
    """At most eight of each: leads, accounts, criteria of the active versions, meetings."""
    query = query.strip()
    if len(query) < 2:
        return {}
    criteria = [
        {"wording": criterion["wording"], "version": definition.active_version, "stage": definition.stage}
        for definition in Definition.objects.exclude(active_version=None).select_related(
            "active_version__definition"
        )
        for criterion in _frozen_criteria(definition)
        if query.casefold() in criterion["wording"].casefold()
    ]
    return {
        "leads": leads_found(user, query),
        "accounts": _accounts_found(query),
        "criteria": criteria[:8],
        "meetings": list(Meeting.objects.filter(series__title__icontains=query).select_related("series")[:8]),
    }
