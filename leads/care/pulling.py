"""A rep takes a lead that does not qualify: a handoff marked as pulled, with the receipt of the machine."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions.models import Stage
from definitions.selectors import active_version
from leads.care.policies import may_pull, may_pull_lead
from leads.handoffs.assignment import Turn
from leads.handoffs.clocks import clocks_of_leads_end
from leads.handoffs.offering import handoff_row, receipts_of, terms_of
from leads.handoffs.overriding import held_back, hold_words
from leads.handoffs.services import handoff_accept
from leads.handoffs.stages import stage_move
from leads.handoffs.states import STAGE_AFTER
from leads.models import OPEN, Handoff, Lead, Qualification
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User

LONGEST_REASON = 140


@transaction.atomic
def lead_pull(*, lead: Lead, reason: str, actor: User) -> Handoff:
    """Offer a lead to oneself and accept it at once. Numbers of acceptance leave it out.

    Of two who pull the same lead the second reads who was faster (`Conflict`). What a clause rules out
    cannot be pulled: that takes somebody who may decide otherwise (`handoffs.overriding`).
    """
    may_pull(actor).require()
    said = " ".join(reason.split())
    if not said:
        raise Invalid(_("Say in a sentence what you see in this lead."), field="reason")
    if len(said) > LONGEST_REASON:
        raise Invalid(_("At most %(n)d characters.") % {"n": LONGEST_REASON}, field="reason")
    lead = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    taken = Handoff.objects.select_related("owner").filter(lead=lead, status__in=OPEN).first()
    if taken is not None:
        raise Conflict(
            _("%(name)s has this lead already.") % {"name": taken.owner}
            if taken.owner
            else _("This lead is in the shared queue already.")
        )
    may_pull_lead(actor, lead).require()
    if hold := held_back([lead.pk]).get(lead.pk):
        raise Conflict(hold_words(hold))
    return _pulled(lead, said, actor)


def _pulled(lead: Lead, said: str, actor: User) -> Handoff:
    version, now = active_version(Stage.MQL), timezone.now()
    if version is None:
        raise Conflict(_("No definition is in force yet, so nothing can be missed."))
    receipt = receipts_of(version, [lead.pk], now)[lead.pk]
    if receipt["is_qualified"]:
        raise Conflict(_("This lead qualifies by now. It will be in the queue in a moment."))
    if receipt["qualification"] == Qualification.DISQUALIFIED:
        raise Conflict(
            _("A clause rules this lead out: %(outcome)s. Ask marketing or a manager to decide otherwise.")
            % {"outcome": receipt["outcome"]}
        )
    words = _("%(name)s pulled it: %(reason)s") % {"name": actor, "reason": said}
    terms = terms_of(version, now)
    handoff = handoff_row(terms, lead, receipt, False, Turn(actor.pk, words))
    handoff.is_pulled, handoff.due_at = True, terms.promise(False).due_at
    handoff.save()
    clocks_of_leads_end([lead.pk], at=now)
    stage_move(
        lead=lead, after=STAGE_AFTER["offer"], at=now, actor=actor, handoff=handoff, nurture_until=None
    )
    if handoff.is_recycled:
        Lead.objects.filter(pk=lead.pk).update(is_recycled=True)
    audit.record("lead.pulled", subject=handoff, actor=actor, after={"points": receipt["points"]}, note=said)
    return handoff_accept(handoff=handoff, actor=actor)
