"""What an incident of each kind comes from, as far as one can say, and what to do about its leads."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.models import LeakKind

ADVICE: dict[str, str | Promise] = {
    LeakKind.OFFER_UNRECORDED: _(
        "Somebody wrote them past the portal. They can be worked as they stand; find out who wrote them."
    ),
    LeakKind.OFFER_LOST: _(
        "Rows were deleted past the portal, or a copy was put back that is older than the trail. "
        "What qualifies is offered again by itself; what sales was working must be told to whoever worked it."
    ),
    LeakKind.STAGE_JOURNAL: _(
        "A stage was changed past the portal. Open each lead: “Stages” shows its last move, "
        "and an administrator puts the stage right."
    ),
    LeakKind.STAGE_HANDOFF: _(
        "The handoff decides. Open it and bring it to an end: the stage of the lead follows."
    ),
    LeakKind.INSTANTS: _(
        "Times were changed past the portal, or the clock of a machine was wrong. "
        "The lead can be worked as it stands; an administrator puts the times right."
    ),
    LeakKind.MERGED: _(
        "The lead was merged while sales worked it. Return the handoff, and go on with the other lead."
    ),
    LeakKind.NOT_OFFERED: _(
        "The workers were away, or too slow. See that they run: what qualifies is offered within seconds."
    ),
    LeakKind.NOBODYS: _(
        "Nothing ends the rest of these leads. Marketing gives each of them a day under “Nurture”."
    ),
    LeakKind.LEFT_SALES: _(
        "The workers were away. See that they run, or hand the leads on under “Whose turn”."
    ),
}
