"""The order of clauses: up and down, and into and out of groups, within a half."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions import policies
from definitions.models import Criterion, DraftStep, Version
from definitions.services.drafts import criterion_now, hold_draft
from definitions.services.steps import act_record
from portal.common.errors import Conflict, Invalid
from portal.common.models import User


@transaction.atomic
def criterion_move(*, criterion: Criterion, actor: User, direction: str) -> None:
    """Change places with the neighbour "up" or "down" of the same half and group; at an end, with nobody."""
    policies.may_edit_version(actor, criterion.version).require()
    hold_draft(criterion.version)
    current = criterion_now(criterion)
    row = [each for each in _half_of(current) if each.group == current.group]
    place = [each.pk for each in row].index(current.pk)
    other = place + (-1 if direction == "up" else 1)
    if not 0 <= other < len(row):
        return
    row.insert(other, row.pop(place))
    below = row[other - 1].key if other else ""
    criterion_place(criterion=current, actor=actor, group=current.group, below=below)


@transaction.atomic
def criterion_place(
    *,
    criterion: Criterion,
    actor: User,
    group: str,
    below: str | None = None,
    undoes: DraftStep | None = None,
) -> None:
    """Put a clause into `group` (empty: into none), right below the clause `below`, within its half.

    `below` is empty for the first place of the group, and None for its last.
    """
    version = criterion.version
    policies.may_edit_version(actor, version).require()
    hold_draft(version)
    current = criterion_now(criterion)
    before = {"group": current.group, "below": key_above(current)}
    if group != current.group:
        if group:
            check_group(version, current.key, current.half, group)
        # Unlike the order, the group says what the clause comes to: whoever edits the clause is told.
        Criterion.objects.filter(pk=current.pk).update(
            group=group, edit_number=F("edit_number") + 1, changed_by=actor, changed_at=timezone.now()
        )
        current.group = group
    put_below(current, below)
    after = {"group": group, "below": key_above(current)}
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        act_record(
            "criterion.moved",
            version=version,
            subject=current,
            actor=actor,
            key=current.key,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
            undoes=undoes,
        )


def check_group(version: Version, key: str, half: str, group: str) -> None:
    """Whether the clause `key` of `half` may be in a group; raises Invalid with the reason.

    The caller holds the draft: it is asked for the groups that it has now, not when its page was made.
    """
    groups = Version.objects.values_list("groups", flat=True).get(pk=version.pk)
    label = next((each["label"] for each in groups if each["key"] == group), None)
    if label is None:
        raise Invalid(_("This draft has no such group."), field="group")
    # The cap of a group takes from one half; a group across both would leave open from which.
    if version.criteria.filter(group=group).exclude(half=half).exclude(key=key).exists():
        raise Invalid(
            _("The group “%(group)s” has clauses of the other half. A group belongs to one half.")
            % {"group": label},
            field="group",
        )


def key_above(criterion: Criterion) -> str:
    """The key of the clause right above in the same half and group; empty for the first."""
    above = ""
    for each in _half_of(criterion):
        if each.pk == criterion.pk:
            break
        if each.group == criterion.group:
            above = each.key
    return above


def put_below(criterion: Criterion, below: str | None) -> None:
    """Write the positions of the half anew, the clause below another; `below` as in `criterion_place`.

    Order is not part of the wording: it makes nobody's edit stale.
    """
    row = [each for each in _half_of(criterion) if each.pk != criterion.pk]
    of_group = [place for place, each in enumerate(row) if each.group == criterion.group]
    if below is None:
        at = of_group[-1] + 1 if of_group else len(row)
    elif not below:
        at = of_group[0] if of_group else len(row)
    else:
        places = {each.key: place for place, each in enumerate(row)}
        if below not in places:
            raise Conflict(_("The clause above is gone meanwhile. Look where everything stands now."))
        at = places[below] + 1
    row.insert(at, criterion)
    for position, each in enumerate(row):
        Criterion.objects.filter(pk=each.pk).exclude(position=position).update(position=position)


def _half_of(criterion: Criterion) -> list[Criterion]:
    half = Criterion.objects.filter(version=criterion.version_id, half=criterion.half)
    return list(half.order_by("position", "id"))
