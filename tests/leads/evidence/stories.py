"""A history for evidence: people who did things, were handed over, and what became of them."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from definitions.models import Version
from leads.models import Handoff, HandoffStatus, Lead, Outcome, Reason
from tests.builders import NOW, a_criterion, a_document, a_source, a_version, sam
from tests.leads.scoring.oracle import Deed, Json, Person

ENDS = ("sales_qualified", "returned", "disqualified", "expired", "offered")
KINDS = ("page_viewed", "page_viewed", "form_submitted", "webinar_attended", "sales_call")
POINTS: Json = {"kind": "points", "points": 30, "count": "once"}


def a_history(seed: int, people: int = 60, weeks: int = 20) -> list[Person]:
    """People of `seed`, captured within so many weeks before NOW, who did things until NOW and after."""
    chance = random.Random(seed)
    industries = {number: chance.choice(["Software", "Bank", "Shop"]) for number in range(people // 3)}
    world = []
    for _ in range(people):
        account = chance.choice([None, *industries])
        captured = NOW - timedelta(minutes=chance.randrange(weeks * 7 * 24 * 60))
        facts = {
            "lead.captured_on": captured,
            "lead.job_title": chance.choice(["CTO", "Clerk", "Head of IT", None]),
            "account.industry": industries[account] if account is not None else None,
        }
        deeds = [
            Deed(
                chance.choice(KINDS),
                captured + timedelta(minutes=chance.randrange(weeks * 7 * 24 * 60)),
                chance.choice(["Pricing", "Blog", "Careers"]),
            )
            for _ in range(chance.randrange(25))
        ]
        world.append(Person(account, captured, facts, deeds))
    return world


def clauses() -> Json:
    """Fit, windows, silence, a span of hours, points each time and fading, and the people of an account."""
    pricing = {
        "activity": "page_viewed",
        "where": [{"on": "subject", "is": "contains_word", "values": ["pricing"]}],
        "within_days": 30,
        "at_least": 1,
    }
    title = {"attribute": "lead.job_title", "is": "contains_word", "values": ["head of", "cto"]}
    return a_document(
        a_criterion("c-title", title, POINTS),
        a_criterion("c-pricing", pricing, POINTS, half="behaviour"),
        a_criterion(
            "c-often",
            {"activity": "any", "at_least": 2, "within_any_hours": 48, "within_days": 60},
            POINTS,
            half="behaviour",
        ),
        a_criterion(
            "c-form",
            {"activity": "form_submitted", "at_least": 1, "within_days": 45},
            {"kind": "points", "points": 20, "count": "each", "fade_days": 45},
            half="behaviour",
        ),
        a_criterion("c-silent", {"silence_days": 14, "activity": "any"}, {**POINTS, "points": -20}),
        a_criterion("c-mates", {"account_people": 2, "meet": {"any": [title, pricing]}}, POINTS),
        a_criterion(
            "c-shop",
            {"attribute": "account.industry", "is": "one_of", "values": ["shop"]},
            {"kind": "disqualifies"},
        ),
        threshold=60,
    )


def a_version_in_force(document: Json | None = None) -> Version:
    """The active version, made of `document` where there is none yet."""
    return Version.objects.filter(status="active").first() or a_version(document)


def hand_over(lead_id: int, version: Version, at: datetime, status: str, challenged: str = "") -> Handoff:
    """One handoff, written directly, with its end a week later."""
    is_taken = status in ("accepted", "sales_qualified", "disqualified")
    is_ended = status not in ("offered", "accepted")
    return Handoff.objects.create(
        lead_id=lead_id,
        version=version,
        points=60,
        grade=3,
        receipt={"lines": []},
        status=status,
        offered_at=at,
        due_at=at + timedelta(days=1),
        owner=sam() if is_taken else None,
        accepted_at=at + timedelta(hours=1) if is_taken else None,
        decided_at=at + timedelta(hours=1) if is_taken or status == "returned" else None,
        ended_at=at + timedelta(days=7) if is_ended else None,
        reason=Reason.objects.first() if status in ("returned", "disqualified") else None,
        challenged_key=challenged,
    )


def hand_over_at_random(ids: list[int], version: Version, seed: int) -> list[Handoff]:
    """Most leads once, some twice; the first offers of those are never left open."""
    chance = random.Random(seed)
    made = []
    for lead_id in ids:
        captured = Lead.objects.get(pk=lead_id).captured_at
        for turn in range(chance.choice([0, 1, 1, 2])):
            at = captured + timedelta(minutes=chance.randrange(1, 60 * 24 * 40) + turn * 60 * 24 * 50)
            if at < NOW:
                status = chance.choice(ENDS if turn else ENDS[:-1])
                challenged = chance.choice(["c-pricing", ""]) if status == HandoffStatus.RETURNED else ""
                made.append(hand_over(lead_id, version, at, status, challenged))
    return made


def outcome(lead_id: int, kind: str, at: datetime, **fields: Any) -> Outcome:
    values = {"source": a_source(), "external_id": f"{lead_id}-{kind}-{at.isoformat()}", **fields}
    return Outcome.objects.create(lead_id=lead_id, kind=kind, at=at, **values)
