"""Whose queue would grow: the offers that a draft would make and withdraw, by whose turn it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from leads import bulk
from leads.handoffs.assignment import OfLead, Turns
from leads.handoffs.states import OFFERABLE
from leads.models import OPEN, Handoff, HandoffStatus, Lead
from portal.common.models import User

# More entering leads than this are not divided while a page waits: a tenth of a second.
MOST_DIVIDED = 20_000


@dataclass(frozen=True)
class Growth:
    """One queue: a person's own, or the shared one (`owner` None). Lead ids of new and withdrawn offers."""

    owner: User | None
    joining: tuple[int, ...]
    withdrawn: tuple[int, ...]

    @property
    def change(self) -> int:
        return len(self.joining) - len(self.withdrawn)

    @property
    def key(self) -> str:
        """Names the queue in an address."""
        return str(self.owner.pk) if self.owner else "shared"

    @property
    def name(self) -> str:
        return str(self.owner) if self.owner else _("the shared queue")


def growth_of(entering: Iterable[int], leaving: Iterable[int]) -> list[Growth] | None:
    """Each queue that changes, the one that grows most first; None where too many enter to divide them.

    An entering lead that may be offered is a new offer, to whom the rules would give it today; an
    offered lead that leaves is withdrawn. What was accepted stays with whoever accepted it.
    """
    entering = [int(lead) for lead in entering]
    if len(entering) > MOST_DIVIDED:
        return None
    leaves = {int(lead) for lead in leaving}
    rows = list(Handoff.objects.filter(status__in=OPEN).values_list("lead_id", "status", "owner_id"))
    taken = {lead for lead, _status, _owner in rows}
    turns = Turns.look(timezone.now())
    joining: dict[int | None, list[int]] = defaultdict(list)
    withdrawn: dict[int | None, list[int]] = defaultdict(list)
    new = [OfLead(*row) for row in offerable(lead for lead in entering if lead not in taken)]
    for lead, turn in turns.deal(new).items():
        joining[turn.owner_id].append(lead)
    for lead, status, owner in rows:
        if status == HandoffStatus.OFFERED and lead in leaves:
            withdrawn[owner].append(lead)
    sellers = turns.sellers
    people = sellers | User.objects.in_bulk(withdrawn.keys() - sellers.keys() - {None})
    found = [
        Growth(
            people[owner] if owner else None, tuple(sorted(joining[owner])), tuple(sorted(withdrawn[owner]))
        )
        for owner in {*joining, *withdrawn}
    ]
    return sorted(found, key=lambda one: (-one.change, one.owner is None, one.name))


def offerable(lead_ids: Iterable[int]) -> list[tuple[int, int | None]]:
    """Of these leads those whose stage lets them be offered at once, each with the account's owner."""
    return [
        row
        for batch in bulk.batches(lead_ids)
        for row in Lead.objects.filter(pk__in=batch, stage__in=OFFERABLE).values_list(
            "pk", "account__owner_id"
        )
    ]
