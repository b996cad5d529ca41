"""What marketing does about a lead that sales returned: it picks it up and settles it, in one of four ways.

A return that nobody has settled stays on the list, whatever else happens; a lead that is offered again
meanwhile, because its rest has ended or a fact has changed, has settled itself.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions.models import Stage
from definitions.selectors import active_version
from leads.care.facts import fact_put_right
from leads.care.policies import may_pick_up
from leads.handoffs.clocks import clocks_stop
from leads.handoffs.offering import offer, receipts_of, terms_of
from leads.handoffs.stages import stage_move
from leads.models import ClockKind, Handoff, HandoffStatus, Lead, LeadStage, PickUp, Reason, ReasonFamily
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User
from portal.common.selectors import workspace_zone

LONGEST_REST_DAYS = 730


@transaction.atomic
def return_pick_up(*, handoff: Handoff, actor: User, instead_of: int | None = None) -> PickUp:
    """Say that one looks after this return. `instead_of` is the id of a colleague whom one relieves of it.

    Of two who pick it up at once the second is told who was faster (`Conflict`).
    """
    may_pick_up(actor).require()
    _hold(handoff)
    return _picked(handoff, actor, instead_of)


@transaction.atomic
def return_fix(*, handoff: Handoff, actor: User, field: str, value: str) -> PickUp:
    """Put a fact right. The lead is scored anew, and offered again by itself if it qualifies."""
    may_pick_up(actor).require()
    lead = _hold(handoff)
    _picked(handoff, actor)
    fact_put_right(lead=lead, field=field, value=value, actor=actor)
    # Whatever it was returned for: the rest is over, and what qualifies now is offered at the next look.
    Lead.objects.filter(pk=lead.pk).update(nurture_until=_today(timezone.now()))
    return _settle(handoff, actor, PickUp.Outcome.FIXED, "")


@transaction.atomic
def return_reroute(*, handoff: Handoff, actor: User) -> PickUp:
    """Offer the lead again at once, to whom the rules name now."""
    may_pick_up(actor).require()
    lead = _hold(handoff)
    _picked(handoff, actor)
    version = active_version(Stage.MQL)
    if version is None:
        raise Conflict(_("No definition is in force, so nothing can be offered."))
    now = timezone.now()
    made = offer(
        terms=terms_of(version, now), lead_ids=[lead.pk], receipts=receipts_of(version, [lead.pk], now)
    )
    if not made:
        raise Conflict(
            _("This lead does not qualify under %(version)s now. Put it into nurture, or rule it out.")
            % {"version": version}
        )
    audit.record("handoff.offered_again", subject=made[0], actor=actor)
    return _settle(handoff, actor, PickUp.Outcome.REROUTED, "")


@transaction.atomic
def return_rest(*, handoff: Handoff, actor: User, until: date | None, note: str = "") -> PickUp:
    """Into nurture until a day, or (None) until the lead does something itself; that ends every rest."""
    may_pick_up(actor).require()
    lead = _hold(handoff)
    _picked(handoff, actor)
    _rest(lead, until)
    return _settle(handoff, actor, PickUp.Outcome.RESTING, note, until=until.isoformat() if until else "")


@transaction.atomic
def nurture_change(*, lead: Lead, seen: date | None, until: date | None, actor: User) -> Lead:
    """Another day for a lead that rests already. `seen` is the day that the person saw."""
    may_pick_up(actor).require()
    lead = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    if lead.stage != LeadStage.NURTURE or lead.nurture_until != seen:
        raise Conflict(_("This lead has moved on meanwhile. Look again at where it stands."))
    _rest(lead, until)
    audit.record(
        "lead.rests",
        subject=lead,
        actor=actor,
        before={"until": seen.isoformat() if seen else ""},
        after={"until": until.isoformat() if until else ""},
    )
    return lead


@transaction.atomic
def return_rule_out(*, handoff: Handoff, actor: User, reason: Reason, note: str = "") -> PickUp:
    """Nobody needs to see this lead again. The reasons are those of ruling out after contact."""
    may_pick_up(actor).require()
    if reason.retired_at or reason.family != ReasonFamily.DISQUALIFY:
        raise Invalid(_("Choose a reason for ruling out from the list."), field="reason")
    if reason.needs_text and not note.strip():
        raise Invalid(_("“%(reason)s” needs a sentence.") % {"reason": reason.label}, field="note")
    lead = _hold(handoff)
    _picked(handoff, actor)
    stage_move(
        lead=lead,
        after=LeadStage.DISQUALIFIED,
        at=timezone.now(),
        actor=actor,
        handoff=handoff,
        nurture_until=None,
    )
    said = " · ".join(filter(None, (reason.label, " ".join(note.split()))))
    return _settle(handoff, actor, PickUp.Outcome.RULED_OUT, said, reason=reason.key)


# -- what they share ---------------------------------------------------------------------------------------


def _hold(handoff: Handoff) -> Lead:
    """The lead, locked; `Conflict` where this return is no longer what it waits for."""
    lead = Lead.objects.select_for_update(no_key=True).get(pk=handoff.lead_id)
    newest = Handoff.objects.filter(lead=lead).order_by("-pk").values_list("pk", "status").first()
    if lead.stage != LeadStage.NURTURE or newest != (handoff.pk, HandoffStatus.RETURNED):
        raise Conflict(_("This lead has moved on meanwhile. Look again at where it stands."))
    if PickUp.objects.filter(handoff=handoff, settled_at__isnull=False).exists():
        done = PickUp.objects.select_related("settled_by").get(handoff=handoff)
        raise Conflict(
            _("%(name)s has settled this already: %(outcome)s.")
            % {"name": done.settled_by, "outcome": done.get_outcome_display().lower()}
        )
    return lead


def _picked(handoff: Handoff, actor: User, instead_of: int | None = None) -> PickUp:
    """Under the lock of the lead: the row of whoever looks after it, which must be the actor's."""
    now = timezone.now()
    row, is_new = PickUp.objects.select_related("picked_by").get_or_create(
        handoff=handoff, defaults={"picked_by": actor, "picked_at": now}
    )
    if not is_new and row.picked_by_id == actor.pk:
        return row
    if is_new:
        clocks_stop([handoff.pk], at=now, kind=ClockKind.PICK_UP)
    before = None if is_new else row.picked_by
    if before is not None:
        if before.pk != instead_of:
            raise Conflict(_("%(name)s has picked this lead up. Take it over first.") % {"name": before})
        PickUp.objects.filter(pk=row.pk).update(picked_by=actor, picked_at=now)
        row.picked_by, row.picked_at = actor, now
    audit.record(
        "return.picked_up",
        subject=handoff,
        actor=actor,
        before={"by": before.email} if before else {},
        after={"by": actor.email},
    )
    return row


def _settle(handoff: Handoff, actor: User, outcome: str, note: str, **told: str) -> PickUp:
    PickUp.objects.filter(handoff=handoff).update(
        outcome=outcome, settled_by=actor, settled_at=timezone.now(), note=" ".join(note.split())[:300]
    )
    row = PickUp.objects.get(handoff=handoff)
    audit.record(
        "return.settled", subject=handoff, actor=actor, after={"outcome": outcome, **told}, note=row.note
    )
    return row


def _rest(lead: Lead, until: date | None) -> None:
    today = _today(timezone.now())
    if until is not None and not today < until <= today + timedelta(days=LONGEST_REST_DAYS):
        raise Invalid(_("Choose a day from tomorrow to two years from now."), field="until")
    Lead.objects.filter(pk=lead.pk).update(nurture_until=until)
    lead.nurture_until = until


def _today(now: datetime) -> date:
    return now.astimezone(workspace_zone()).date()
