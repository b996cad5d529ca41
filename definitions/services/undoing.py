"""Taking back what one did to a draft: step by step, and never over somebody else's later work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions import policies
from definitions.documents import criterion_document
from definitions.models import Criterion, DraftStep, Persona, Version
from definitions.selectors import catalogue
from definitions.services.criteria import FIELDS, checked, criterion_edit, criterion_remove
from definitions.services.drafts import criterion_now, hold_draft, version_edit
from definitions.services.moves import criterion_place, key_above, put_below
from definitions.services.steps import act_record
from definitions.step_words import shortened, values_in_words
from portal.common.errors import Conflict
from portal.common.models import User


@transaction.atomic
def step_undo(*, step: DraftStep, actor: User) -> None:
    """Take back one act of one's own; its row then says when. To take back an undo is a redo.

    Raises `Conflict` (409) with both texts in the sentence when what the act wrote was changed since, and
    changes nothing then.
    """
    version = step.version
    policies.may_undo(actor, step).require()
    hold_draft(version)
    if not DraftStep.objects.filter(pk=step.pk, undone_at=None).update(undone_at=timezone.now()):
        raise Conflict(_("That was undone a moment ago."))
    if step.undoes_id:
        DraftStep.objects.filter(pk=step.undoes_id).update(undone_at=None)
    _UNDO[step.entry.verb](step, actor)


def _undo_add(step: DraftStep, actor: User) -> None:
    criterion = _clause_of(step)
    _check_untouched(step, criterion_document(criterion))
    criterion_remove(criterion=criterion, actor=actor, edit_number=criterion.edit_number, undoes=step)


def _undo_edit(step: DraftStep, actor: User) -> None:
    criterion = _clause_of(step)
    _check_untouched(step, criterion_document(criterion))
    criterion_edit(
        criterion=criterion,
        actor=actor,
        edit_number=criterion.edit_number,
        undoes=step,
        **_fields_from(step.entry.before),
    )


def _undo_remove(step: DraftStep, actor: User) -> None:
    """The clause comes back under its old key, so its comments are on it again."""
    before, version = step.entry.before, Version.objects.get(pk=step.version_id)
    fields = _fields_from(before)
    personas = fields.pop("personas")
    criterion = Criterion.objects.create(
        version=version,
        key=step.criterion_key,
        # Whoever still has the old form open started from an older text.
        edit_number=before["edit_number"] + 1,
        changed_by=actor,
        **checked(version, step.criterion_key, fields),
    )
    criterion.personas.set(personas)
    neighbours = set(version.criteria.values_list("key", flat=True))
    put_below(criterion, before["below"] if before["below"] in neighbours else "")
    criterion = criterion_now(criterion)
    act_record(
        "criterion.added",
        version=version,
        subject=criterion,
        actor=actor,
        key=criterion.key,
        after=criterion_document(criterion),
        undoes=step,
    )


def _undo_move(step: DraftStep, actor: User) -> None:
    criterion, before = _clause_of(step), step.entry.before
    _check_untouched(step, {"group": criterion.group, "below": key_above(criterion)}, but=("below",))
    # A move that was taken back left everything where it was.
    later = _later_steps(step).filter(entry__verb="criterion.moved", undoes=None).first()
    if later is not None:
        raise Conflict(
            _("%(person)s moved “%(clause)s” since. It stays where it is now; nothing was changed.")
            % {"person": later.actor, "clause": shortened(criterion.wording)}
        )
    group = before.get("group", criterion.group)
    above = before.get("below", key_above(criterion))
    # The clause above may have left meanwhile; then this one comes first.
    row = criterion.version.criteria.filter(half=criterion.half, group=group).exclude(pk=criterion.pk)
    below = above if row.filter(key=above).exists() else ""
    criterion_place(criterion=criterion, actor=actor, group=group, below=below, undoes=step)


def _undo_numbers(step: DraftStep, actor: User) -> None:
    version = Version.objects.select_related("definition").get(pk=step.version_id)
    _check_untouched(step, {name: getattr(version, name) for name in step.entry.after})
    version_edit(
        version=version, actor=actor, edit_number=version.edit_number, undoes=step, **step.entry.before
    )


_UNDO = {
    "criterion.added": _undo_add,
    "criterion.edited": _undo_edit,
    "criterion.removed": _undo_remove,
    "criterion.moved": _undo_move,
    "version.edited": _undo_numbers,
}


def _clause_of(step: DraftStep) -> Criterion:
    found = (
        Criterion.objects.select_related("version__definition", "owner", "changed_by")
        .filter(version=step.version_id, key=step.criterion_key)
        .first()
    )
    if found is None:
        raise Conflict(
            _("“%(clause)s” was removed since. Whoever removed it can take that back.")
            % {"clause": step.entry.subject_label}
        )
    return found


def _check_untouched(step: DraftStep, now: Mapping[str, Any], but: tuple[str, ...] = ()) -> None:
    """Refuse unless everything stands as the act left it. Fields named in `but` are looked at elsewhere."""
    wrote = {name: value for name, value in step.entry.after.items() if name not in but}
    theirs = {name: now[name] for name, value in wrote.items() if now[name] != value}
    if not theirs:
        return
    known = catalogue()
    later = next((each for each in _later_steps(step) if set(theirs) & set(each.entry.after)), None)
    # To take back an addition would take the whole clause away.
    mine = {name: step.entry.before[name] for name in theirs if name in step.entry.before}
    words = {
        "person": later.actor if later else _("Someone"),
        "theirs": values_in_words(theirs, known),
        "mine": values_in_words(mine, known) if mine else _("no such clause"),
    }
    raise Conflict(
        _("%(person)s changed this since: %(theirs)s. Undo would bring back: %(mine)s. Nothing was changed.")
        % words
    )


def _later_steps(step: DraftStep) -> Any:
    """What was done to the same clause, or to the numbers, after the step and still stands; newest first."""
    return DraftStep.objects.filter(
        version=step.version_id, criterion_key=step.criterion_key, undone_at=None, pk__gt=step.pk
    ).select_related("entry", "actor")


def _fields_from(values: Mapping[str, Any]) -> dict[str, Any]:
    """What `criterion_edit` takes, from the part of a clause's document that the trail holds."""
    fields = {name: values[name] for name in FIELDS if name in values}
    if "owner" in fields:
        fields["owner"] = User.objects.filter(email__iexact=fields["owner"]).first()
    if fields.get("review_on"):
        fields["review_on"] = date.fromisoformat(fields["review_on"])
    if "personas" in values:
        fields["personas"] = list(Persona.objects.filter(key__in=values["personas"]))
    return fields
