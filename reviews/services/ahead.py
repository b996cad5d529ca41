"""The agenda before the meeting: anyone invited defers items to the next one, and brings them back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common import audit
from portal.common.errors import Invalid
from portal.common.models import User
from reviews import policies
from reviews.models import AgendaItem, ItemOutcome, Verdict
from reviews.services.meetings import hold_for_taking_part
from reviews.states import ITEM


@transaction.atomic
def item_defer_ahead(*, item: AgendaItem, actor: User, reason: str = "") -> None:
    """Defer an item to the next meeting. One that needs an outcome needs a reason: that is its outcome.

    The close carries it over; until then it can be brought back, in the room too.
    """
    _hold(item, actor)
    reason = reason.strip()
    if item.needs_outcome and not reason:
        raise Invalid(_("Say why this can wait: the clause stays as it is until then."), field="reason")
    ITEM.apply(item, "defer")
    if item.needs_outcome:
        ItemOutcome.objects.create(
            item=item,
            verdict=Verdict.DEFER,
            reason=reason,
            decided_by=actor,
            decided_at=timezone.now(),
        )
    audit.record("item.deferred", subject=item, actor=actor, note=reason)


@transaction.atomic
def item_bring_back(*, item: AgendaItem, actor: User) -> None:
    """On the agenda again, at its old place."""
    _hold(item, actor)
    ITEM.apply(item, "take_up")
    ItemOutcome.objects.filter(item=item).delete()
    audit.record("item.brought_back", subject=item, actor=actor)


def _hold(item: AgendaItem, actor: User) -> None:
    """The item's meeting as it stands: one that was opened meanwhile keeps what its room decided."""
    item.meeting = hold_for_taking_part(item.meeting, actor)
    policies.may_defer_ahead(actor, item).require()
