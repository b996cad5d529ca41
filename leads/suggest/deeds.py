"""Rules on what leads did: how often within how many days, about what, how long, and silence. Pure.

Windows are those of docs/scoring.md: an activity counts within D days when it is at most D · 86,400 s
older than the instant of judging.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from leads.suggest.candidates import Candidate, cuts_of
from leads.suggest.history import Bools, Deeds, Ints, Json

DAY = 86_400_000_000  # microseconds
WINDOWS: tuple[int | None, ...] = (None, 7, 14, 30, 90)
TIMES = (1, 2, 3, 5, 10)
SILENCES = (7, 14, 30, 60)
MOST_SUBJECTS = 12


def of_deeds(deeds: Deeds, known_for: Ints) -> Iterator[Candidate]:
    """Candidates of all kinds; `known_for` has the number of leads and how long each was known."""
    leads = len(known_for)
    for place, kind in enumerate(deeds.kinds):
        of_kind = deeds.kind == place
        if not of_kind.any():
            continue
        yield from _counted(deeds, kind, of_kind, leads)
        yield from _timed(deeds, kind, of_kind, leads)
        yield from _different(deeds, kind, of_kind, leads)
        for subject in _subjects(deeds, of_kind):
            yield from _counted(deeds, kind, of_kind & (deeds.subject == subject), leads, subject)
    # Last: where a rule on one kind is met by the same leads, it says more.
    yield from _counted(deeds, "any", np.ones(len(deeds.lead), dtype=bool), leads)
    yield from _silent(deeds, known_for)


def _subjects(deeds: Deeds, of_kind: Bools) -> list[int]:
    """What a kind was most often about, when it was about more than one thing."""
    counts = np.bincount(deeds.subject[of_kind & (deeds.subject >= 0)], minlength=1)
    found = [int(place) for place in np.argsort(-counts, kind="stable")[:MOST_SUBJECTS] if counts[place]]
    return found if len(found) > 1 else []


def _counted(
    deeds: Deeds, kind: str, which: Bools, leads: int, subject: int | None = None
) -> Iterator[Candidate]:
    choices = math.log(len(WINDOWS) * len(TIMES))
    family = kind if subject is None else f"{kind} {deeds.subjects[subject]}"
    for days in WINDOWS:
        counts = np.bincount(deeds.lead[which & _within(deeds, days)], minlength=leads)
        for times in TIMES:
            rule: Json = {"activity": kind, "at_least": times}
            if subject is not None:
                rule["where"] = [{"on": "subject", "is": "one_of", "values": [deeds.subjects[subject]]}]
            yield Candidate(_windowed(rule, days), "behaviour", family, choices, counts >= times)


def _timed(deeds: Deeds, kind: str, which: Bools, leads: int) -> Iterator[Candidate]:
    if not deeds.seconds[which].any():
        return
    for days in (None, 30):
        chosen = which & _within(deeds, days)
        totals = np.bincount(deeds.lead[chosen], deeds.seconds[chosen], minlength=leads)
        cuts = [cut for cut in cuts_of(totals[totals > 0], 6) if cut >= 1]
        for cut in cuts:
            rule: Json = {"activity": kind, "total_seconds": int(cut)}
            choices = math.log(2 * len(cuts))
            yield Candidate(_windowed(rule, days), "behaviour", kind, choices, totals >= int(cut))


def _different(deeds: Deeds, kind: str, which: Bools, leads: int) -> Iterator[Candidate]:
    chosen = which & (deeds.subject >= 0)
    pairs = np.unique(deeds.lead[chosen] * (len(deeds.subjects) + 1) + deeds.subject[chosen])
    counts = np.bincount(pairs // (len(deeds.subjects) + 1), minlength=leads)
    for subjects in (2, 3, 5):
        rule: Json = {"activity": kind, "different_subjects": subjects}
        yield Candidate(rule, "behaviour", kind, math.log(3), counts >= subjects)


def _silent(deeds: Deeds, known_for: Ints) -> Iterator[Candidate]:
    for days in SILENCES:
        counts = np.bincount(deeds.lead[_within(deeds, days)], minlength=len(known_for))
        met = (known_for > days * DAY) & (counts == 0)
        rule: Json = {"silence_days": days, "activity": "any"}
        yield Candidate(rule, "behaviour", "silence", math.log(len(SILENCES)), met)


def _within(deeds: Deeds, days: int | None) -> Bools:
    return deeds.age <= days * DAY if days else np.ones(len(deeds.age), dtype=bool)


def _windowed(rule: Json, days: int | None) -> Json:
    return {**rule, "within_days": days} if days else rule
