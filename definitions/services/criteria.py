"""Clauses of a draft: added, edited, removed. Each edit names the number that it started from."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction
from django.db.models import Max, prefetch_related_objects
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from definitions import policies
from definitions.criteria.document import DocumentError, parse_effect, parse_rule
from definitions.criteria.wording import sentence_of_rule
from definitions.documents import criterion_document
from definitions.models import Criterion, DraftStep, Version
from definitions.selectors import catalogue
from definitions.services.drafts import StaleEdit, criterion_now, hold_draft
from definitions.services.moves import check_group, key_above
from definitions.services.steps import act_record
from portal.common.errors import Invalid
from portal.common.models import User

FIELDS = ("half", "wording", "rule", "effect", "group", "owner", "reason", "basis", "review_on")
WORDING_LENGTH = 400


def _new_key(wording: str) -> str:
    """Readable in exports and receipts, and never met before: challenges of years follow a key."""
    stem = slugify(wording)[:28].strip("-")
    return f"c-{stem}-{secrets.token_hex(2)}" if stem else f"c-{secrets.token_hex(4)}"


def checked(version: Version, key: str, values: dict[str, Any]) -> dict[str, Any]:
    """`values` with wording made from the rule where it is empty; raises Invalid with every sentence.

    `key` is the clause's own, empty for a new one.
    """
    known = catalogue()
    try:
        parse_rule(values["rule"], known)
    except DocumentError as error:
        raise Invalid(" ".join(error.sentences), field="rule") from error
    _check_effect(values["effect"], values["rule"])
    if values["group"]:
        check_group(version, key, values["half"], values["group"])
    wording = values["wording"].strip() or sentence_of_rule(values["rule"], known)
    if len(wording) > WORDING_LENGTH:
        wording = wording[: WORDING_LENGTH - 1].rstrip() + "…"
    return {**values, "wording": wording}


def _check_effect(effect: dict[str, Any], rule: dict[str, Any]) -> None:
    try:
        parse_effect(effect, rule)
    except DocumentError as error:
        raise Invalid(" ".join(error.sentences), field="effect") from error


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
    hold_draft(version)
    values = checked(version, "", given)
    last = version.criteria.aggregate(last=Max("position"))["last"]
    criterion = Criterion.objects.create(
        version=version,
        key=_new_key(values["wording"]),
        position=0 if last is None else last + 1,
        changed_by=actor,
        **values,
    )
    criterion.personas.set(personas)
    act_record(
        "criterion.added",
        version=version,
        subject=criterion,
        actor=actor,
        key=criterion.key,
        after=criterion_document(criterion),
    )
    return criterion


@transaction.atomic
def criterion_edit(
    *,
    criterion: Criterion,
    actor: User,
    edit_number: int,
    personas: Any = None,
    undoes: DraftStep | None = None,
    **values: Any,
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
    hold_draft(version)
    current = criterion_now(criterion)
    values = checked(version, criterion.key, {**kept, **values})
    if current.edit_number != edit_number:
        raise StaleEdit(
            _("%(person)s saved this clause while you were editing it. Nothing of either text is lost.")
            % {"person": current.changed_by or _("Someone")},
            current,
        )
    return _write(current, actor, values, personas, undoes)


def effect_edit(*, criterion: Criterion, actor: User, effect: dict[str, Any]) -> Criterion:
    """Give a clause another effect; in the caller's transaction, which holds the draft and has read it."""
    _check_effect(effect, criterion.rule)
    return _write(criterion, actor, {"effect": effect})


def _write(
    criterion: Criterion,
    actor: User,
    values: dict[str, Any],
    personas: Any = None,
    undoes: DraftStep | None = None,
) -> Criterion:
    """Write checked values to a clause as it stands now, while the draft is held."""
    prefetch_related_objects([criterion], "personas")
    before = criterion_document(criterion)
    for name, value in values.items():
        setattr(criterion, name, value)
    criterion.edit_number += 1
    criterion.changed_by, criterion.changed_at = actor, timezone.now()
    criterion.save(update_fields=[*values, "edit_number", "changed_by", "changed_at"])
    if personas is not None:
        criterion.personas.set(personas)
    after = criterion_document(criterion)
    changed = {name for name in after if after[name] != before[name]}
    act_record(
        "criterion.edited",
        version=criterion.version,
        subject=criterion,
        actor=actor,
        key=criterion.key,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        undoes=undoes,
    )
    return criterion


@transaction.atomic
def criterion_remove(
    *, criterion: Criterion, actor: User, edit_number: int, undoes: DraftStep | None = None
) -> None:
    """Take a clause out of the draft. What it said stays in the trail, and its comments stay on its key."""
    version = criterion.version
    policies.may_edit_version(actor, version).require()
    hold_draft(version)
    current = criterion_now(criterion)
    if current.edit_number != edit_number:
        raise StaleEdit(
            _("Someone changed this clause a moment ago. Read it once more before removing."), current
        )
    # Where it stood and how often it was edited: what an undo needs beside the text.
    place = {"below": key_above(current), "edit_number": current.edit_number}
    act_record(
        "criterion.removed",
        version=version,
        subject=current,
        actor=actor,
        key=current.key,
        before=criterion_document(current) | place,
        undoes=undoes,
    )
    current.delete()
