"""Handing open leads on: one to a colleague, all of one rep's, and those of somebody who has left sales.

That somebody has left is a fact of their row, and every open handoff in their name is owed to somebody
else: reconciling finds them by it, so a kill in between, or a rep who accepts in the same instant, costs
a few seconds and no lead.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from definitions.models import Stage
from definitions.selectors import active_version
from leads.handoffs.clocks import clocks_stop, pick_ups_owed
from leads.handoffs.offering import Receipt, Terms, offer, receipts_of, terms_of
from leads.handoffs.stages import stages_move
from leads.handoffs.states import STAGE_AFTER, STAGE_WHILE
from leads.handoffs.turn_policies import may_manage_turns, may_reassign_handoff
from leads.handoffs.turns import turns_given, turns_passed_on
from leads.models import OPEN, Handoff, HandoffStatus, Lead, Reason
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import Role, Team, User
from portal.common.notify import owe_notification
from portal.common.selectors import people_of

BATCH = 500
HAS_LEFT = Q(owner__isnull=False) & ~Q(owner__is_active=True, owner__team=Team.SALES)


@transaction.atomic
def handoff_reassign(*, handoff: Handoff, to: User, reason: str, actor: User) -> Handoff:
    """Hand one open lead to somebody else in sales, who is told. The clock goes on.

    `handoff` is as the person saw it: whoever accepted or took it over meanwhile keeps it (`Conflict`).
    """
    may_reassign_handoff(actor, handoff).require()
    said, before, now = _checked(to, reason), handoff.owner, timezone.now()
    if before is not None and to.pk == before.pk:
        raise Invalid(_("%(name)s has this lead already.") % {"name": to}, field="to")
    moved = Handoff.objects.filter(
        pk=handoff.pk, status=handoff.status, status__in=OPEN, owner=handoff.owner_id
    ).update(owner=to, assignment=_words(actor, said))
    if not moved:
        raise Conflict(_("This lead has moved on meanwhile. Look again at who has it."))
    if handoff.status == HandoffStatus.ACCEPTED:
        Lead.objects.filter(pk=handoff.lead_id).update(owner=to)
    handoff.refresh_from_db()
    (turn,) = turns_given([handoff], to, now)
    audit.record(
        "handoff.reassigned",
        subject=handoff,
        actor=actor,
        before={"owner": before.email if before else ""},
        after={"owner": to.email},
        note=said,
    )
    if to.pk != actor.pk:
        owe_notification(
            person=to,
            key=f"turn:{turn.pk}",
            sentence=_("%(who)s hands %(lead)s to you: %(reason)s")
            % {"who": actor, "lead": handoff.lead, "reason": said},
            url=handoff.get_absolute_url(),
        )
    return handoff


@transaction.atomic
def leads_hand_on(*, person: User, to: User | None, reason: str, actor: User) -> int:
    """Hand all open leads of one rep to a colleague, or (`to` None) offer them again by the rules.

    Returns how many. To a colleague the clocks go on; an offer by the rules is a new one.
    """
    may_manage_turns(actor).require()
    if to is None:
        return _again_by_the_rules(person, _said(reason), actor)
    said, now = _checked(to, reason), timezone.now()
    if to.pk == person.pk:
        raise Invalid(_("%(name)s has these leads already.") % {"name": to}, field="to")
    rows = list(
        Handoff.objects.select_for_update(no_key=True, of=("self",))
        .filter(owner=person, status__in=OPEN)
        .order_by("pk")  # As an import of outcomes holds them: neither waits for the other crosswise.
    )
    if not rows:
        raise Conflict(_("%(name)s has no open lead any more.") % {"name": person})
    Handoff.objects.filter(pk__in=[row.pk for row in rows]).update(owner=to, assignment=_words(actor, said))
    accepted = [row.lead_id for row in rows if row.status == HandoffStatus.ACCEPTED]
    Lead.objects.filter(pk__in=accepted).update(owner=to)
    turns = turns_given(rows, to, now)
    audit.record(
        "handoffs.reassigned",
        subject=person,
        actor=actor,
        before={"owner": person.email},
        after={"owner": to.email, "handoffs": [row.pk for row in rows]},
        note=said,
    )
    sentence = ngettext(
        "%(who)s hands you %(n)d open lead of %(person)s: %(reason)s",
        "%(who)s hands you %(n)d open leads of %(person)s: %(reason)s",
        len(rows),
    )
    owe_notification(
        person=to,
        key=f"turns:{turns[0].pk}",
        sentence=sentence % {"who": actor, "n": len(rows), "person": person, "reason": said},
        url=reverse("leads:queue") + "?tab=mine",
    )
    return len(rows)


def _again_by_the_rules(person: User, said: str, actor: User) -> int:
    version = active_version(Stage.MQL)
    if version is None:
        raise Conflict(_("No definition is in force, so nothing can be offered."))
    ids = list(Handoff.objects.filter(owner=person, status__in=OPEN).values_list("pk", flat=True))
    why = _("%(who)s offers it again: %(reason)s") % {"who": actor, "reason": said}
    terms = terms_of(version, timezone.now())
    done = _pass_on(terms, ids, Q(owner=person), why, _receipts(terms, ids), actor)
    if not done:
        raise Conflict(_("%(name)s has no open lead any more.") % {"name": person})
    return done


def _said(reason: str) -> str:
    said = " ".join(reason.split())
    if not said:
        raise Invalid(_("Say in a sentence why."), field="reason")
    return said


def _checked(to: User, reason: str) -> str:
    if not to.is_active or to.team != Team.SALES:
        raise Invalid(_("%(name)s is not in sales. Choose somebody who is.") % {"name": to}, field="to")
    return _said(reason)


def _words(actor: User, said: str) -> str:
    return (_("%(who)s handed it on: %(reason)s") % {"who": actor, "reason": said})[:200]


# -- of those who have left ------------------------------------------------------------------------------


def pass_on_of_those_who_left(terms: Terms) -> int:
    """Offer again what stands in the name of somebody who is not in sales any more; returns how many.

    An index read when there is nothing to do, so the sweep may ask every ten seconds.
    """
    done, last = 0, 0
    owed = Handoff.objects.filter(HAS_LEFT, status__in=OPEN).order_by("pk")
    while ids := list(owed.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        last = ids[-1]
        receipts = _receipts(terms, ids)
        why = _("Whoever had it is not in sales any more; it is offered again.")
        with transaction.atomic():
            done += _pass_on(terms, ids, HAS_LEFT, why, receipts, None)
    return done


def _receipts(terms: Terms, ids: list[int]) -> dict[int, Receipt]:
    lead_ids = list(Handoff.objects.filter(pk__in=ids).values_list("lead_id", flat=True))
    return receipts_of(terms.version, lead_ids, terms.now)


def _pass_on(
    terms: Terms, ids: list[int], whose: Q, why: str, receipts: dict[int, Receipt], actor: User | None
) -> int:
    """End these open handoffs and offer their leads again, in the caller's transaction.

    An offer is withdrawn; an accepted lead is returned as procedural, which is what a reroute is. What
    may not be offered again is marketing's to pick up, and an opportunity goes to a manager as it stands.
    """
    rows = list(
        Handoff.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("lead", "owner")
        .filter(whose, pk__in=ids, status__in=OPEN)
    )
    further = [row for row in rows if row.lead.stage != STAGE_WHILE[HandoffStatus(row.status)]]
    ended = [row for row in rows if row not in further]
    offered = [row.pk for row in ended if row.status == HandoffStatus.OFFERED]
    accepted = [row.pk for row in ended if row.status == HandoffStatus.ACCEPTED]
    Handoff.objects.filter(pk__in=offered).update(
        status=HandoffStatus.WITHDRAWN, ended_at=terms.now, note=why
    )
    if accepted:
        reason = Reason.objects.filter(key=Reason.NO_LONGER).latest("pk")
        Handoff.objects.filter(pk__in=accepted).update(
            status=HandoffStatus.RETURNED,
            ended_at=terms.now,
            reason=reason,
            reason_label=reason.label,
            note=why,
        )
    # Before the offers, which pass by a lead that another holds: this waits for it.
    Lead.objects.filter(pk__in=[row.lead_id for row in ended]).update(owner=None)
    clocks_stop([row.pk for row in ended], at=terms.now)
    turns_passed_on(ended)
    made = offer(terms=terms, lead_ids=[row.lead_id for row in ended], receipts=receipts)
    again = {row.lead_id for row in made}
    pick_ups_owed((row.pk for row in ended if row.pk in accepted and row.lead_id not in again), at=terms.now)
    for status, move in ((HandoffStatus.OFFERED, "withdraw"), (HandoffStatus.ACCEPTED, "return")):
        stages_move(
            leads=[
                (row.lead_id, row.lead.stage, row.pk)
                for row in ended
                if row.status == status and row.lead_id not in again
            ],
            after=STAGE_AFTER[move],
            at=terms.now,
        )
    done = len(ended) + _to_a_manager(further, why, terms.now)
    if done:
        audit.record(
            "handoffs.passed_on",
            subject=terms.version,
            actor=actor,
            after={"handoffs": [row.pk for row in rows], "offered": [row.pk for row in made]},
            note=why,
        )
    return done


def _to_a_manager(rows: list[Handoff], why: str, now: datetime) -> int:
    """Sales works these beyond the handoff: they are never offered again, and somebody must know of them."""
    managers = people_of(Team.SALES).filter(role__in=(Role.MANAGER, Role.ADMINISTRATOR)).order_by("pk")
    manager = managers.exclude(pk__in=[row.owner_id for row in rows]).first()
    if manager is None or not rows:
        return 0
    Handoff.objects.filter(pk__in=[row.pk for row in rows]).update(owner=manager, assignment=why[:200])
    Lead.objects.filter(pk__in=[row.lead_id for row in rows]).update(owner=manager)
    for turn, row in zip(turns_given(rows, manager, now), rows, strict=True):
        owe_notification(
            person=manager,
            key=f"turn:{turn.pk}",
            sentence=_("%(lead)s is yours now: whoever had it has left sales.") % {"lead": row.lead},
            url=row.get_absolute_url(),
        )
    return len(rows)
