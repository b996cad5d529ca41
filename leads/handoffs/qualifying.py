"""Sales-qualified: by the facts and the rep's own checks, or against the definition with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions.models import Half, Stage, Version
from definitions.selectors import active_version
from leads.handoffs import policies
from leads.handoffs.holding import hold
from leads.handoffs.offering import frozen
from leads.handoffs.services import end_work
from leads.handoffs.words import too_late
from leads.models import Handoff, HandoffStatus, SalesCheck, SalesQualification
from leads.scoring.receipt import receipts
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User

Receipt = dict[str, Any]


@dataclass(frozen=True)
class SalesAnswer:
    """What the sales-qualified definition says of an accepted lead now.

    `receipt` counts the rep's checks, `by_facts` does not. `open_keys` are the clauses that no fact shows and
    that a rep may check; `checks` are those that somebody has, by key.
    """

    version: Version
    receipt: Receipt
    by_facts: Receipt
    checks: dict[str, SalesCheck]
    open_keys: frozenset[str]

    @property
    def is_met(self) -> bool:
        return bool(self.receipt["is_qualified"])

    @property
    def questions(self) -> list[tuple[str, str, SalesCheck | None]]:
        """(key, wording, the check or None) of every clause that is the rep's to find out, as written."""
        keys = self.open_keys | self.checks.keys()
        return [
            (line["key"], line["wording"], self.checks.get(line["key"]))
            for line in self.by_facts["lines"]
            if line["key"] in keys
        ]


def sales_answer(handoff: Handoff, now: datetime | None = None) -> SalesAnswer | None:
    """None while no definition of sales-qualified is in force, or the lead was merged into another."""
    version = active_version(Stage.SALES_QUALIFIED)
    if version is None:
        return None
    now = now or timezone.now()
    by_facts = receipts(version, [handoff.lead_id], now).get(handoff.lead_id)
    if by_facts is None:
        return None
    open_keys = _to_find_out(version, by_facts)
    checks = {
        check.key: check
        for check in SalesCheck.objects.filter(handoff=handoff).select_related("checked_by")
        if check.key in open_keys
    }
    whole = by_facts
    if checks:
        whole = receipts(version, [handoff.lead_id], now, said={handoff.lead_id: checks})[handoff.lead_id]
        for line in whole["lines"]:
            if check := checks.get(line["key"]):
                line["note"] = _("checked by %(name)s") % {"name": check.checked_by}
    return SalesAnswer(version, whole, by_facts, checks, open_keys)


def _to_find_out(version: Version, by_facts: Receipt) -> frozenset[str]:
    """Clauses of fit that speak for the lead and that no fact meets.

    What a lead is, such as its budget, a rep hears when they talk; what it did, the activities say.
    """
    assert version.document is not None
    met = {line["key"] for line in by_facts["lines"] if line["is_met"]}
    return frozenset(
        clause["key"]
        for clause in version.document["criteria"]
        if clause["half"] == Half.FIT and clause["key"] not in met and _speaks_for(clause["effect"])
    )


def _speaks_for(effect: dict[str, Any]) -> bool:
    return effect["kind"] in ("required", "alone") or effect.get("points", 0) > 0


@transaction.atomic
def sales_check_add(*, handoff: Handoff, actor: User, key: str) -> SalesCheck:
    """Say that a clause holds, having asked. To say it twice changes nothing. Raises `Invalid` for others."""
    answer, handoff = _held(handoff, actor)
    if answer is None or key not in answer.open_keys:
        raise Invalid(_("This clause is not for you to check: the facts say it, or it left the definition."))
    if found := answer.checks.get(key):
        return found
    check = SalesCheck.objects.create(handoff=handoff, key=key, checked_by=actor, checked_at=timezone.now())
    audit.record("sales_check.added", subject=handoff, actor=actor, after={"clause": key})
    return check


@transaction.atomic
def sales_check_remove(*, handoff: Handoff, actor: User, key: str) -> None:
    """It does not hold after all."""
    _answer, handoff = _held(handoff, actor)
    removed, _rows = SalesCheck.objects.filter(handoff=handoff, key=key).delete()
    if removed:
        audit.record("sales_check.removed", subject=handoff, actor=actor, before={"clause": key})


@transaction.atomic
def handoff_qualify(*, handoff: Handoff, actor: User, note: str = "") -> Handoff:
    """The lead is sales-qualified: the handoff has done what it was for.

    Where the definition in force says no, checks included, `note` must say why all the same (`Invalid`); the
    definition's answer is kept beside it.
    """
    answer, handoff = _held(handoff, actor)
    if answer and not answer.is_met and not note.strip():
        raise Invalid(
            _("%(outcome)s. Say why you make it sales-qualified all the same.")
            % {"outcome": answer.receipt["outcome"]},
            field="note",
        )
    handoff = end_work(handoff, "qualify", "handoff.sales_qualified", actor, note=note.strip())
    if answer:
        SalesQualification.objects.create(
            handoff=handoff,
            version=answer.version,
            receipt=frozen(answer.receipt),
            by_facts=frozen(answer.by_facts),
            is_met=answer.is_met,
            reason="" if answer.is_met else note.strip(),
        )
    return handoff


def _held(handoff: Handoff, actor: User) -> tuple[SalesAnswer | None, Handoff]:
    """The handoff held for this person's work on it, with what the definition says of its lead."""
    handoff = hold(handoff)
    policies.may_work_handoff(actor, handoff).require()
    if handoff.status != HandoffStatus.ACCEPTED:
        raise Conflict(too_late(handoff))
    return sales_answer(handoff), handoff
