"""The workspace's own reasons: added, reworded, put in order, retired.

What a reason says is never changed in place: a new row replaces the old one and keeps its key, so that the
numbers go on as one. A handoff keeps the name of its day. The order alone is no wording and moves in place.
"""

from __future__ import annotations

import secrets

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from leads.models import Reason, ReasonFamily
from leads.reasons import policies
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User, Workspace


class StaleReason(Conflict):
    """Someone changed the reason after you began. `current` is what replaced it, None when it was retired."""

    def __init__(self, sentence: str, current: Reason | None) -> None:
        super().__init__(sentence)
        self.current = current


@transaction.atomic
def reason_add(*, actor: User, label: str, family: str, needs_text: bool) -> Reason:
    """A new reason, last of its family."""
    policies.may_edit_reasons(actor).require()
    _hold_list()
    label = _checked(label, family)
    last = _in_use(family).aggregate(last=Max("position"))["last"]
    reason = Reason.objects.create(
        key=_new_key(label),
        label=label,
        family=family,
        needs_text=needs_text,
        position=0 if last is None else last + 1,
    )
    audit.record("reason.added", subject=reason, actor=actor, after=_values(reason))
    return reason


@transaction.atomic
def reason_edit(*, reason: Reason, actor: User, label: str, family: str, needs_text: bool) -> Reason:
    """Another wording, family or demand for a sentence: a new row that replaces this one.

    Raises `StaleReason` when somebody replaced or retired it first, Invalid when its family would be empty.
    """
    policies.may_edit_reasons(actor).require()
    _hold_list()
    label = _checked(label, family, but=reason)
    if family != reason.family:
        _check_may_go(reason)
    _retire(reason)
    if family != reason.family:
        _check_family_stays(reason.family)
    made = Reason.objects.create(
        key=reason.key,
        label=label,
        family=family,
        needs_text=needs_text,
        position=reason.position,
        replaces=reason,
    )
    audit.record("reason.changed", subject=made, actor=actor, before=_values(reason), after=_values(made))
    return made


@transaction.atomic
def reason_retire(*, reason: Reason, actor: User) -> Reason:
    """Nobody can choose it any more; what was returned for it keeps its name."""
    policies.may_edit_reasons(actor).require()
    _hold_list()
    _check_may_go(reason)
    _retire(reason)
    _check_family_stays(reason.family)
    audit.record("reason.retired", subject=reason, actor=actor, before=_values(reason))
    return reason


@transaction.atomic
def reason_move(*, reason: Reason, actor: User, is_up: bool) -> None:
    """One place up or down within its family; at the end it stays."""
    policies.may_edit_reasons(actor).require()
    _hold_list()
    rows = list(_in_use(reason.family))
    place = next((number for number, row in enumerate(rows) if row.pk == reason.pk), None)
    if place is None:
        raise _stale(reason)
    other = place - 1 if is_up else place + 1
    if not 0 <= other < len(rows):
        return
    rows[place], rows[other] = rows[other], rows[place]
    for position, row in enumerate(rows):
        row.position = position
    Reason.objects.bulk_update(rows, ["position"])
    audit.record("reason.moved", subject=reason, actor=actor, after={"place": other + 1})


def _hold_list() -> None:
    """One change of the list at a time: two managers must not retire the last two of a family at once."""
    Workspace.objects.select_for_update().get(pk=1)


def _in_use(family: str) -> QuerySet[Reason]:
    return Reason.objects.filter(retired_at=None, family=family).order_by("position", "label", "pk")


def _checked(label: str, family: str, but: Reason | None = None) -> str:
    label = " ".join(label.split())
    if not label:
        raise Invalid(_("Say the reason in a few words."), field="label")
    if family not in ReasonFamily.values:
        raise Invalid(_("Choose a family from the list."), field="family")
    same = _in_use(family).filter(label__iexact=label)
    if (same.exclude(key=but.key) if but else same).exists():
        raise Invalid(_("This family has “%(label)s” already.") % {"label": label}, field="label")
    return label


def _new_key(label: str) -> str:
    """Never met before, so that the numbers of a retired reason are not taken over by another."""
    stem = slugify(label)[:30].strip("-") or "reason"
    return f"{stem}-{secrets.token_hex(2)}"


def _retire(reason: Reason) -> None:
    if not Reason.objects.filter(pk=reason.pk, retired_at=None).update(retired_at=timezone.now()):
        raise _stale(reason)


def _check_may_go(reason: Reason) -> None:
    if reason.is_of_the_portal:
        raise Invalid(
            _("The portal gives “%(reason)s” itself. It can be reworded and stays in its family.")
            % {"reason": reason.label},
            field="family",
        )


def _check_family_stays(family: str) -> None:
    """There is still something to choose."""
    if not _in_use(family).exclude(key=Reason.NO_LONGER).exists():
        raise Invalid(
            _("“%(family)s” needs at least one reason. Add another first.")
            % {"family": ReasonFamily(family).label},
            field="family",
        )


def _stale(reason: Reason) -> StaleReason:
    current = Reason.objects.filter(key=reason.key, retired_at=None).first()
    if current is None:
        return StaleReason(_("Somebody retired this reason meanwhile. Nothing was saved."), None)
    return StaleReason(
        _("Somebody changed this reason meanwhile. Both texts are below; nothing was saved."), current
    )


def _values(reason: Reason) -> dict[str, object]:
    return {"label": reason.label, "family": reason.family, "needs_text": reason.needs_text}
