"""A bank's log of loan applications, read as a history of handoffs; and a made one of the same columns.

The real one is the BPI Challenge 2012 (4TU.ResearchData, 10.4121/uuid:3926db30-f712-4394-aebc-75976070e91f):
13,087 cases, 262,200 events. An application that the bank pre-accepts is a qualified lead and is offered; one
that it accepts is taken on by whoever did so; the first call about an offer is the follow-up.
"""

from __future__ import annotations

import csv
import gzip
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from definitions.models import Version
from leads.facts import refresh
from leads.handoffs.clocks import clocks_lay_missing
from leads.models import FollowUp, Handoff, Lead, Reason, Score, StageChange, TouchedLead
from portal.common import audit
from portal.common.models import Team, User
from tests.builders import a_source

COLUMNS = ("case_id", "timestamp", "activity", "lifecycle", "resource")
WON = {"A_ACTIVATED", "A_APPROVED", "A_REGISTERED"}
LOST = {"A_DECLINED", "A_CANCELLED"}


@dataclass
class Case:
    """What became of one application. Instants are None for what did not happen."""

    key: str
    created_at: datetime
    offered_at: datetime | None = None
    accepted_at: datetime | None = None
    rep: str = ""
    followed_up_at: datetime | None = None
    ended_at: datetime | None = None
    is_won: bool = False

    @property
    def status(self) -> str:
        """Of the handoff; empty where the application was never offered."""
        if self.offered_at is None:
            return ""
        if self.ended_at is None:
            return "accepted" if self.accepted_at else "offered"
        if self.accepted_at is None:
            return "withdrawn"
        return "sales_qualified" if self.is_won else "disqualified"

    @property
    def place(self) -> str:
        """Of the lead, in the words of the leak map."""
        if self.status == "accepted":
            return "worked" if self.followed_up_at else "accepted"
        return {
            "": "below",
            "offered": "shared",
            "withdrawn": "below",
            "sales_qualified": "sales-qualified",
            "disqualified": "disqualified",
        }[self.status]


