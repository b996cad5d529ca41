"""The pulse: how well each side says that the agreement serves it, review after review.

Answers are shown without names, and not at all where fewer than three of a side have answered or while
people still answer: a fourth answer could be told from the difference that it makes.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from definitions.models import Stage
from definitions.selectors import the_definition
from leads.selectors.funnel import Period
from portal.common.models import HOUSES, Team, User
from portal.common.selectors import workspace_zone
from reviews.models import Meeting, MeetingStatus, PulseAnswer
from reviews.selectors.insights.tables import Cell, Report, Row, Table, counted, values_of
from reviews.selectors.series import next_meeting_about
from reviews.words import day_words, pulse_question, pulse_words, rounded

LEAST_ANSWERS = 3
SCORES = (1, 2, 3, 4, 5)
# Earlier reviews than these are history.
MEETINGS_SHOWN = 8


def meeting_asking() -> Meeting | None:
    """The meeting that answers of now are for: the next one, or the one under way."""
    return next_meeting_about(the_definition(Stage.MQL))


def answer_of(person: User, meeting: Meeting | None) -> PulseAnswer | None:
    return PulseAnswer.objects.filter(person=person, meeting=meeting).first() if meeting else None


def pulse_report(period: Period) -> Report:
    """The reviews up to the end of the period that anybody answered for. Four queries."""
    zone = workspace_zone()
    meetings = list(
        Meeting.objects.filter(pulse__isnull=False, starts_at__lt=period.bounds(zone)[1])
        .distinct()
        .order_by("-starts_at")[:MEETINGS_SHOWN]
    )[::-1]
    counts = _counts(meetings)
    sides = [(meeting, house) for meeting in meetings for house in HOUSES]
    table = Table(
        "pulse",
        pulse_question(),
        _("Answers from 1 (badly) to 5 (very well), of the people of each side, by review."),
        _("Review"),
        (
            ("answers", _("Answers")),
            ("mean", _("Mean")),
            *((str(score), f"{score}: {words}") for score, words in pulse_words().items()),
        ),
        tuple(
            Row(
                _("%(day)s, %(house)s") % {"day": _day(meeting, zone), "house": Team(house).label},
                _cells(counts.get((meeting.pk, str(house)), {}), meeting),
                f"{meeting.starts_at.astimezone(zone).date().isoformat()} {house}",
            )
            for meeting, house in sides
        ),
    )
    notes = (
        _("Answers are shown from the opening of the review on, of sides with at least %(n)d of them.")
        % {"n": LEAST_ANSWERS},
    )
    more = {
        "trends": _trends(table, sides),
        "sentences": _sentences([each for each in meetings if _has_begun(each)][-1:], counts),
    }
    return Report((table,), (_chart(table, meetings, zone),), notes, more)


def _day(meeting: Meeting, zone: ZoneInfo) -> str:
    return day_words(meeting.starts_at.astimezone(zone).date())


def _counts(meetings: list[Meeting]) -> dict[tuple[int, str], dict[int, int]]:
    found: Any = (
        PulseAnswer.objects.filter(meeting__in=meetings, person__team__in=HOUSES)
        .values_list("meeting", "person__team")
        .annotate(**{f"n_{score}": Count("pk", filter=Q(score=score)) for score in SCORES})
    )
    return {(meeting, team): dict(zip(SCORES, counts, strict=True)) for meeting, team, *counts in found}


def _has_begun(meeting: Meeting) -> bool:
    return meeting.status in (MeetingStatus.OPEN, MeetingStatus.CLOSED)


def _cells(counts: dict[int, int], meeting: Meeting) -> tuple[Cell, ...]:
    answers = sum(counts.values())
    if answers < LEAST_ANSWERS or not _has_begun(meeting):
        hidden = Cell(None, _("too few") if _has_begun(meeting) else _("not yet"))
        return counted(answers), hidden, *(hidden for _score in SCORES)
    mean = sum(score * count for score, count in counts.items()) / answers
    return (
        counted(answers),
        Cell(mean, rounded(mean), whole=answers),
        *(counted(counts[score]) for score in SCORES),
    )


def _trends(table: Table, sides: list[tuple[Meeting, Team]]) -> list[dict[str, Any]]:
    """Of each side: the latest mean, and how it compares with the one before."""
    trends = []
    for house in HOUSES:
        of_house = zip(sides, table.column("mean"), strict=True)
        means = [
            cell.value for (_meeting, side), cell in of_house if side == house and cell.value is not None
        ]
        change = means[-1] - means[-2] if len(means) > 1 else None
        trends.append(
            {
                "house": str(house),
                "mean": rounded(means[-1]) if means else "",
                "words": _change_words(change) if means else _("too few answers yet"),
            }
        )
    return trends


def _change_words(change: float | None) -> str:
    if change is None:
        return _("nothing to compare with yet")
    if abs(change) < 0.05:
        return _("as before")
    words = _("%(n)s more than before") if change > 0 else _("%(n)s less than before")
    return words % {"n": rounded(abs(change))}


def _sentences(
    meetings: list[Meeting], counts: dict[tuple[int, str], dict[int, int]]
) -> list[dict[str, str]]:
    """What people added to the latest answers, by side; of sides with answers enough, in no telling order."""
    rows = PulseAnswer.objects.filter(meeting__in=meetings).exclude(sentence="").order_by("sentence")
    return [
        {"house": team, "words": sentence}
        for meeting, team, sentence in rows.values_list("meeting", "person__team", "sentence")
        if sum(counts.get((meeting, team), {}).values()) >= LEAST_ANSWERS
    ]


def _chart(table: Table, meetings: list[Meeting], zone: ZoneInfo) -> dict[str, Any]:
    means = table.column("mean")
    return {
        "kind": "lines",
        "key": "pulse-means",
        "title": _("The mean of each side"),
        "desc": table.population,
        "axis": table.first,
        "labels": [_day(meeting, zone) for meeting in meetings],
        "series": [
            {
                "name": str(Team(house).label),
                "look": str(house),
                "values": values_of(means[place :: len(HOUSES)]),
            }
            for place, house in enumerate(HOUSES)
        ],
        "most": SCORES[-1],
    }
