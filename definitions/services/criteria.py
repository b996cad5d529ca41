"""Clauses of a draft: added, edited, moved, removed. Each edit names the number that it started from."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from definitions import policies
from definitions.criteria.document import DocumentError, parse_effect, parse_rule
from definitions.criteria.wording import sentence_of_rule
from definitions.documents import criterion_document
from definitions.models import Criterion, Version
from definitions.selectors import catalogue
from definitions.services.drafts import StaleEdit, hold_draft
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User

FIELDS = ("half", "wording", "rule", "effect", "group", "owner", "reason", "basis", "review_on")
WORDING_LENGTH = 400


def _new_key(wording: str) -> str:
    """Readable in exports and receipts, and never met before: challenges of years follow a key."""
    stem = slugify(wording)[:28].strip("-")
    return f"c-{stem}-{secrets.token_hex(2)}" if stem else f"c-{secrets.token_hex(4)}"


def _checked(version: Version, values: dict[str, Any]) -> dict[str, Any]:
    """`values` with wording made from the rule where it is empty; raises Invalid with every sentence."""
    known = catalogue()
    try:
        parse_rule(values["rule"], known)
    except DocumentError as error:
        raise Invalid(" ".join(error.sentences), field="rule") from error
    try:
        parse_effect(values["effect"], values["rule"])
    except DocumentError as error:
        raise Invalid(" ".join(error.sentences), field="effect") from error
    if values["group"] and values["group"] not in {group["key"] for group in version.groups}:
        raise Invalid(_("This draft has no such group."), field="group")
    wording = values["wording"].strip() or sentence_of_rule(values["rule"], known)
    if len(wording) > WORDING_LENGTH:
        wording = wording[: WORDING_LENGTH - 1].rstrip() + "…"
    return {**values, "wording": wording}


@transaction.atomic
def criterion_add(
    *,
    version: Version,
    actor: User,
    half: str,
    rule: dict[str, Any],
    effect: dict[str, Any],
    wording: str = "",
    group: str = "",
    owner: User | None = None,
    reason: str = "",
    basis: str = "assumption",
    review_on: Any = None,
    personas: Any = (),
) -> Criterion:
    """Add a clause at the end of its half. An empty wording is made from the rule."""
    policies.may_edit_version(actor, version).require()
    given = {
        "half": half,
        "wording": wording,
        "rule": rule,
        "effect": effect,
        "group": group,
        "owner": owner,
        "reason": reason,
        "basis": basis,
        "review_on": review_on,
    }
    values = _checked(version, given)
    hold_draft(version)
    last = version.criteria.aggregate(last=Max("position"))["last"]
    criterion = Criterion.objects.create(
        version=version,
        key=_new_key(values["wording"]),
        position=0 if last is None else last + 1,
        changed_by=actor,
        **values,
    )
    criterion.personas.set(personas)
    audit.record("criterion.added", subject=criterion, actor=actor, after=criterion_document(criterion))
    return criterion


@transaction.atomic
def criterion_edit(
    *, criterion: Criterion, actor: User, edit_number: int, personas: Any = None, **values: Any
) -> Criterion:
    """Replace what `values` names (of `FIELDS`) and, when given, the personas.

    Raises `StaleEdit` (409) with the clause as it stands when `edit_number` has moved on: of two
    people who save at once one is stored and the other sees both texts.
    """
    version = criterion.version
    policies.may_edit_version(actor, version).require()
    if unknown := set(values) - set(FIELDS):
        raise TypeError(f"Not a field of a criterion: {sorted(unknown)}")
    kept = {name: getattr(criterion, name) for name in FIELDS}
    values = _checked(version, {**kept, **values})
    hold_draft(version)
    before = criterion_document(_current(criterion))
    moved = Criterion.objects.filter(pk=criterion.pk, edit_number=edit_number).update(
        **values, edit_number=F("edit_number") + 1, changed_by=actor, changed_at=timezone.now()
    )
    if not moved:
        current = _current(criterion)
        raise StaleEdit(
            _("%(person)s saved this clause while you were editing it. Nothing of either text is lost.")
            % {"person": current.changed_by or _("Someone")},
            current,
        )
    criterion = _current(criterion)
    if personas is not None:
        criterion.personas.set(personas)
    after = criterion_document(_current(criterion))
    changed = {name for name in after if after[name] != before[name]}
    audit.record(
        "criterion.edited",
        subject=criterion,
        actor=actor,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return criterion


def _current(criterion: Criterion) -> Criterion:
    found = (
        Criterion.objects.select_related("owner", "changed_by", "version__definition")
        .filter(pk=criterion.pk)
        .first()
    )
    if found is None:
        raise Conflict(_("Someone removed this clause meanwhile."))
    return found


@transaction.atomic
def criterion_remove(*, criterion: Criterion, actor: User, edit_number: int) -> None:
    """Take a clause out of the draft. What it said stays in the audit trail."""
    version = criterion.version
    policies.may_edit_version(actor, version).require()
    hold_draft(version)
    current = _current(criterion)
    if current.edit_number != edit_number:
        raise StaleEdit(
            _("Someone changed this clause a moment ago. Read it once more before removing."), current
        )
    audit.record("criterion.removed", subject=current, actor=actor, before=criterion_document(current))
    current.delete()


@transaction.atomic
def criterion_move(*, criterion: Criterion, actor: User, direction: str) -> None:
    """Change places with the neighbour "up" or "down" in the same half. At the end nothing happens."""
    version = criterion.version
    policies.may_edit_version(actor, version).require()
    hold_draft(version)
    row = list(version.criteria.filter(half=criterion.half).order_by("position", "id"))
    place = next((i for i, each in enumerate(row) if each.pk == criterion.pk), None)
    if place is None:
        raise Conflict(_("Someone removed this clause meanwhile."))
    other = place + (-1 if direction == "up" else 1)
    if not 0 <= other < len(row):
        return
    row[place], row[other] = row[other], row[place]
    for position, each in enumerate(row):
        # Order is not part of the wording: a move makes nobody's edit stale.
        Criterion.objects.filter(pk=each.pk).exclude(position=position).update(position=position)
    audit.record("criterion.moved", subject=criterion, actor=actor, after={"direction": direction})
