"""What comes up in the room and is not for now: deferred, and on the next agenda."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from portal.common.errors import Conflict
from portal.common.models import User
from reviews.models import AgendaItem, Meeting, MeetingStatus
from reviews.services.items import item_add
from reviews.states import ITEM


@transaction.atomic
def item_add_deferred(*, meeting: Meeting, actor: User, title: str) -> AgendaItem:
    """Keep a thought without following it now. The close carries it to the next meeting."""
    item = item_add(meeting=meeting, actor=actor, title=title)
    if item.meeting.status != MeetingStatus.OPEN:
        raise Conflict(_("What comes up is deferred in an open meeting. Put it on the agenda instead."))
    ITEM.apply(item, "defer")
    return item
