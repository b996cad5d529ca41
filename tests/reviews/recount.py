"""The numbers of the insight pages counted a second time, in plain Python, from the raw rows.

It knows the rows of the database and what the pages promise, and nothing of the modules that count them.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from definitions.models import Ballot
from leads.models import Activity, Handoff, Outcome, Reason
from portal.common.calendars import calendar_of
from portal.common.models import Workspace
from portal.common.working_time import working_time_between
from reviews.models import PulseAnswer

# (what it is by, of which one, what is counted) to (value, low, high, out of).
Told = dict[tuple[str, str, str], tuple[Any, Any, Any, Any]]
Rows = list[Handoff]

MONTH = "%Y-%m"
FAMILIES = ("definitional", "clerical", "procedural")


class Raw:
    """The raw rows of the days from `first` to `last`, as of `now`; one may be left out."""

    def __init__(self, first: date, last: date, now: datetime, without: int | None = None) -> None:
        self.first, self.last, self.now = first, last, now
        self.zone = ZoneInfo(Workspace.objects.get().time_zone)
        self.won: dict[int, list[datetime]] = defaultdict(list)
        for lead, at in Outcome.objects.filter(kind="won").values_list("lead", "at"):
            self.won[lead].append(at)
        self.all = list(Handoff.objects.select_related("lead", "version__definition", "reason"))
        self.rows = [
            row
            for row in self.all
            if first <= self.day(row.offered_at) <= last and not row.is_pulled and row.pk != without
        ]
        self.acts: dict[int, list[Activity]] = defaultdict(list)
        acts = Activity.objects.select_related("kind", "channel", "campaign", "subject").order_by("pk")
        for act in acts.filter(lead__in={row.lead_id for row in self.rows}):
            if act.kind.is_by_lead:
                self.acts[act.lead_id].append(act)

    def day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def is_won(self, row: Handoff) -> bool:
        return any(at >= row.offered_at for at in self.won[row.lead_id])

    def last_act(self, row: Handoff) -> Activity | None:
        done = [act for act in self.acts[row.lead_id] if act.occurred_at <= row.offered_at]
        return max(done, key=lambda act: (act.occurred_at, act.pk), default=None)

    def steps(self, is_by_month: bool) -> list[tuple[date, date]]:
        """Days of the period put together by their month, or by the Monday of their week."""
        days: dict[Any, list[date]] = defaultdict(list)
        day = self.first
        while day <= self.last:
            days[day.strftime(MONTH) if is_by_month else day - timedelta(days=day.weekday())].append(day)
            day += timedelta(days=1)
        return [(found[0], found[-1]) for found in days.values()]

    def of_step(self, step: tuple[date, date]) -> Rows:
        return [row for row in self.rows if step[0] <= self.day(row.offered_at) <= step[1]]

    def cycle_days(self) -> int:
        """Days in which three of four wins come after the first handoff; 90 with fewer than five wins.

        No history here has wins of leads that were never handed over.
        """
        began: dict[int, datetime] = {}
        ended: dict[int, datetime] = {}
        for row in self.all:
            for at in self.won[row.lead_id]:
                if row.offered_at <= at < self.now:
                    began[row.lead_id] = min(row.offered_at, began.get(row.lead_id, row.offered_at))
                    ended[row.lead_id] = min(at, ended.get(row.lead_id, at))
        spans = sorted((ended[lead] - began[lead]) / timedelta(days=1) for lead in began)
        if len(spans) < 5:
            return 90
        return max(1, int(spans[math.ceil(0.75 * len(spans) - 1e-9) - 1]) + 1)

    def is_early(self, last: date) -> bool:
        return (self.day(self.now) - last).days <= self.cycle_days()


# -- single numbers --------------------------------------------------------------------------------------


def is_decided(row: Handoff) -> bool:
    return row.accepted_at is not None or row.status == "returned"


def accepted(rows: Rows) -> int:
    return sum(row.accepted_at is not None for row in rows)


def decided(rows: Rows) -> Rows:
    return [row for row in rows if is_decided(row)]


def stand(rows: Rows, status: str) -> int:
    return sum(row.status == status for row in rows)


def blamed(rows: Rows, family: str) -> int:
    return sum(row.status == "returned" and row.reason.family == family for row in rows)  # type: ignore[union-attr]


def number(value: float | None, out_of: int | None = None) -> tuple[Any, Any, Any, Any]:
    return value, None, None, out_of


def share(part: int, whole: int, is_early: bool = False) -> tuple[Any, Any, Any, Any]:
    """With the interval of Wilson (1927), from the roots of his equation."""
    if whole < 20 or is_early:
        return None, None, None, whole
    z, p = 1.959964, part / whole
    # (p - x)^2 = z^2 x (1 - x) / n, solved for x.
    a, b, c = 1 + z * z / whole, -(2 * p + z * z / whole), p * p
    root = math.sqrt(max(b * b - 4 * a * c, 0))
    return p, max((-b - root) / (2 * a), 0), min((-b + root) / (2 * a), 1), whole


# -- pages -----------------------------------------------------------------------------------------------


def funnel(raw: Raw) -> Told:
    told: Told = {}
    versions: dict[str, Rows] = defaultdict(list)
    cohorts: dict[str, Rows] = defaultdict(list)
    for row in raw.rows:
        label = f"{row.version.definition.stage.upper()} v{row.version.number}"
        versions[label].append(row)
        cohorts[f"{label} {raw.day(row.offered_at).strftime(MONTH)}"].append(row)
    ends = {first.strftime(MONTH): last for first, last in raw.steps(is_by_month=True)}
    for by, groups in (("version", versions), ("cohort", cohorts)):
        for of, rows in groups.items():
            last = raw.last if by == "version" else ends[of.rpartition(" ")[2]]
            taken = accepted(rows)
            for name, value in {
                "offered_in_all": number(len(rows)),
                "decided": number(len(decided(rows))),
                "ever_accepted": number(taken),
                "accepted_of_decided": share(taken, len(decided(rows))),
                "sales_qualified": number(stand(rows, "sales_qualified")),
                "sales_qualified_of_accepted": share(stand(rows, "sales_qualified"), taken),
                "won": number(sum(map(raw.is_won, rows))),
                "won_of_accepted": share(sum(map(raw.is_won, rows)), taken, raw.is_early(last)),
            }.items():
                told[by, of, name] = value
    return told


def returns(raw: Raw) -> Told:
    told: Told = {}
    steps = raw.steps(is_by_month=(raw.last - raw.first).days + 1 > 100)
    for step in steps:
        rows, of = raw.of_step(step), step[0].isoformat()
        told |= {
            ("step", of, "offered_in_all"): number(len(rows)),
            ("step", of, "decided"): number(len(decided(rows))),
            ("step", of, "ever_accepted"): number(accepted(rows)),
            ("step", of, "accepted_of_decided"): share(accepted(rows), len(decided(rows))),
            ("step", of, "returned"): number(stand(rows, "returned")),
            **{("step", of, family): number(blamed(rows, family)) for family in FAMILIES},
        }
    came_back = [row for row in raw.rows if row.status == "returned"]
    names = {(reason.key, reason.family): reason.label for reason in Reason.objects.order_by("pk")}

    def name_of(row: Handoff) -> str:
        assert row.reason is not None
        return names[row.reason.key, row.reason.family]

    for label, count in Counter(map(name_of, came_back)).items():
        told["reason", label, "returned"] = number(count)
        told["reason", label, "of_returned"] = share(count, len(came_back))
        for step in steps:
            mine = [row for row in raw.of_step(step) if row.status == "returned" and name_of(row) == label]
            told["reason", label, step[0].isoformat()] = number(len(mine))
    return told


def clauses(raw: Raw) -> Told:
    told: Told = {}
    keys = {clause["key"] for row in raw.rows for clause in (row.version.document or {})["criteria"]}
    keys |= {row.challenged_key for row in raw.rows if row.status == "returned" and row.challenged_key}

    def met(row: Handoff) -> set[str]:
        return {line["key"] for line in row.receipt["lines"] if line.get("is_met") and line["key"]}

    for key in keys | {key for row in raw.rows for key in met(row)}:
        carried = [row for row in raw.rows if key in met(row)]
        others = [row for row in raw.rows if key not in met(row)]
        named = [row for row in raw.rows if row.status == "returned" and row.challenged_key == key]
        won = sum(map(raw.is_won, carried))
        for name, value in {
            "carried": number(len(carried)),
            "decided": number(len(decided(carried))),
            "ever_accepted": number(accepted(carried)),
            "accepted_of_decided": share(accepted(carried), len(decided(carried))),
            "accepted_when_not_met": share(accepted(others), len(decided(others))),
            "challenged": number(len(named)),
            "challenged_of_carried": share(sum(key in met(row) for row in named), len(carried)),
            "sales_qualified": number(stand(carried, "sales_qualified")),
            "won": number(won),
            "won_of_carried": share(won, len(carried), raw.is_early(raw.last)),
        }.items():
            told["clause", key, name] = value
    return told


def channels(raw: Raw) -> Told:
    def act_names(column: str) -> Callable[[Handoff], str]:
        def name(row: Handoff) -> str:
            act = raw.last_act(row)
            term = getattr(act, column) if act else None
            return term.text if term else ""

        return name

    causes: dict[str, Callable[[Handoff], str]] = {
        "channel": lambda row: row.lead.channel,
        "campaign": lambda row: row.lead.campaign,
        "last_channel": act_names("channel"),
        "last_campaign": act_names("campaign"),
        "last_content": act_names("subject"),
    }
    told: Told = {}
    for by, name_of in causes.items():
        groups: dict[str, Rows] = defaultdict(list)
        for row in raw.rows:
            groups[name_of(row) or "Not known"].append(row)
        for of, rows in groups.items():
            for name, value in {
                "offered_in_all": number(len(rows)),
                "decided": number(len(decided(rows))),
                "ever_accepted": number(accepted(rows)),
                "accepted_of_decided": share(accepted(rows), len(decided(rows))),
                "returned": number(stand(rows, "returned")),
                "definitional": number(blamed(rows, "definitional")),
                "sales_qualified": number(stand(rows, "sales_qualified")),
                "won": number(sum(map(raw.is_won, rows))),
            }.items():
                told[by, of, name] = value
    return told


def speed(raw: Raw) -> Told:
    """Hours; nine of ten is the value at that place of all, in order."""
    calendar = calendar_of("sales")
    told: Told = {}

    def system(row: Handoff) -> float:
        act = raw.last_act(row)
        known = [row.lead.captured_at, row.version.activated_at, act.occurred_at if act else None]
        last = max(each for each in known if each)
        return max((row.offered_at - last).total_seconds(), 0) / 3600

    def human(row: Handoff) -> float:
        at = row.decided_at or row.accepted_at
        assert at is not None
        return working_time_between(row.offered_at, at, calendar).total_seconds() / 3600

    steps = raw.steps(is_by_month=(raw.last - raw.first).days + 1 > 100)
    groups = {step[0].isoformat(): raw.of_step(step) for step in steps} | {"period": raw.rows}
    for of, rows in groups.items():
        straight = [system(row) for row in rows if not row.is_recycled and row.override_id is None]
        worked = [human(row) for row in decided(rows)]
        in_time = [row for row in decided(rows) if row.decided_at and row.decided_at <= row.due_at]
        late = [row for row in decided(rows) if row.decided_at and row.decided_at > row.due_at]
        owed = len(in_time) + len(late) + stand(rows, "expired")
        told |= {
            ("system", of, "straight"): number(len(straight)),
            **_spread("system", of, straight),
            ("human", of, "decided"): number(len(worked)),
            **_spread("human", of, worked),
            ("human", of, "in_time"): number(len(in_time)),
            ("human", of, "in_time_of_due"): share(len(in_time), owed),
        }
    return told


def _spread(by: str, of: str, spans: list[float]) -> Told:
    ordered = sorted(spans)
    most = ordered[math.ceil(len(ordered) * 0.9 - 1e-9) - 1] if ordered else None
    return {
        (by, of, "median"): number(median(ordered) if ordered else None),
        (by, of, "most"): number(most),
    }


def forecast(raw: Raw) -> Told:
    told: Told = {}
    ratified = Ballot.objects.filter(status="ratified", version__definition__stage="mql")
    by_version = {each.version: each for each in ratified.exclude(kind="restore").order_by("opened_at", "pk")}
    for version, ballot in by_version.items():
        begins, ends = version.activated_at, min(version.ended_at or raw.now, raw.now)
        if (
            begins is None
            or raw.day(begins) > raw.last
            or (version.ended_at and version.ended_at <= _at(raw, raw.first))
        ):
            continue
        label = f"MQL v{version.number}"
        weeks = [
            (first, last)
            for first, last in raw.steps(is_by_month=False)
            if (last - first).days == 6
            and begins <= _at(raw, first)
            and _at(raw, last + timedelta(days=1)) <= ends
        ]
        offered = [sum(row.version_id == version.pk for row in raw.of_step(week)) for week in weeks]
        came = sum(offered) / len(offered) if len(offered) >= 4 else None
        said = ballot.slip["expected_weekly"]["value"] if ballot.slip else None
        is_alike = bool(ballot.slip) and not ballot.slip["expected_weekly"]["is_of_new_leads"]
        told |= {
            ("version", label, "forecast"): number(said),
            ("version", label, "came"): number(came),
            ("version", label, "of_forecast"): number(
                came / said if came is not None and said and is_alike else None
            ),
            ("version", label, "weeks"): number(len(weeks)),
            ("version", label, "offered"): number(sum(offered)),
            **{
                ("week", f"{label} {first.isoformat()}", "offered"): number(count)
                for (first, _last), count in zip(weeks, offered, strict=True)
            },
        }
    return told


def _at(raw: Raw, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=raw.zone).astimezone(UTC)


def pulse(raw: Raw) -> Told:
    told: Told = {}
    groups: dict[str, list[int]] = {}
    begun: set[str] = set()
    answers = PulseAnswer.objects.select_related("meeting", "person")
    for answer in answers:
        day = raw.day(answer.meeting.starts_at)
        if day <= raw.last:
            for house in ("marketing", "sales"):
                groups.setdefault(f"{day.isoformat()} {house}", [])
                if answer.meeting.opened_at is not None:
                    begun.add(f"{day.isoformat()} {house}")
            if answer.person.team in ("marketing", "sales"):
                groups[f"{day.isoformat()} {answer.person.team}"].append(answer.score)
    for of, scores in groups.items():
        is_shown = len(scores) >= 3 and of in begun
        told["pulse", of, "answers"] = number(len(scores))
        told["pulse", of, "mean"] = number(
            sum(scores) / len(scores) if is_shown else None, len(scores) if is_shown else None
        )
        for score in range(1, 6):
            told["pulse", of, str(score)] = number(scores.count(score) if is_shown else None)
    return told


PAGES: dict[str, Callable[[Raw], Told]] = {
    "funnel": funnel,
    "returns": returns,
    "clauses": clauses,
    "channels": channels,
    "speed": speed,
    "forecast": forecast,
    "pulse": pulse,
}


def differences(page: Told, again: Told) -> list[str]:
    """Each number that the page and the second count do not say alike; shares to nine digits."""

    def alike(one: Iterable[Any], other: Iterable[Any]) -> bool:
        return all(
            a == b or (a is not None and b is not None and math.isclose(a, b, abs_tol=1e-9))
            for a, b in zip(one, other, strict=True)
        )

    return [
        f"{' / '.join(key)}: {page.get(key)} on the page, {again.get(key)} counted again"
        for key in sorted(page.keys() | again.keys())
        if key not in page or key not in again or not alike(page[key], again[key])
    ]