def events_of(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def made_events(cases: int, seed: int) -> Iterator[dict[str, str]]:
    """Applications of the same shape: ends of every kind, offsets that change with daylight saving."""
    rng = random.Random(seed)

    def event(case: int, at: datetime, activity: str, resource: str = "") -> dict[str, str]:
        offset = timedelta(hours=2 if at < datetime(2011, 10, 30, 1, tzinfo=UTC) else 1)
        local = (at + offset).replace(tzinfo=None).isoformat(timespec="milliseconds")
        stamp = f"{local}+0{offset.seconds // 3600}:00"
        return dict(zip(COLUMNS, (str(case), stamp, activity, "COMPLETE", resource), strict=True))

    for number in range(cases):
        case, rep = 173_688 + 3 * number, str(rng.choice((10_862, 10_913, 11_049)))
        at = datetime(2011, 10, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(60 * 24 * 60))
        fate = number % 8
        path = ["A_SUBMITTED", "A_PARTLYSUBMITTED"]
        path += [] if fate == 0 else ["A_PREACCEPTED"]
        path += ["A_ACCEPTED", "O_SENT"] if fate in (3, 4, 5, 6, 7) else []
        path += ["W_Nabellen offertes"] if fate in (4, 5, 6) else []
        path += {0: ["A_DECLINED"], 2: ["A_CANCELLED"], 5: ["A_DECLINED"]}.get(fate, [])
        path += ["A_REGISTERED", "A_ACTIVATED"] if fate in (6, 7) else []
        for activity in path:
            yield event(case, at, activity, rep if activity != "A_SUBMITTED" else "112")
            at += timedelta(minutes=rng.randrange(1, 2000))


def cases_of(events: Iterable[dict[str, str]]) -> list[Case]:
    """One for each case id, whatever the order of the lines."""
    by_case: dict[str, list[tuple[datetime, str, str]]] = {}
    for row in events:
        at = datetime.fromisoformat(row["timestamp"]).astimezone(UTC)
        by_case.setdefault(row["case_id"], []).append((at, row["activity"], row["resource"]))
    return [_case(key, sorted(rows)) for key, rows in by_case.items()]


def _case(key: str, rows: list[tuple[datetime, str, str]]) -> Case:
    def first(names: set[str]) -> tuple[datetime, str] | None:
        return next(((at, who) for at, name, who in rows if name in names), None)

    case = Case(key, created_at=rows[0][0])
    offered, accepted = first({"A_PREACCEPTED"}), first({"A_ACCEPTED"})
    called, won, lost = first({"W_Nabellen offertes"}), first(WON), first(LOST)
    if offered is None:
        return case
    case.offered_at = offered[0]
    if accepted:
        case.accepted_at, case.rep = accepted[0], accepted[1] or "112"
        case.followed_up_at = called[0] if called else None
    end = won or lost
    if end:
        case.ended_at, case.is_won = end[0], won is not None
    return case


def handoffs_import(cases: list[Case], version: Version) -> None:
    """Leads, handoffs, stages, follow-ups and trail, as years of work in the portal would have left them."""
    reps = _reps(sorted({case.rep for case in cases if case.rep}))
    leads = Lead.objects.bulk_create(
        Lead(
            source=a_source("bank"),
            external_id=case.key,
            captured_at=case.created_at,
            stage=_moves(case)[-1][0] if _moves(case) else "lead",
            owner=reps.get(case.rep)
            if case.status in ("accepted", "sales_qualified", "disqualified")
            else None,
        )
        for case in cases
    )
    refresh([lead.pk for lead in leads])
    TouchedLead.objects.all().delete()
    offered = [(case, lead) for case, lead in zip(cases, leads, strict=True) if case.offered_at]
    reason = Reason.objects.get(key="no-need", retired_at=None)
    handoffs = Handoff.objects.bulk_create(
        _handoff(case, lead, version, reps.get(case.rep), reason) for case, lead in offered
    )
    StageChange.objects.bulk_create(_changes(offered, handoffs))
    FollowUp.objects.bulk_create(
        FollowUp(handoff=row, person=row.owner, at=row.followed_up_at, has_reached=True)
        for row in handoffs
        if row.followed_up_at and row.owner
    )
    Score.objects.bulk_create(
        Score(
            version=version,
            lead=row.lead,
            points=100 if row.status == "offered" else 0,
            fit=0,
            behaviour=0,
            grade=5 if row.status == "offered" else 1,
            qualification=2 if row.status == "offered" else 1,
            is_qualified=row.status == "offered",
            as_of=row.offered_at,
        )
        for row in handoffs
    )
    audit.record(
        "handoffs.offered", subject=version, actor=None, after={"handoffs": [row.pk for row in handoffs]}
    )
    clocks_lay_missing()


def _reps(numbers: list[str]) -> dict[str, User]:
    made = User.objects.bulk_create(
        User(email=f"rep{number}@bank.example", name=f"Rep {number}", team=Team.SALES) for number in numbers
    )
    return dict(zip(numbers, made, strict=True))


def _handoff(case: Case, lead: Lead, version: Version, rep: User | None, reason: Reason) -> Handoff:
    assert case.offered_at is not None
    values: dict[str, Any] = {"ended_at": case.ended_at}
    if case.accepted_at:
        values |= {
            "owner": rep,
            "accepted_at": case.accepted_at,
            "decided_at": case.accepted_at,
            "decided_by": rep,
            "followed_up_at": case.followed_up_at,
            "follow_up_due_at": case.accepted_at + timedelta(days=3),
        }
    if case.status == "disqualified":
        values |= {"reason": reason, "reason_label": reason.label}
    return Handoff(
        lead=lead,
        version=version,
        points=0,
        grade=1,
        receipt={"lines": [], "points": 0, "grade": 1},
        status=case.status,
        offered_at=case.offered_at,
        due_at=case.offered_at + timedelta(days=1),
        **values,
    )


def _moves(case: Case) -> list[tuple[str, datetime]]:
    """The stages that the lead came to."""
    moves = []
    if case.offered_at:
        moves.append(("mql", case.offered_at))
    if case.accepted_at:
        moves.append(("sal", case.accepted_at))
    if case.offered_at and case.ended_at:
        stage = {"withdrawn": "lead"}.get(case.status, case.status)
        moves.append((stage, max(case.ended_at, moves[-1][1])))
    return moves


def _changes(offered: list[tuple[Case, Lead]], handoffs: list[Handoff]) -> Iterator[StageChange]:
    for (case, lead), row in zip(offered, handoffs, strict=True):
        before = "lead"
        for stage, at in _moves(case):
            yield StageChange(lead=lead, handoff=row, before=before, after=stage, changed_at=at)
            before = stage
