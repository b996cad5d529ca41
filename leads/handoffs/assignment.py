"""Whose turn a new offer is: the owner of the account, else everyone in sales. In words, for the page."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext as _

from leads.models import Lead
from portal.common.models import Team
from portal.common.selectors import people_of


class Turn(NamedTuple):
    owner_id: int | None  # None: the shared queue
    words: str


class Turns:
    """The rules as they stand now: who is in sales and active is read once for a whole batch."""

    def __init__(self) -> None:
        self._sellers = {person.pk: person for person in people_of(Team.SALES)}

    def of(self, lead: Lead) -> Turn:
        """`lead.account` should be loaded."""
        owner_id = lead.account.owner_id if lead.account else None
        if owner_id in self._sellers:
            return Turn(owner_id, _("%(name)s owns the account.") % {"name": self._sellers[owner_id]})
        if owner_id:
            return Turn(None, _("Shared queue: the account's owner is not in sales any more."))
        return Turn(None, _("Shared queue: nobody owns the account."))
