"""The portal drafts an amendment for each clause that has been challenged often enough."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from definitions.documents import document_of
from definitions.models import Definition, Stage, Version
from definitions.selectors import active_version
from definitions.services.drafts import draft_create
from leads.challenges.selectors import (
    COUNTED,
    NOTHING,
    ClauseChallenges,
    challenges_counted,
    clauses_challenged,
    handed_over,
)
from leads.models import Amendment, Handoff
from leads.selectors.funnel import carried_by_clause
from portal.common import audit
from portal.common.models import HOUSES
from portal.common.notify import owe_notification
from portal.common.selectors import people_of

# So many returns are told with their sentences; the page of the clause has them all.
RETURNS_TOLD = 20


def amendments_open_due(now: datetime | None = None) -> int:
    """Draft what is owed, one clause a transaction; says how many drafts were opened.

    What is owed is asked anew each time: a clause at the level without an amendment for the version in force.
    """
    now = now or timezone.now()
    version = active_version(Stage.MQL)
    if version is None or not challenges_counted(version, now).exists():
        return 0
    owed = [row for row in clauses_challenged(version, now) if row.is_reached and row.amendment is None]
    return sum(_open(version, row, now) for row in owed)


@transaction.atomic
def _open(version: Version, row: ClauseChallenges, now: datetime) -> bool:
    """The draft, its evidence and the word to both houses; False where another worker was faster."""
    # The definition's row: no second worker, and no flip to another version, until this is done.
    held = Definition.objects.select_for_update().get(pk=version.definition_id)
    is_there = Amendment.objects.filter(version=version, criterion_key=row.key).exists()
    if is_there or held.active_version_id != version.pk:
        return False
    evidence = _evidence(version, row, now)
    summary = _summary(version, row, evidence)
    document = document_of(version)
    criteria = [
        {**clause, "reason": _reason(row, clause)} if clause["key"] == row.key else clause
        for clause in document["criteria"]
    ]
    draft = draft_create(
        definition=held,
        actor=None,
        based_on=version,
        document={**document, "criteria": criteria},
        title=Truncator(_("Amendment: %(clause)s") % {"clause": row.wording}).chars(160),
        summary=summary,
    )
    amendment = Amendment.objects.create(
        version=version, criterion_key=row.key, draft=draft, evidence=evidence, opened_at=now
    )
    audit.record(
        "amendment.opened",
        subject=draft,
        actor=None,
        after={"clause": row.key, "challenges": row.challenges, "carried": row.carried},
    )
    _tell(amendment, row)
    return True


def _evidence(version: Version, row: ClauseChallenges, now: datetime) -> dict[str, Any]:
    met = carried_by_clause(handed_over(version, now)).get(row.key, NOTHING)
    returns = (
        challenges_counted(version, now)
        .filter(challenged_key=row.key)
        .select_related("lead", "decided_by")
        .order_by("-ended_at", "-pk")
    )
    return {
        "days": COUNTED.days,
        "challenges": row.challenges,
        **met,
        "returns": [_told(handoff) for handoff in returns],
    }


def _told(handoff: Handoff) -> dict[str, Any]:
    return {
        "handoff": handoff.pk,
        "lead": str(handoff.lead),
        "person": str(handoff.decided_by or ""),
        "at": handoff.ended_at.isoformat() if handoff.ended_at else "",
        "reason": handoff.reason_label,
        "note": handoff.note,
    }


def counts_in_words(challenges: int, carried: int) -> str:
    return ngettext(
        "In %(days)d days sales returned %(n)d lead and named this clause, of %(carried)d that met it.",
        "In %(days)d days sales returned %(n)d leads and named this clause, of %(carried)d that met it.",
        challenges,
    ) % {"n": challenges, "days": COUNTED.days, "carried": carried}


def _reason(row: ClauseChallenges, clause: dict[str, Any]) -> str:
    """Why the clause is in question stands where its reason stands; what was the reason so far follows."""
    parts = (counts_in_words(row.challenges, row.carried), clause.get("reason", ""))
    return "\n".join(part for part in parts if part)


def _summary(version: Version, row: ClauseChallenges, evidence: dict[str, Any]) -> str:
    lines = [
        _("“%(clause)s” of %(version)s has been challenged as often as both teams agreed to take note of.")
        % {"clause": row.wording, "version": version},
        counts_in_words(row.challenges, row.carried),
        _("Of the leads that met it, %(accepted)d were accepted, of %(decided)d decided.") % evidence,
        _("This draft changes nothing yet: reword the clause, change its points or take it out."),
        "",
        _("What sales said:"),
    ]
    for told in evidence["returns"][:RETURNS_TOLD]:
        words = f"{told['reason']}: {told['note']}" if told["note"] else told["reason"]
        lines.append(f"– {told['lead']} ({told['person']}): {words}")
    if len(evidence["returns"]) > RETURNS_TOLD:
        lines.append(_("And %(n)d more.") % {"n": len(evidence["returns"]) - RETURNS_TOLD})
    return "\n".join(lines)


def _tell(amendment: Amendment, row: ClauseChallenges) -> None:
    sentence = _("“%(clause)s” was challenged %(n)d times. An amendment is drafted for the next review.") % {
        "clause": Truncator(row.wording).chars(120),
        "n": row.challenges,
    }
    url = reverse("definitions:draft_editor", args=[amendment.draft_id])
    for house in HOUSES:
        for person in people_of(house):
            owe_notification(person=person, key=f"amendment:{amendment.pk}", sentence=sentence, url=url)
