"""The sample's quarterly review: two that were held, with their numbers and outcomes, and the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from definitions.services.reviewing import clause_reviewed
from leads.selectors.funnel import funnel
from portal.common.models import User
from portal.seed.agreement import Agreement
from portal.seed.draws import stream
from portal.seed.people import ZONE
from portal.seed.trail import Desk, Trail, backdate
from reviews.cadence import LAST, instant_of, nth_weekday
from reviews.evidence.agenda import period_of, proposals
from reviews.minutes import minutes_of
from reviews.models import (
    Action,
    AgendaItem,
    Attendee,
    BacklogItem,
    ItemKind,
    ItemOutcome,
    Meeting,
    MeetingStatus,
    Participation,
    PulseAnswer,
    Series,
    Verdict,
)
from reviews.services.occurrences import keep_ahead
from reviews.services.preparing import item_proposed
from reviews.services.reminding import next_reminder

TUESDAY = 1
MONTHS = 3
STARTS = time(10, 0)
TITLE = "Quarterly review of the definition"
PLACE = "Room Polarstern, Hamburg, and https://meet.nordlicht.example/review"
ATTENDEES = ("mona", "rita", "ingrid", "maya", "marco", "elena", "sam", "sofia", "liam", "pedro")
# Clauses that the second meeting changed; all others were kept or put off.
AMENDED = ("pages", "pricing")
DEFERRED = ("industry",)
NOTES = {
    ItemKind.RESULTS: "What comes back costs a day a week of calls that lead nowhere.",
    ItemKind.RETURNS: "Many of these never read more than one page.",
    ItemKind.SLA: "Decisions come in time; the first call is what slips on Fridays.",
    ItemKind.CHALLENGED: "Discussed with the three latest examples on screen.",
}


@dataclass(frozen=True)
class Promise:
    """An action of one meeting: `due` days after it, ended or still open."""

    text: str
    owner: str
    due: int
    is_done: bool


PROMISES: tuple[tuple[Promise, ...], ...] = (
    (
        Promise("Write the two questions to every rep and collect the answers", "maya", 14, True),
        Promise("Set up the list of reasons for returning a lead", "rita", 10, True),
    ),
    (
        Promise("Draft a version that asks for a way to reach the person", "maya", 10, True),
        Promise("Count how many returns come from bought lists", "marco", 30, True),
        Promise("Listen to ten first calls and note what was missing", "sam", 68, False),
        Promise("Agree on who covers the queue on Fridays", "rita", 110, False),
    ),
)
# What has no meeting yet: title, minutes, who added it.
BACKLOG = (
    ("Should a second visit to the pricing page count for more?", 10, "liam"),
    ("Who writes to leads that come back from nurture?", 5, "elena"),
)
SENTENCES = (
    "A start that we can measure.",
    "Good, if we look at returns every month.",
    "Not sure that the bar is right yet.",
    "The best hour of the quarter.",
    "",
)


def meetings_lay(
    *, agreement: Agreement, people: dict[str, User], actor: User | None, seed: int, desk: Desk, trail: Trail
) -> None:
    """Write the series, its past meetings as they were closed, and the next ones."""
    days, nth = _days(desk.now)
    zone = ZoneInfo(ZONE)
    series = Series.objects.create(
        title=TITLE,
        definition=agreement.definition,
        nth=nth,
        weekday=TUESDAY,
        every_months=MONTHS,
        starts_on=days[0],
        local_time=STARTS,
        time_zone=ZONE,
        place=PLACE,
        uid=f"sample-{seed}@nordlicht.example",
        facilitator=people["mona"],
        created_by=people["mona"],
    )
    backdate([series], created_at=desk.ago((desk.now.date() - days[0]).days + 25))
    seats = [people[name] for name in ATTENDEES]
    if actor is not None:
        seats.append(actor)
    Attendee.objects.bulk_create(Attendee(series=series, person=person) for person in seats)
    first = instant_of(days[0], STARTS, zone)
    second = instant_of(days[1], STARTS, zone)
    earlier = _held(series, first, days[0] - timedelta(days=91), days[0] - timedelta(days=1), people)
    later = _held(series, second, days[0], days[1] - timedelta(days=1), people)
    keep_ahead(series, desk.now)
    following = series.meetings.filter(starts_at__gt=desk.now).order_by("starts_at")[0]
    members = [people[name] for name in ATTENDEES]
    _close(0, earlier, later, agreement, people, members, seed, trail)
    _close(1, later, following, agreement, people, members, seed, trail)
    _prepare(following, days[1], agreement, people, members, desk)
    series.meetings.filter(starts_at__gt=desk.now).update(invited_at=second)


def _days(now: datetime) -> tuple[tuple[date, date, date], int]:
    """Two past meetings and the next, about three weeks ahead, and which weekday of its month that is."""
    target = (now + timedelta(days=21)).date()
    following = target - timedelta(days=(target.weekday() - TUESDAY) % 7)
    nth = (following.day - 1) // 7 + 1
    nth = nth if nth <= 4 else LAST
    months = [following.year * 12 + following.month - 1 - back for back in (2 * MONTHS, MONTHS)]
    past = [nth_weekday(month // 12, month % 12 + 1, nth, TUESDAY) for month in months]
    return (past[0], past[1], following), nth


def _held(series: Series, at: datetime, first: date, last: date, people: dict[str, User]) -> Meeting:
    return Meeting.objects.create(
        series=series,
        original_at=at,
        starts_at=at,
        duration_minutes=series.duration_minutes,
        place=series.place,
        facilitator=series.facilitator,
        period_from=first,
        period_to=last,
        prepared_at=at - timedelta(days=1),
        invited_at=at - timedelta(days=21),
        opened_at=at + timedelta(minutes=2),
        status=MeetingStatus.SCHEDULED,
    )


def _items(meeting: Meeting, as_of: datetime, first_position: int = 1) -> list[AgendaItem]:
    return [
        item_proposed(meeting, found, position=position)
        for position, found in enumerate(proposals(meeting, as_of), start=first_position)
    ]


def _close(
    number: int,
    meeting: Meeting,
    following: Meeting,
    agreement: Agreement,
    people: dict[str, User],
    members: list[User],
    seed: int,
    trail: Trail,
) -> None:
    """Hold one meeting under the first version, and close it 80 minutes later."""
    closed_at = meeting.starts_at + timedelta(minutes=80)
    # What was in force then; this copy of the definition is never saved.
    meeting.series.definition.active_version = agreement.versions[1]
    items = [item for item in _items(meeting, meeting.starts_at) if item.kind != ItemKind.DRAFT]
    for item in items:
        item.status = AgendaItem.Status.DONE
        item.notes = NOTES.get(ItemKind(item.kind), "") if number else ""
    AgendaItem.objects.bulk_create(items)
    _decide(number, items, agreement, people, closed_at)
    actions = _promise(PROMISES[number], meeting, items, people, closed_at)
    rng = stream(seed + number, "reviews")
    seats = Participation.objects.bulk_create(
        Participation(
            meeting=meeting,
            person=person,
            reply=Participation.Reply.ACCEPTED if is_there else Participation.Reply.DECLINED,
            replied_at=meeting.starts_at - timedelta(days=12),
            was_present=is_there,
            confidence=int(rng.integers(3, 6)) if is_there else None,
            confidence_sentence=SENTENCES[int(rng.integers(len(SENTENCES)))] if is_there else "",
        )
        for place, person in enumerate(members)
        for is_there in [place != 3 + 4 * number]
    )
    answers = PulseAnswer.objects.bulk_create(
        PulseAnswer(meeting=meeting, person=person, score=int(rng.integers(2 + number, 6)))
        for person in members[1:8]
    )
    backdate(answers, answered_at=closed_at)
    numbers = {**funnel(period_of(meeting)), "as_of": closed_at.isoformat()}
    meeting.minutes = minutes_of(
        meeting,
        items=list(meeting.items.select_related("outcome__owner", "outcome__draft__definition", "version")),
        participations=seats,
        actions=actions,
        open_before=[],
        numbers=numbers,
        closed_at=closed_at,
        closed_by=people["mona"],
        following=following,
    )
    meeting.status, meeting.closed_at, meeting.closed_by = MeetingStatus.CLOSED, closed_at, people["mona"]
    meeting.numbers = numbers
    meeting.save()
    after = {"outcomes": sum(item.needs_outcome for item in items), "items": len(items)}
    trail.record(
        "meeting.closed", at=closed_at, subject=meeting, label=str(meeting), actor=people["mona"], after=after
    )


def _decide(
    number: int, items: list[AgendaItem], agreement: Agreement, people: dict[str, User], closed_at: datetime
) -> None:
    outcomes = []
    for place, item in enumerate(item for item in items if item.needs_outcome):
        verdict, reason, draft = Verdict.KEEP, "Too early to say more: look again in a quarter.", None
        if number and item.criterion_key in AMENDED:
            verdict, draft = Verdict.AMEND, agreement.versions[2]
            reason = "Reading alone is not interest. It fades, and it needs a person whom we can reach."
        elif number and item.criterion_key in DEFERRED:
            verdict, reason = Verdict.DEFER, "Wait for the numbers of the trade fair."
        elif number:
            reason = "The challenges are a small share of those who met it."
        outcomes.append(
            ItemOutcome(
                item=item,
                verdict=verdict,
                reason=reason,
                owner=people["maya" if draft else "rita"],
                draft=draft,
                decided_by=people["mona"],
                decided_at=closed_at - timedelta(minutes=50 - 4 * place),
                review_on=(closed_at + timedelta(days=91)).date(),
            )
        )
        if verdict == Verdict.DEFER:
            item.status = AgendaItem.Status.DEFERRED
            item.save(update_fields=["status"])
        elif item.criterion_key:
            clause_reviewed(
                definition=agreement.definition,
                key=item.criterion_key,
                on=closed_at.date(),
                again_on=outcomes[-1].review_on,
            )
    ItemOutcome.objects.bulk_create(outcomes)


def _promise(
    promises: tuple[Promise, ...],
    meeting: Meeting,
    items: list[AgendaItem],
    people: dict[str, User],
    closed_at: datetime,
) -> list[Action]:
    actions = Action.objects.bulk_create(
        Action(
            meeting=meeting,
            item=items[min(place, len(items) - 1)] if items else None,
            text=promise.text,
            owner=people[promise.owner],
            due_on=due_on,
            status=Action.Status.DONE if promise.is_done else Action.Status.OPEN,
            ended_at=closed_at + timedelta(days=promise.due - 2, hours=3) if promise.is_done else None,
            remind_at=None if promise.is_done else next_reminder(due_on, people[promise.owner], closed_at),
            created_by=people["mona"],
        )
        for place, promise in enumerate(promises)
        for due_on in [(closed_at + timedelta(days=promise.due)).date()]
    )
    backdate(actions, created_at=closed_at)
    return list(actions)


def _prepare(
    meeting: Meeting,
    first: date,
    agreement: Agreement,
    people: dict[str, User],
    members: list[User],
    desk: Desk,
) -> None:
    """The agenda of the next meeting as the evidence asks for it today, and what people added."""
    meeting.series.definition.active_version = agreement.versions[2]
    zone = ZoneInfo(ZONE)
    meeting.period_from = first
    meeting.period_to = meeting.starts_at.astimezone(zone).date() - timedelta(days=1)
    meeting.prepared_at = desk.now
    meeting.save(update_fields=["period_from", "period_to", "prepared_at"])
    items = _items(meeting, desk.now)
    put_off = AgendaItem.objects.filter(
        meeting__series=meeting.series, status=AgendaItem.Status.DEFERRED
    ).in_bulk(field_name="pk")
    by_source = {item.source_key: item for item in put_off.values()}
    for item in items:
        item.carried_from = by_source.get(item.source_key)
    items.append(
        AgendaItem(
            meeting=meeting,
            source_key="by-hand:1",
            kind=ItemKind.FREE,
            title="How do we treat the guests of Nordlicht Live?",
            evidence={},
            position=len(items) + 1,
            minutes_planned=10,
            added_by=people["sofia"],
        )
    )
    AgendaItem.objects.bulk_create(items)
    waiting = BacklogItem.objects.bulk_create(
        BacklogItem(series=meeting.series, title=title, minutes_planned=minutes, added_by=people[name])
        for title, minutes, name in BACKLOG
    )
    backdate(waiting, added_at=desk.ago(9))
    accepted = [person.pk for person in members[:5]]
    seats = Participation.objects.filter(meeting=meeting)
    replied_at = desk.ago(4)
    seats.filter(person__in=accepted).update(reply=Participation.Reply.ACCEPTED, replied_at=replied_at)
    seats.filter(person=people["liam"]).update(reply=Participation.Reply.TENTATIVE, replied_at=replied_at)
