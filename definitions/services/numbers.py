"""Single numbers of a draft, moved where they stand: points, threshold, minimums, caps, grade bounds, groups.

A number is compared with what the page showed, not with an edit number: two people who move different
numbers at once do not meet, and two who move the same one see both.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from definitions import policies
from definitions.documents import grade_bounds_of
from definitions.models import Criterion, DraftStep, Version
from definitions.services.criteria import effect_edit
from definitions.services.drafts import StaleEdit, criterion_now, hold_draft, version_edit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User

GRADES = {f"grade_{grade}": grade - 2 for grade in (2, 3, 4, 5)}  # name to its place in `grade_bounds`
NUMBERS = ("threshold", "minimum_fit", "minimum_behaviour", "cap_fit", "cap_behaviour", *GRADES)
MOST_GROUPS = 6


class StaleValue(StaleEdit):
    """Someone changed this after the page was made. `current` is theirs; yours is not stored."""

    def __init__(self, who: Any, theirs: int | str | None, mine: int | str | None) -> None:
        sentence = _("%(person)s made this %(theirs)s while you made it %(mine)s. Which one is it to be?")
        none = _("none")
        words = {
            "person": who or _("Someone"),
            "theirs": none if theirs is None else theirs,
            "mine": none if mine is None else mine,
        }
        super().__init__(sentence % words, theirs)


@transaction.atomic
def points_set(*, criterion: Criterion, actor: User, points: int, was: int | None) -> Criterion:
    """Give a clause other points. `was`: the points that the page showed."""
    policies.may_edit_version(actor, criterion.version).require()
    hold_draft(criterion.version)
    current = criterion_now(criterion)
    if current.effect.get("kind") != "points":
        raise Conflict(
            _("“%(clause)s” gives no points any more; %(person)s changed that meanwhile.")
            % {"clause": current.wording, "person": current.changed_by or _("someone")}
        )
    theirs = current.effect["points"]
    if theirs == points:
        return current
    if theirs != was:
        raise StaleValue(current.changed_by, theirs, points)
    return effect_edit(criterion=current, actor=actor, effect={**current.effect, "points": points})


@transaction.atomic
def number_set(*, version: Version, actor: User, name: str, value: int | None, was: int | None) -> Version:
    """Move one of `NUMBERS`. `was`: what the page showed; None is none, where there may be none."""
    current = _held(version, actor)
    theirs = number_of(current, name)
    if theirs == value:
        return current
    if theirs != was:
        raise StaleValue(_who_moved(current, name), theirs, value)
    values: dict[str, Any] = {name: value}
    if name in GRADES:
        bounds: list[int | None] = [*grade_bounds_of(current)]
        bounds[GRADES[name]] = value
        values = {"grade_bounds": bounds}
    return version_edit(version=current, actor=actor, edit_number=current.edit_number, **values)


def number_of(version: Version, name: str) -> int | None:
    return grade_bounds_of(version)[GRADES[name]] if name in GRADES else getattr(version, name)


@transaction.atomic
def group_add(*, version: Version, actor: User, label: str, cap: int) -> Version:
    """Make a group of clauses that together count at most `cap` points."""
    current = _held(version, actor)
    if len(current.groups) >= MOST_GROUPS:
        raise Invalid(_("A draft has at most %(n)d groups.") % {"n": MOST_GROUPS}, field="label")
    _check_label(current.groups, label)
    keys = {group["key"] for group in current.groups}
    stem = slugify(label)[:36] or "group"
    key = next(name for name in (stem, *(f"{stem}-{n}" for n in range(2, 99))) if name not in keys)
    groups = [*current.groups, {"key": key, "label": label, "cap": cap}]
    return version_edit(version=current, actor=actor, edit_number=current.edit_number, groups=groups)


@transaction.atomic
def group_cap(*, version: Version, actor: User, key: str, cap: int, was: int | None) -> Version:
    """Move the cap of a group. `was`: what the page showed."""
    current = _held(version, actor)
    theirs = _group_of(current, key)["cap"]
    if theirs == cap:
        return current
    if theirs != was:
        raise StaleValue(_who_moved(current, "groups"), theirs, cap)
    return _group_change(current, actor, key, cap=cap)


@transaction.atomic
def group_rename(*, version: Version, actor: User, key: str, label: str, was: str) -> Version:
    """Call a group by another name. Its key stays, and with it its clauses."""
    current = _held(version, actor)
    theirs = _group_of(current, key)["label"]
    if theirs == label:
        return current
    if theirs != was:
        raise StaleValue(_who_moved(current, "groups"), theirs, label)
    _check_label([group for group in current.groups if group["key"] != key], label)
    return _group_change(current, actor, key, label=label)


@transaction.atomic
def group_remove(*, version: Version, actor: User, key: str) -> Version:
    """Remove a group that no clause belongs to any more."""
    current = _held(version, actor)
    _group_of(current, key)
    groups = [group for group in current.groups if group["key"] != key]
    return version_edit(version=current, actor=actor, edit_number=current.edit_number, groups=groups)


def _held(version: Version, actor: User) -> Version:
    """The draft as it stands, held for this transaction."""
    policies.may_edit_version(actor, version).require()
    hold_draft(version)
    return Version.objects.select_related("definition").get(pk=version.pk)


def _who_moved(version: Version, name: str) -> User | None:
    """Who changed one of the draft's numbers last."""
    field = "grade_bounds" if name in GRADES else name
    steps = DraftStep.objects.filter(version=version, criterion_key="").select_related("entry", "actor")
    return next((step.actor for step in steps.order_by("-pk")[:50] if field in step.entry.after), None)


def _check_label(groups: list[dict[str, Any]], label: str) -> None:
    if label.casefold() in {group["label"].casefold() for group in groups}:
        raise Invalid(_("There is a group of that name already."), field="label")


def _group_of(version: Version, key: str) -> dict[str, Any]:
    found = next((group for group in version.groups if group["key"] == key), None)
    if found is None:
        raise Conflict(_("Someone removed this group meanwhile."))
    return found


def _group_change(version: Version, actor: User, key: str, **parts: Any) -> Version:
    groups = [{**group, **parts} if group["key"] == key else group for group in version.groups]
    return version_edit(version=version, actor=actor, edit_number=version.edit_number, groups=groups)
