"""Making offers: the rows of new handoffs, for one lead or for a thousand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from definitions.models import Definition, Version
from leads.handoffs.assignment import Turn, Turns, of_leads
from leads.handoffs.clocks import (
    Promise,
    clocks_of_leads_end,
    clocks_start,
    left_of_leads,
    promise_from,
    promised_hours,
)
from leads.handoffs.overriding import held_back, wanted_by_hand
from leads.handoffs.stages import stages_move
from leads.handoffs.states import BEYOND_OFFERS, STAGE_AFTER
from leads.models import OPEN, ClockKind, Handoff, Lead, LeadStage, Qualification, Score
from leads.scoring.receipt import receipts
from portal.common.calendars import calendar_of
from portal.common.models import User
from portal.common.notify import owe_notification
from portal.common.selectors import the_workspace
from portal.common.working_time import Calendar

Receipt = dict[str, Any]


@dataclass(frozen=True)
class Terms:
    """What all offers of one moment share: the version, the instant, and how long there is to decide."""

    version: Version
    now: datetime
    calendar: Calendar
    hours: dict[bool, int]  # by whether it is a contact request

    def at(self, now: datetime) -> Terms:
        return replace(self, now=now)

    def promise(self, is_contact_request: bool, left_seconds: int | None = None) -> Promise:
        hours = self.hours[is_contact_request]
        return promise_from(self.now, hours, self.calendar, left_seconds=left_seconds)


def terms_of(version: Version, now: datetime) -> Terms:
    workspace = the_workspace()
    kind = ClockKind.DECIDE
    return Terms(
        version=version,
        now=now,
        calendar=calendar_of(kind.team, workspace),
        hours={
            is_asked: promised_hours(kind, workspace, is_contact_request=is_asked)
            for is_asked in (False, True)
        },
    )


def frozen(receipt: Receipt) -> Receipt:
    """The receipt as JSON keeps it: instants in full, words as they read now."""
    return json.loads(
        json.dumps(receipt, default=lambda v: v.isoformat() if isinstance(v, datetime) else str(v))
    )


def receipts_of(version: Version, lead_ids: list[int], now: datetime) -> dict[int, Receipt]:
    """Taken before the write transaction, so that the lock is held only for writing."""
    return {lead_id: frozen(each) for lead_id, each in receipts(version, lead_ids, as_of=now).items()}


def offer(
    *,
    terms: Terms,
    lead_ids: Iterable[int],
    receipts: dict[int, Receipt],
    turn_of: Callable[[Lead], Turn] | None = None,
) -> list[Handoff]:
    """Offer these leads, in the caller's transaction; those that may no longer be offered are left out.

    Whose turn each is the rules of the workspace say, unless `turn_of` does.

    Leads that another worker holds are skipped: it is offering them. Everything that decides is
    read again after the lock, and the database's own constraint stands behind it.
    """
    leads = list(
        Lead.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("account")
        .filter(pk__in=list(lead_ids), merged_into=None)
        .exclude(stage__in=BEYOND_OFFERS)
        .order_by("pk")
    )
    # The version must still be the one in force: a flip may have come in between.
    if not leads or not Definition.objects.filter(active_version=terms.version).exists():
        return []
    ids = [lead.pk for lead in leads]
    taken = set(Handoff.objects.filter(lead_id__in=ids, status__in=OPEN).values_list("lead_id", flat=True))
    scores = Score.objects.filter(lead_id__in=ids, is_qualified=True, version=terms.version)
    qualified = dict(scores.values_list("lead_id", "qualification"))
    wanted, kept_back = wanted_by_hand(ids), held_back(ids)
    chosen = [
        lead
        for lead in leads
        if lead.pk not in taken
        and lead.pk not in kept_back
        and lead.pk in receipts
        and (lead.pk in wanted or (lead.pk in qualified and receipts[lead.pk]["is_qualified"]))
    ]
    if not chosen:
        return []
    dealer = None
    if turn_of is None:
        dealer = Turns.hold(terms.now)
        turns = dealer.deal(of_leads(chosen))
    else:
        turns = {lead.pk: turn_of(lead) for lead in chosen}
    rows = []
    for lead in chosen:
        is_request = qualified.get(lead.pk) == Qualification.ALONE
        rows.append(handoff_row(terms, lead, receipts[lead.pk], is_request, turns[lead.pk]))
    for row in rows:
        if not row.receipt["is_qualified"]:
            row.override_id = wanted[row.lead_id]
    promises = _promises(terms, rows)
    made = Handoff.objects.bulk_create(rows)
    clocks_of_leads_end([row.lead_id for row in made], at=terms.now)
    clocks_start(ClockKind.DECIDE, [(row.pk, promise) for row, promise in zip(made, promises, strict=True)])
    if dealer:
        dealer.record(made, turns)
    stages_move(
        leads=[(row.lead_id, lead.stage, row.pk) for row, lead in zip(made, chosen, strict=True)],
        after=STAGE_AFTER["offer"],
        at=terms.now,
        nurture_until=None,
    )
    Lead.objects.filter(pk__in=[row.lead_id for row in made if row.is_recycled]).update(is_recycled=True)
    _tell_owners(made, terms.now)
    return made


def handoff_row(terms: Terms, lead: Lead, receipt: Receipt, is_contact_request: bool, turn: Turn) -> Handoff:
    """A handoff of this moment, not saved."""
    return Handoff(
        lead_id=lead.pk,
        version=terms.version,
        points=receipt["points"],
        grade=receipt["grade"],
        receipt=receipt,
        is_contact_request=is_contact_request,
        is_recycled=lead.is_recycled or lead.stage == LeadStage.NURTURE,
        owner_id=turn.owner_id,
        assignment=turn.words[:200],
        offered_at=terms.now,
    )


def _promises(terms: Terms, rows: list[Handoff]) -> list[Promise]:
    """Until when each is to be decided: with what is left where the lead was passed on. Sets `due_at`."""
    left = left_of_leads(row.lead_id for row in rows)
    whole = {is_asked: terms.promise(is_asked) for is_asked in terms.hours}
    promises = [
        terms.promise(row.is_contact_request, left[row.lead_id])
        if row.lead_id in left
        else whole[row.is_contact_request]
        for row in rows
    ]
    for row, promise in zip(rows, promises, strict=True):
        row.due_at = promise.due_at
    return promises


def _tell_owners(made: list[Handoff], now: datetime) -> None:
    by_owner: dict[int, list[Handoff]] = {}
    for row in made:
        if row.owner_id:
            by_owner.setdefault(row.owner_id, []).append(row)
    for person in User.objects.filter(pk__in=by_owner):
        count = len(by_owner[person.pk])
        sentence = ngettext(
            "%(n)d lead is offered to you.",
            "%(n)d leads are offered to you.",
            count,
        )
        owe_notification(
            person=person,
            key=f"offered:{now.isoformat()}",
            sentence=sentence % {"n": count},
            url=reverse("leads:queue") + "?tab=mine",
        )


def nobody_decided(hours: float) -> Turn:
    return Turn(None, _("Shared queue: nobody decided within %(n)g working hours.") % {"n": hours})
