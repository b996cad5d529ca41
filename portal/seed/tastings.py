"""A tasting that is over, with two houses that see the same leads differently; and leads beside answers."""
# ruff: noqa: E501

from __future__ import annotations

from datetime import timedelta

from definitions.criteria.fingerprint import fingerprint
from definitions.documents import document_of
from definitions.models import RepAnswer, Version
from leads.models import (
    AnswerExample,
    Handoff,
    HandoffStatus,
    Lead,
    LeadStage,
    Tasting,
    TastingAnswer,
    TastingLead,
)
from leads.scoring.compiler import score_rows
from leads.scoring.scope import Scope
from leads.tasting.draw import Candidate, draw, pool_of
from leads.tasting.laying import LEADS, POOL, leads_lay
from portal.common.models import User
from portal.seed.draws import stream
from portal.seed.trail import Desk, Trail, backdate

DAYS = 5
TASTERS = ("maya", "marco", "jonas", "sam", "sofia", "liam", "nadia")
# What each house goes by: the weight of a clause that is met. A lead is taken from a weight of 2 on.
WEIGHTS = {
    "marketing": {
        "pricing": 1.6,
        "pages": 1.0,
        "burst": 1.0,
        "breadth": 0.8,
        "committee": 0.6,
        "industry": 0.6,
        "asked": 3.0,
        "ruled-out": -4.0,
    },
    "sales": {
        "role": 1.6,
        "reachable": 0.6,
        "size": 0.6,
        "switching": 0.6,
        "means-it": 0.8,
        "asked": 2.2,
        "silence": -1.6,
        "ruled-out": -4.0,
    },
}
TAKEN_FROM = 2.0
# (clause, whether it is met, what one says): the first that fits.
TAKES = {
    "marketing": (
        ("asked", True, "Asked us. What more do we want?"), ("pricing", True, "Goes back to the prices."),
        ("burst", True, "Somebody is preparing a meeting."), ("breadth", True, "Two guides are a real question."),
        ("pages", True, "Has read a good deal."), ("", True, "The company fits."),
    ),
    "sales": (
        ("asked", True, "Asked, so I call."), ("role", True, "Can say yes."), ("switching", True, "The contract runs out."),
        ("means-it", True, "Says when."), ("", True, "Worth one call."),
    ),
}  # fmt: skip
LEAVES = {
    "marketing": (
        ("ruled-out", True, "Nobody we sell to."), ("silence", True, "Has gone quiet."),
        ("pages", False, "Hardly read anything yet."), ("", True, "Too early."),
    ),
    "sales": (
        ("ruled-out", True, "Not a buyer."), ("role", False, "Cannot decide anything."), ("silence", True, "Cold."),
        ("reachable", False, "No way to reach them."), ("", True, "Nothing tells me why now."),
    ),
}  # fmt: skip
NOTES = ("Called back within the hour.", "Knew the budget in the first call.")


def tasting_lay(
    *, version: Version, first_id: int, people: dict[str, User], seed: int, desk: Desk, trail: Trail
) -> None:
    """Tasted against the draft, three of marketing and four of sales, and closed."""
    # Over an hour: round a holiday the working hours since then may be few.
    at = min(desk.ago(DAYS), desk.now - timedelta(hours=2))
    document = document_of(version)
    tasting = Tasting.objects.create(
        version=version,
        document=document,
        fingerprint=fingerprint(document),
        seed=seed,
        as_of=at,
        started_by=people["maya"],
        started_at=at,
        status=Tasting.Status.CLOSED,
        closed_by=people["mona"],
        closed_at=at + timedelta(hours=1, minutes=20),
    )
    # By lot over the places in the sample, not over keys, which a sequence never gives twice.
    leads = Lead.objects.filter(pk__gte=first_id, merged_into=None).exclude(stage=LeadStage.CUSTOMER)
    offsets = [key - first_id for key in leads.order_by("pk").values_list("pk", flat=True)]
    pool = [first_id + offset for offset in pool_of(offsets, seed, POOL)]
    rows = score_rows(document, Scope.ids(pool), at)
    candidates = [Candidate(row.lead_id - first_id, row.points, row.is_qualified) for row in rows]
    drawn = draw(candidates, threshold=document["threshold"], seed=seed, count=LEADS)
    tasted = leads_lay(tasting, [first_id + offset for offset in drawn])
    trail.record(
        "tasting.started", at=at, subject=tasting, label=str(tasting), actor=people["maya"],
        after={"version": version.number, "leads": len(tasted)},
    )  # fmt: skip
    _answers_lay(tasting, tasted, people, seed, trail)
    trail.record(
        "tasting.closed",
        at=tasting.closed_at or at,
        subject=tasting,
        label=str(tasting),
        actor=people["mona"],
    )


def _answers_lay(
    tasting: Tasting, tasted: list[TastingLead], people: dict[str, User], seed: int, trail: Trail
) -> None:
    rng = stream(seed, "tastings")
    answers = []
    for turn, name in enumerate(TASTERS):
        person, begun_at = people[name], tasting.started_at + timedelta(minutes=8 * turn + 3)
        for row in tasted:
            met, said_at = set(row.met), begun_at + timedelta(seconds=15 * row.place)
            weights = WEIGHTS[person.team]
            takes = sum(weights.get(key, 0.0) for key in met) + rng.normal(0, 0.7) >= TAKEN_FROM
            choices = (TAKES if takes else LEAVES)[person.team]
            reason = next(words for key, is_met, words in choices if not key or (key in met) is is_met)
            answers.append(
                TastingAnswer(
                    tasting_lead=row,
                    person=person,
                    house=person.team,
                    takes=bool(takes),
                    reason=reason,
                    answered_at=said_at,
                )
            )
            trail.record(
                "tasting.answered",
                at=said_at,
                subject=tasting,
                label=str(tasting),
                actor=person,
                after={"place": row.place},
            )
    TastingAnswer.objects.bulk_create(answers)


def examples_lay(people: dict[str, User], desk: Desk) -> None:
    """Beside the first answer of some reps two leads that they took on."""
    for name in ("sam", "sofia", "liam"):
        answer = RepAnswer.objects.get(person=people[name], question=RepAnswer.Question.QUALIFIED)
        taken = Handoff.objects.filter(
            owner=people[name], status__in=(HandoffStatus.ACCEPTED, HandoffStatus.SALES_QUALIFIED)
        ).order_by("-offered_at", "lead_id")
        examples = AnswerExample.objects.bulk_create(
            AnswerExample(answer=answer, lead_id=lead_id, note=note)
            for lead_id, note in zip(
                taken.values_list("lead_id", flat=True)[: len(NOTES)], NOTES, strict=False
            )
        )
        backdate(examples, added_at=desk.ago(28, 3))
