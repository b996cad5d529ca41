"""A quarter of handoffs of every kind, dealt out by a fixed seed, and the numbers counted by hand."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from definitions.models import Persona, Version
from leads.models import Handoff, Outcome, OutcomeKind, Reason
from reviews.models import AgendaItem, Meeting
from reviews.services.preparing import meeting_prepare
from tests.builders import NOW, a_lead, a_source, an_activity, maya, sam
from tests.reviews.builders import a_handoff, a_series, first_meeting

CHANNELS = ("Webinar", "Paid search", "")
CAMPAIGNS = ("Spring fair", "Brand", "")
CONTENTS = ("The buyer's guide", "Ten questions", "")
STATUSES = ("offered", "accepted", "returned", "returned", "sales_qualified", "disqualified", "expired")
CLAUSES = ("c-software", "c-pricing", "")


def a_persona(key: str = "head", words: str = "head") -> Persona:
    rule = {"attribute": "lead.job_title", "is": "contains_word", "values": [words]}
    return Persona.objects.create(key=key, name=key.title(), rule=rule, created_by=maya())


def a_quarter(versions: list[Version], number: int = 90, seed: int = 7) -> list[Handoff]:
    """Handoffs over the ninety days before now, some of them won, some pulled, some from before."""
    dice = random.Random(seed)
    return [_dealt(dice, versions) for _ in range(number)]


def _dealt(dice: random.Random, versions: list[Version]) -> Handoff:
    at = NOW - timedelta(minutes=dice.randrange(60, 100 * 24 * 60))
    lead = a_lead(
        channel=dice.choice(CHANNELS),
        campaign=dice.choice(CAMPAIGNS),
        job_title=dice.choice(("Head of Sales", "Intern", "")),
        captured_at=at - timedelta(days=3),
    )
    # The last act of the lead before the offer counts; not what came after it, nor what sales did.
    an_activity(lead, "page_viewed", at - timedelta(days=3), subject="Pricing")
    for content, moment in (
        (dice.choice(CONTENTS), at - timedelta(days=2)),
        (dice.choice(CONTENTS), at - timedelta(minutes=2)),
        (dice.choice(CONTENTS), at + timedelta(minutes=1)),
    ):
        if content:
            kind = dice.choice(("content_downloaded", "webinar_attended"))
            an_activity(lead, kind, moment, subject=content)
    an_activity(lead, "sales_call", at - timedelta(minutes=1), subject="First call")
    handoff = _handed(dice, lead, at, dice.choice(versions))
    if handoff.status == "sales_qualified" and dice.random() < 0.6:
        Outcome.objects.create(
            lead=lead,
            kind=OutcomeKind.WON,
            at=at + timedelta(days=1),
            source=a_source(),
            external_id=f"deal-{lead.pk}",
        )
    return handoff


def _handed(dice: random.Random, lead: Any, at: datetime, version: Version) -> Handoff:
    status = dice.choice(STATUSES)
    is_accepted = status in ("accepted", "sales_qualified", "disqualified")
    decided_at = at + timedelta(hours=dice.choice((2, 12))) if is_accepted or status == "returned" else None
    reasons = list(Reason.objects.exclude(family="disqualify").order_by("pk"))
    key = dice.choice(CLAUSES) if status == "returned" else ""
    reason = None
    if status == "returned":
        reason = dice.choice([each for each in reasons if (each.family == "definitional") == bool(key)])
    elif status == "disqualified":
        reason = Reason.objects.filter(family="disqualify").earliest("pk")
    return Handoff.objects.create(
        lead=lead,
        version=version,
        points=100,
        grade=5,
        receipt={
            "lines": [
                {"key": each, "points": 50, "is_met": dice.random() < 0.8}
                for each in ("c-software", "c-pricing")
            ]
        },
        status=status,
        is_pulled=dice.random() < 0.1,
        owner=sam() if is_accepted else None,
        offered_at=at,
        due_at=at + timedelta(hours=8),
        decided_at=decided_at,
        decided_by=sam() if decided_at else None,
        accepted_at=decided_at if is_accepted else None,
        ended_at=decided_at if status in ("returned", "disqualified") else None,
        reason=reason,
        challenged_key=key,
    )


def a_prepared_meeting(**values: Any) -> Meeting:
    return meeting_prepare(meeting=first_meeting(a_series(**values)), actor=None)


def item_of(meeting: Meeting, source_key: str) -> AgendaItem:
    rows = meeting.items.select_related("meeting__series__definition__active_version")
    return rows.get(source_key=source_key)


def table_of(item: AgendaItem, title: str) -> dict[str, list[tuple[str, str]]]:
    """The rows of one table by their label: each cell as (value, of)."""
    (table,) = (each for each in item.evidence["tables"] if each["title"].startswith(title))
    return {each["label"]: [(cell["value"], cell["of"]) for cell in each["cells"]] for each in table["rows"]}


def weekly(version: Version, *numbers: int) -> None:
    """So many offers in each week from that of Monday 6 April on."""
    for week, number in enumerate(numbers):
        for place in range(number):
            a_handoff(version, NOW - timedelta(days=28 - 7 * week, hours=-place), "accepted")
