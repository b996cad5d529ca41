"""After accepting: sales-qualified by the definition and the rep's checks, and what became of it then."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from leads.handoffs import outcomes, policies, qualifying
from leads.handoffs.forms import OutcomeForm, QualifyForm
from leads.views.handoff import back, context_of, the_handoff
from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.requests import SignedInRequest
from portal.common.selectors import the_workspace


@require_http_methods(["GET", "POST"])
def handoff_qualify(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the sales-qualified definition says of the lead, what the rep may check, and the decision."""
    handoff = the_handoff(request, pk)
    answer = qualifying.sales_answer(handoff)
    is_override = answer is not None and not answer.is_met
    form = QualifyForm(request.POST if request.method == "POST" else None, is_override=is_override)
    if request.method == "POST" and form.is_valid():
        try:
            qualifying.handoff_qualify(handoff=handoff, actor=request.user, **form.cleaned_data)
        except Invalid as error:
            blame(form, error)
        else:
            messages.success(request, _("%(lead)s is sales-qualified.") % {"lead": handoff.lead})
            return back(request, handoff)
    context = context_of(request, handoff, form=form, answer=answer, is_override=is_override)
    return render(request, "leads/handoff_qualify.html", context, status=422 if form.is_bound else 200)


@require_POST
def sales_check_add(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    qualifying.sales_check_add(handoff=the_handoff(request, pk), actor=request.user, key=key)
    return redirect("leads:handoff_qualify", pk)


@require_POST
def sales_check_remove(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    qualifying.sales_check_remove(handoff=the_handoff(request, pk), actor=request.user, key=key)
    return redirect("leads:handoff_qualify", pk)


@require_http_methods(["GET", "POST"])
def outcome_say(request: SignedInRequest, pk: int) -> HttpResponse:
    """Opportunity, won, lost, or back again: a move of the lead's stage."""
    handoff = the_handoff(request, pk)
    form = OutcomeForm(
        request.POST if request.method == "POST" else None,
        currency=the_workspace().currency,
        initial={"stage": handoff.lead.stage},
    )
    if request.method == "POST" and form.is_valid():
        try:
            lead = outcomes.outcome_say(handoff=handoff, actor=request.user, **form.answers())
        except Invalid as error:
            blame(form, error)
        else:
            words = {"lead": lead, "stage": lead.get_stage_display()}
            messages.success(request, _("%(lead)s stands at “%(stage)s” now.") % words)
            return redirect(handoff)
    may_say = policies.may_say_outcome(request.user, handoff)
    if form.is_bound:
        may_say.require()
    context = context_of(request, handoff, form=form, may_say_outcome=may_say)
    return render(request, "leads/handoff_outcome.html", context, status=422 if form.is_bound else 200)
