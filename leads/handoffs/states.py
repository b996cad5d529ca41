"""Every move of a handoff, and the stage that its lead moves to with it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from leads.models import HandoffStatus, LeadStage
from portal.common.states import Move, StateTable

HANDOFF = StateTable(
    Move("accept", (HandoffStatus.OFFERED,), HandoffStatus.ACCEPTED),
    Move("return", (HandoffStatus.OFFERED, HandoffStatus.ACCEPTED), HandoffStatus.RETURNED),
    Move("withdraw", (HandoffStatus.OFFERED,), HandoffStatus.WITHDRAWN),
    Move("expire", (HandoffStatus.OFFERED,), HandoffStatus.EXPIRED),
    Move("qualify", (HandoffStatus.ACCEPTED,), HandoffStatus.SALES_QUALIFIED),
    Move("disqualify", (HandoffStatus.ACCEPTED,), HandoffStatus.DISQUALIFIED),
    # Taken back by whoever did it, within seconds (see undoing).
    Move("undo_accept", (HandoffStatus.ACCEPTED,), HandoffStatus.OFFERED),
    Move("undo_return", (HandoffStatus.RETURNED,), HandoffStatus.OFFERED),
    Move("undo_late_return", (HandoffStatus.RETURNED,), HandoffStatus.ACCEPTED),
    Move("undo_disqualify", (HandoffStatus.DISQUALIFIED,), HandoffStatus.ACCEPTED),
    too_late=_("This lead has moved on meanwhile. Look again at where it stands."),
)

# A return for the wrong rep is offered again at once and stays an MQL; every other one goes to marketing.
STAGE_AFTER = {
    "offer": LeadStage.MQL,
    "accept": LeadStage.SAL,
    "return": LeadStage.NURTURE,
    "withdraw": LeadStage.LEAD,
    "expire": LeadStage.LEAD,
    "qualify": LeadStage.SALES_QUALIFIED,
    "disqualify": LeadStage.DISQUALIFIED,
}

# The stage of a lead while a handoff of it stands so.
STAGE_WHILE = {HandoffStatus.OFFERED: LeadStage.MQL, HandoffStatus.ACCEPTED: LeadStage.SAL}

# Stages from which a qualified lead is offered. Nurture has conditions of its own (see reconcile).
OFFERABLE = (LeadStage.NOT_ASSESSED, LeadStage.LEAD, LeadStage.MQL)
# Where a lead may stand, by what another system tells, while sales still works its accepted handoff.
FURTHER = (LeadStage.OPPORTUNITY, LeadStage.CUSTOMER)
# Stages of which no offer is made by any act: what sales works further, has sold or has ruled out.
BEYOND_OFFERS = (LeadStage.SALES_QUALIFIED, *FURTHER, LeadStage.DISQUALIFIED)
