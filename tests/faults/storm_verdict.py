"""After the storm: whether all is well, by the rows and by every answer; and what there is to tell of it."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Sum

from definitions.models import Definition, Version, VersionStatus
from leads.invariants import breaches
from leads.models import OPEN, Activity, Chunk, Handoff, HandoffStatus, Score, TouchedLead
from tests.builders import sam
from tests.faults.storm_answers import unexcused, untimely
from tests.faults.storm_faults import Storm
from tests.faults.storm_people import People
from tests.faults.storm_workspace import Truth, wrong_scores

# As many times as there are leads may leads be claimed to be scored, over both runs.
MOST_WORK = 3.0
SHOWN = 10


def unsettled(version: Version) -> list[str]:
    """What is owed before `version` is in force and all follows from it, in sentences."""
    if Definition.objects.get(stage="mql").active_version_id != version.pk:
        return [f"{version} is not in force"]
    handoffs = Handoff.objects.filter(lead=OuterRef("lead"), status__in=OPEN)
    qualified = Score.objects.filter(version=version, is_qualified=True)
    offered = Handoff.objects.filter(status=HandoffStatus.OFFERED)
    counts = {
        "marks wait": TouchedLead.objects.count(),
        "qualified leads are not offered": qualified.filter(~Exists(handoffs)).count(),
        "offered leads do not qualify": offered.filter(
            ~Exists(qualified.filter(lead=OuterRef("lead")))
        ).count(),
    }
    return [f"{count} {what}" for what, count in counts.items() if count]


@dataclass
class Verdict:
    """`second` was overtaken by `third` in the middle of its run; `first` was in force until then."""

    storm: Storm
    people: People
    truth: Truth
    first: Version
    second: Version
    third: Version

    def wrong(self) -> list[str]:
        return [
            *self.storm.wrong,
            *self._wrong_versions(),
            *self._wrong_scores(),
            *self._wrong_work(),
            *self._wrong_handoffs(),
            *self._lost_facts(),
            *self._wrong_answers(),
            # Not those of the agreement: no ballot ratified these versions.
            *breaches(),
        ]

    def _wrong_versions(self) -> list[str]:
        wrong = unsettled(self.third)
        self.second.refresh_from_db()
        if self.second.status != VersionStatus.SUPERSEDED or self.second.activated_at:
            wrong.append(f"{self.second} is {self.second.status}, and was to be overtaken.")
        return wrong

    def _wrong_scores(self) -> list[str]:
        return [
            f"Lead {number} is kept with {kept} points under {self.third}, not {true}."
            for number, kept, true in wrong_scores(self.third, self.truth)
        ]

    def _wrong_work(self) -> list[str]:
        undone = Chunk.objects.filter(run__version=self.third).exclude(status=Chunk.Status.DONE).count()
        wrong = [f"{undone} chunks of the last run are not done."] if undone else []
        if self._work() > MOST_WORK:
            wrong.append(f"{self._work():.2f} times the leads were claimed; {MOST_WORK:.0f} is the most.")
        return wrong

    def _work(self) -> float:
        chunks = Chunk.objects.filter(run__version__in=(self.second, self.third))
        return chunks.aggregate(claimed=Sum(F("attempts") * F("leads")))["claimed"] / self.people.leads

    def _wrong_handoffs(self) -> list[str]:
        """Whoever was told that a lead is theirs has it; every handoff keeps the score of its moment."""
        accepted = Handoff.objects.filter(status=HandoffStatus.ACCEPTED, owner=sam())
        lost = self.people.accepted - set(accepted.values_list("pk", flat=True))
        wrong = [f"Leads that were accepted are not: handoffs {sorted(lost)[:SHOWN]}."] if lost else []
        kept = Handoff.objects.values_list("version__number", "lead_id", "points", "grade")
        wrong += [
            f"The handoff of lead {number} keeps {points} points under MQL v{version}."
            for version, number, points, grade in kept
            if (points, grade) not in self.truth.scores(f"MQL v{version}", number)
        ]
        return wrong[:SHOWN]

    def _lost_facts(self) -> list[str]:
        kept = Activity.objects.filter(kind__key="form_submitted").values_list("lead_id", flat=True)
        lost = self.people.learned - set(kept)
        return [f"Facts that were committed are gone: of leads {sorted(lost)[:SHOWN]}."] if lost else []

    def _wrong_answers(self) -> list[str]:
        answers = self.people.answers
        outages = [outage for server in self.storm.servers.values() for outage in server.outages]
        untrue = [f"{answer.what}: {sentence}" for answer in answers for sentence in answer.wrong]
        found = (
            untrue,
            untimely(answers, [str(self.first), str(self.third)]),
            unexcused(answers, outages),
        )
        return [sentence for each in found for sentence in each[:SHOWN]]

    # -- what is told -------------------------------------------------------------------------------------

    def report(self) -> str:
        self.storm.measure_recoveries()
        lines = ["", f"{'fault':<20}{'thrown':>7}   seconds until more leads were scored: median, longest"]
        by_name: dict[str, list[float]] = {}
        for fault in self.storm.faults:
            by_name.setdefault(fault.name, []).append(fault.recovered_after)
        for name, seconds in sorted(by_name.items()):
            lines.append(f"{name:<20}{len(seconds):>7}   {_median_and_longest(seconds)}")
        for name, server in self.storm.servers.items():
            if away := [outage.ended - outage.began for outage in server.outages]:
                lines.append(f"{name} was away for seconds: {_median_and_longest(away)}")
        lines += ["", f"{'asked':<20}{'times':>7}{'503':>6}{'wrong':>7}   seconds: median, longest"]
        for what, times in sorted(Counter(answer.what for answer in self.people.answers).items()):
            these = [answer for answer in self.people.answers if answer.what == what]
            away, wrong = sum(each.is_away for each in these), sum(bool(each.wrong) for each in these)
            took = _median_and_longest([answer.ended - answer.began for answer in these])
            lines.append(f"{what:<20}{times:>7}{away:>6}{wrong:>7}   {took}")
        named = Counter(answer.under for answer in self.people.answers if answer.under)
        versions = ", ".join(f"{label}: {count}" for label, count in sorted(named.items()))
        lines += [
            f"Answers by the version that they named: {versions}.",
            f"Accepted meanwhile: {len(self.people.accepted)} leads. Facts that came in: "
            f"{len(self.people.learned)}.",
            f"Work: {self._work():.2f} times the leads were claimed, over both runs.",
            "",
        ]
        return "\n".join(lines)


def _median_and_longest(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):>6.2f} {max(seconds):>7.2f}"
