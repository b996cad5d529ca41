"""The lists around the queue: all leads, my accepted ones, nurture."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from definitions.models import Stage
from definitions.selectors import active_version
from leads.care.policies import may_pick_up
from leads.filters import LeadFilter, NurtureFilter
from leads.handoffs import policies
from leads.selectors import handoffs, leads
from leads.selectors.care import with_pick_ups
from leads.selectors.runs import open_runs
from leads.views.paging import found_page_of, page_of
from portal.common.fragments import render_page
from portal.common.requests import SignedInRequest
from portal.common.selectors import workspace_zone


@require_GET
def lead_list(request: SignedInRequest) -> HttpResponse:
    version = active_version(Stage.MQL)
    form = LeadFilter(request.GET, source=leads.systems())
    rows = leads.lead_list(request.user, version, sort=request.GET.get("sort", ""), **form.chosen)
    page = found_page_of(request, rows) if form.chosen["q"] else page_of(request, rows)
    context = {"form": form, "page": page, "version": version, "runs": open_runs()}
    return render_page(request, "leads/lead_list.html", "leads/_lead_list_results.html", context)


@require_GET
def my_leads(request: SignedInRequest) -> HttpResponse:
    context = {
        "page": page_of(request, handoffs.accepted_by(request.user)),
        "counts": handoffs.accepted_counts(request.user),
        "ended": handoffs.ended_lately(request.user),
        "may_decide": policies.may_decide_handoffs(request.user),
    }
    return render(request, "leads/my_leads.html", context)


@require_GET
def nurture(request: SignedInRequest) -> HttpResponse:
    version = active_version(Stage.MQL)
    form = NurtureFilter(request.GET)
    page = page_of(request, leads.nurture_list(request.user, version, **form.chosen))
    last_returns = [lead.returns[0] for lead in page if lead.returns]
    handoffs.with_words(last_returns)
    with_pick_ups(request.user, last_returns)
    context = {
        "form": form,
        "page": page,
        "version": version,
        "today": timezone.now().astimezone(workspace_zone()).date(),
        "may_pick_up": may_pick_up(request.user),
    }
    return render_page(request, "leads/nurture.html", "leads/_nurture_results.html", context)
