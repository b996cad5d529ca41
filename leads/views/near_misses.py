"""Leads that nearly qualify: which clause each lacks; pulled by a rep, or decided otherwise by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from definitions.models import Stage
from definitions.selectors import active_version
from leads.care.forms import OverrideForm, PullForm
from leads.care.policies import may_pull, may_pull_lead
from leads.care.pulling import lead_pull
from leads.handoffs.override_policies import may_override, may_override_lead
from leads.handoffs.overriding import override_end, override_make
from leads.models import Lead
from leads.scoring.near_misses import NEAR_POINTS, near_misses
from leads.scoring.receipt import receipt
from leads.selectors import care
from leads.selectors.leads import leads_visible_to, leads_with_accounts
from leads.views.paging import page_of
from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.requests import SignedInRequest


@require_GET
def near_miss_list(request: SignedInRequest) -> HttpResponse:
    version = active_version(Stage.MQL)
    context: dict[str, Any] = {"version": version, "within": NEAR_POINTS, "page": None}
    if version is not None:
        found = near_misses(version, timezone.now())
        clause = request.GET.get("clause", "")
        if clause not in found.wordings:
            clause = ""
        page = page_of(request, [row for row in found.rows if not clause or clause in row.missing])
        leads = leads_with_accounts(request.user, [row.lead_id for row in page])
        context |= {
            "found": found,
            "clause": clause,
            "page": page,
            "rows": [
                (leads[row.lead_id], row, [found.wordings[key] for key in row.missing])
                for row in page
                if row.lead_id in leads
            ],
            "may_pull": may_pull(request.user),
        }
    return render(request, "leads/near_misses.html", context)


def _the_lead(request: SignedInRequest, pk: int) -> Lead:
    return get_object_or_404(leads_visible_to(request.user).select_related("account"), pk=pk)


def _about(lead: Lead) -> dict[str, Any]:
    version = active_version(Stage.MQL)
    return {
        "lead": lead,
        "receipt": receipt(version, lead.pk, as_of=timezone.now()) if version else None,
        "standing": care.override_of(lead),
    }


@require_http_methods(["GET", "POST"])
def pull(request: SignedInRequest, pk: int) -> HttpResponse:
    lead, form = _the_lead(request, pk), PullForm(request.POST or None)
    may = may_pull_lead(request.user, lead)
    if request.method == "POST":
        may_pull(request.user).require()
        if form.is_valid():
            try:
                handoff = lead_pull(lead=lead, actor=request.user, **form.cleaned_data)
                messages.success(request, _("%(lead)s is yours.") % {"lead": lead})
                return redirect(handoff)
            except Invalid as error:
                blame(form, error)
    context = {"form": form, "may": may, **_about(lead)}
    return render(request, "leads/lead_pull.html", context, status=422 if form.is_bound else 200)


# -- deciding otherwise ------------------------------------------------------------------------------------


@require_GET
def override_list(request: SignedInRequest) -> HttpResponse:
    version = active_version(Stage.MQL)
    page = page_of(request, care.overrides(request.user))
    scores = care.scores_of(version.pk if version else None, [row.lead_id for row in page])
    context = {
        "page": page,
        "rows": [(row, scores.get(row.lead_id)) for row in page],
        "version": version,
        "may": may_override(request.user),
    }
    return render(request, "leads/overrides.html", context)


@require_http_methods(["GET", "POST"])
def override_new(request: SignedInRequest, pk: int) -> HttpResponse:
    lead = _the_lead(request, pk)
    about = _about(lead)
    is_qualified = bool(about["receipt"] and about["receipt"]["is_qualified"])
    form = OverrideForm(request.POST or None, initial={"kind": "hold" if is_qualified else "qualify"})
    may = may_override_lead(request.user, lead)
    if request.method == "POST":
        may.require()
        if form.is_valid():
            try:
                override_make(lead=lead, actor=request.user, **form.cleaned_data)
                messages.success(request, _("Noted. It holds within seconds, and until its last day."))
                return redirect(lead)
            except Invalid as error:
                blame(form, error)
    context = {"form": form, "may": may, **about}
    return render(request, "leads/override_form.html", context, status=422 if form.is_bound else 200)


@require_POST
def override_finish(request: SignedInRequest, pk: int) -> HttpResponse:
    override = get_object_or_404(care.overrides_visible_to(request.user), pk=pk)
    override_end(override=override, actor=request.user)
    messages.success(request, _("%(lead)s goes by the definition again.") % {"lead": override.lead})
    return redirect("leads:override_list")
