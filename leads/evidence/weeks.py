"""A back-test's arithmetic: who reached a threshold in which week, and what became of them. Pure.

A week is known by its number; 0 is the end of the time before the first week. `reached[number]` maps
leads to their points at its end, where these are higher than at the end of any week before; None where
one clause qualifies alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from leads.evidence.intervals import Contrast

Json = dict[str, Any]
Reached = Mapping[int, int | None]

WEEK = timedelta(days=7)
# What became of a lead, the first that fits. `unknown` is nothing yet.
FATES = ("won", "lost", "sales_qualified", "returned", "ruled_out", "unknown")
DIAL_GROUPS = ("qualified", "decided", "accepted", "settled", "good", "won")
DIAL_STEPS = 5  # thresholds on either side of the version's own


@dataclass(frozen=True)
class Happened:
    """What happened to one lead: instants by kind, in any order.

    Kinds: won, lost, sales_qualified, returned, ruled_out, and accepted.
    """

    at: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    def since(self, kind: str, instant: datetime) -> bool:
        return any(at >= instant for at in self.at.get(kind, ()))

    def before(self, kind: str, instant: datetime) -> bool:
        return any(at < instant for at in self.at.get(kind, ()))

    def first_decision(self, instant: datetime) -> str:
        """What sales first decided from then on: accepted or returned; empty where it has not."""
        found = [
            (at, kind) for kind in ("accepted", "returned") for at in self.at.get(kind, ()) if at >= instant
        ]
        return min(found)[1] if found else ""


NOTHING = Happened({})


def first_weeks(reached: Sequence[Reached], threshold: int) -> dict[int, int]:
    """For each lead the first week at whose end it qualified at this threshold."""
    first: dict[int, int] = {}
    for number, found in enumerate(reached):
        for lead_id, points in found.items():
            if lead_id not in first and (points is None or points >= threshold):
                first[lead_id] = number
    return first


def rises(found: Reached, best: dict[int, int | None]) -> dict[int, int | None]:
    """Of what was found at the end of a week, what is higher than `best`, which is brought up to date."""
    risen: dict[int, int | None] = {}
    for lead_id, points in found.items():
        known = best.get(lead_id, -(10**9))
        if known is not None and (points is None or points > known):
            risen[lead_id] = best[lead_id] = points
    return risen


def dial_thresholds(threshold: int) -> list[int]:
    """The thresholds of the strictness dial, the version's own in the middle; all above zero."""
    step = max(1, round(threshold / 20) if threshold < 200 else round(threshold / 100) * 5)
    return [
        value
        for value in (threshold + place * step for place in range(-DIAL_STEPS, DIAL_STEPS + 1))
        if value > 0
    ]


@dataclass(frozen=True)
class Past:
    """What the weeks are held against: their ends (0 to the last), what happened to leads, and until when.

    Weeks that began less than `cycle_days` before `as_of` are too early to say. `captured` are instants
    of capture of all leads, by id.
    """

    ends: Sequence[datetime]
    as_of: datetime
    cycle_days: int
    happened: Mapping[int, Happened]
    captured: Mapping[int, datetime]

    def is_early(self, number: int) -> bool:
        return self.ends[number] > self.as_of - timedelta(days=self.cycle_days)

    def of(self, lead_id: int) -> Happened:
        return self.happened.get(lead_id, NOTHING)

    def fate(self, lead_id: int, number: int) -> str:
        """What became of a lead that qualified in that week.

        What speaks for it counts only after the week's end, when the facts that it was judged by were
        known; a return also within the week, since a lead is offered as soon as it qualifies.
        """
        happened, end = self.of(lead_id), self.ends[number]
        for kind in ("won", "lost", "sales_qualified"):
            if happened.since(kind, end):
                return kind
        for kind in ("returned", "ruled_out"):
            if happened.since(kind, end - WEEK):
                return kind
        return "unknown"

    def is_good(self, lead_id: int, number: int) -> bool:
        """Whether sales qualified it afterwards, or it was won."""
        happened, end = self.of(lead_id), self.ends[number]
        return happened.since("sales_qualified", end) or happened.since("won", end)


