"""One lead, and one account: everything that is known, and where it came from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from definitions.models import Stage, Version
from definitions.selectors import active_version
from leads.care.policies import may_pull_lead
from leads.evidence.score_history import WEEKS, score_history
from leads.evidence.sparkline import draw
from leads.golden.policies import may_lay_golden
from leads.golden.selectors import golden_of_lead
from leads.handoffs.next_step import next_step
from leads.handoffs.override_policies import may_override, may_override_lead
from leads.models import OPEN, Lead
from leads.scoring.receipt import receipt
from leads.selectors import lead_facts, leads
from leads.selectors.care import override_of
from leads.selectors.committee import committee_of
from leads.selectors.handoffs import with_words
from leads.selectors.missing import missing_of
from leads.selectors.relaxed import only_relaxed_ids
from leads.selectors.timeline import handoffs_of, stages_of, timeline_of
from leads.views.paging import page_of
from portal.common.fragments import render_page
from portal.common.requests import SignedInRequest

PEOPLE_SHOWN = 8


@require_GET
def lead_page(request: SignedInRequest, pk: int) -> HttpResponse:
    lead = _the_lead(request, pk)
    version = active_version(Stage.MQL)
    facts, unknown = lead_facts.facts_of(lead, lead_facts.LEAD_FIELDS)
    entries, older = timeline_of(lead, _until(request))
    handoffs = handoffs_of(lead)
    with_words(handoffs)
    now_receipt = _live_receipt(version, lead)
    context = {
        "lead": lead,
        "version": version,
        "facts": facts,
        "unknown": unknown,
        "values": [(row.attribute.label, lead_facts.value_words(row)) for row in leads.values_of_lead(lead)],
        "receipt": now_receipt,
        "missing": missing_of(lead, version, handoffs),
        "step": next_step(request.user, lead, handoffs, now_receipt),
        "stages": stages_of(lead),
        "relaxed_ids": only_relaxed_ids(version, [lead.pk]),
        "by_hand": _by_hand(request, lead),
        "open_handoff": next((row for row in handoffs if row.status in OPEN), None),
        "golden": golden_of_lead(request.user, lead),
        "may_lay_golden": may_lay_golden(request.user),
        "entries": entries,
        "older": older,
        "handoffs": handoffs,
        **_colleagues(lead, version),
    }
    return render(request, "leads/lead_page.html", context)


def _by_hand(request: SignedInRequest, lead: Lead) -> dict[str, Any]:
    """What somebody decided otherwise about this lead, and whether the reader may."""
    return {
        "standing": override_of(lead),
        "may_override": may_override(request.user),
        "may_override_lead": may_override_lead(request.user, lead),
        "may_pull_lead": may_pull_lead(request.user, lead),
    }


@require_GET
def lead_scores(request: SignedInRequest, pk: int) -> HttpResponse:
    """The score of the last weeks, computed as of each: a part of the lead's page, and a page of its own."""
    lead, version = _the_lead(request, pk), active_version(Stage.MQL)
    document = version.document if version else None
    history = score_history(document, lead, timezone.now()) if document else []
    points = [then.score.points if then.score else None for then in history]
    context = {
        "lead": lead,
        "version": version,
        "history": history[::-1],
        "line": draw(points, version.threshold) if version else None,
        "weeks": WEEKS,
    }
    return render_page(request, "leads/lead_scores.html", "leads/_lead_scores.html", context)


def _the_lead(request: SignedInRequest, pk: int) -> Lead:
    rows = leads.leads_visible_to(request.user).select_related("account", "source", "owner")
    return get_object_or_404(rows, pk=pk)


def _until(request: SignedInRequest) -> datetime | None:
    try:
        until = parse_datetime(request.GET.get("until", ""))
    except ValueError:
        return None
    return until if until and timezone.is_aware(until) else None


def _live_receipt(version: Version | None, lead: Lead) -> dict[str, Any] | None:
    return receipt(version, lead.pk, as_of=timezone.now()) if version else None


def _colleagues(lead: Lead, version: Version | None) -> dict[str, Any]:
    """The other people of the lead's account, its own facts, and its buying committee."""
    if lead.account is None:
        return {"account": None}
    people = leads.people_of_account(lead.account, version).exclude(pk=lead.pk)
    facts, _unknown = lead_facts.facts_of(lead.account, lead_facts.ACCOUNT_FIELDS)
    committee = committee_of(lead.account)
    return {
        "account": lead.account,
        "account_facts": facts,
        "committee": committee,
        "fitted": committee.fitted_by(lead),
        "colleagues": [(other, committee.fitted_by(other)) for other in people[:PEOPLE_SHOWN]],
        "colleagues_total": leads.count_people_of_account(lead.account)["all"] - 1,
    }


@require_GET
def account_page(request: SignedInRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(leads.accounts_visible_to(request.user), pk=pk)
    version = active_version(Stage.MQL)
    facts, unknown = lead_facts.facts_of(account, lead_facts.ACCOUNT_FIELDS)
    context = {
        "account": account,
        "version": version,
        "facts": facts,
        "unknown": unknown,
        "values": [
            (row.attribute.label, lead_facts.value_words(row)) for row in leads.values_of_account(account)
        ],
        "page": page_of(request, leads.people_of_account(account, version)),
        "counts": leads.count_people_of_account(account),
        "committee": committee_of(account),
    }
    return render(request, "leads/account_page.html", context)