def told(reached: Sequence[Reached], threshold: int, past: Past) -> Json:
    """One version's past, ready for JSON: its weeks with the leads of each fate, and the totals.

    Each week is {"ends_at", "is_early", "volume", "good" (lead ids), one list of lead ids per fate}.
    Leads that were won before the end of the week in which they first qualify are customers already:
    `already` names them, no week counts them. `base` is a contrast of won leads, qualified against
    the others of the same time; None while every week is too early.
    """
    first = first_weeks(reached, threshold)
    weeks, already = _weeks(first, past)
    settled = [week for week in weeks if not week["is_early"]]
    won = {
        lead_id: min(at for at in happened.at["won"] if at >= past.ends[0])
        for lead_id, happened in past.happened.items()
        if happened.since("won", past.ends[0]) and not happened.before("won", past.ends[0])
    }
    caught = [lead for lead, at in won.items() if lead in first and past.ends[first[lead]] <= at]
    return {
        "threshold": threshold,
        "weeks": weeks,
        "already": sorted(already),
        "before": sum(number == 0 for number in first.values()),
        "volumes": [week["volume"] for week in weeks],
        "settled": sum(week["volume"] for week in settled),
        "won": sum(len(week["won"]) for week in settled),
        "good": sum(len(week["good"]) for week in settled),
        "base": _base(first, settled, won, past),
        "caught": sorted(caught),
        "missed": sorted(set(won) - set(caught)),
    }


def _weeks(first: Mapping[int, int], past: Past) -> tuple[list[Json], list[int]]:
    leads: dict[int, list[int]] = defaultdict(list)
    already = []
    for lead_id, number in sorted(first.items()):
        if number == 0:
            continue
        if past.of(lead_id).before("won", past.ends[number]):
            already.append(lead_id)
        else:
            leads[number].append(lead_id)
    weeks = []
    for number in range(1, len(past.ends)):
        week: Json = {name: [] for name in FATES}
        for lead_id in leads[number]:
            week[past.fate(lead_id, number)].append(lead_id)
        week["good"] = [lead_id for lead_id in leads[number] if past.is_good(lead_id, number)]
        week |= {
            "ends_at": past.ends[number].isoformat(),
            "is_early": past.is_early(number),
            "volume": len(leads[number]),
        }
        weeks.append(week)
    return weeks, already


def _base(
    first: Mapping[int, int], settled: Sequence[Json], won: Iterable[int], past: Past
) -> list[int] | None:
    """Won leads among those that qualified in a week that is old enough, and among all others known then
    that had not been won before: the four counts of a `Contrast`."""
    if not settled:
        return None
    end = past.ends[len(settled)]
    others = {
        lead_id
        for lead_id, at in past.captured.items()
        if at < end
        and first.get(lead_id, len(past.ends)) > len(settled)
        and not past.of(lead_id).before("won", past.ends[0])
    }
    contrast = Contrast(
        sum(week["volume"] for week in settled),
        sum(len(week["won"]) for week in settled),
        len(others),
        len(others & set(won)),
    )
    return [contrast.matched, contrast.matched_ended, contrast.others, contrast.others_ended]


def dial_leads(reached: Sequence[Reached], threshold: int, past: Past) -> dict[str, list[int]]:
    """Who stands behind the numbers of one threshold.

    `qualified` in any week; of them `decided`, whose handoff sales has accepted or returned since, and
    `accepted`, where it accepted first; `settled` in weeks that are old enough to say, and of these
    `good` (sales-qualified or won) and `won`.
    """
    weeks, _already = _weeks(first_weeks(reached, threshold), past)
    found: dict[str, list[int]] = {name: [] for name in DIAL_GROUPS}
    for number, week in enumerate(weeks, start=1):
        leads = [lead_id for fate in FATES for lead_id in week[fate]]
        found["qualified"] += leads
        for lead_id in leads:
            decision = past.of(lead_id).first_decision(past.ends[number] - WEEK)
            found["decided"] += [lead_id] if decision else []
            found["accepted"] += [lead_id] if decision == "accepted" else []
        if not week["is_early"]:
            found["settled"] += leads
            found["good"] += week["good"]
            found["won"] += week["won"]
    return found


def dial(reached: Sequence[Reached], thresholds: Iterable[int], past: Past) -> list[Json]:
    """What each threshold would have brought: {"threshold", "volumes" (by week), and the count of each
    group of `dial_leads`}."""
    found = []
    for threshold in thresholds:
        weeks, _already = _weeks(first_weeks(reached, threshold), past)
        leads = dial_leads(reached, threshold, past)
        found.append(
            {
                "threshold": threshold,
                "volumes": [week["volume"] for week in weeks],
                **{name: len(leads[name]) for name in DIAL_GROUPS},
            }
        )
    return found
