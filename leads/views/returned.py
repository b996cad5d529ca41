"""Returned leads for marketing: picked up, put right, offered again, put to rest, or ruled out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from leads.care import returned as services
from leads.care.forms import FixForm, NurtureForm, RestForm, RuleOutForm
from leads.care.policies import may_pick_up
from leads.filters import ReturnedFilter
from leads.models import Handoff
from leads.selectors import care as selectors
from leads.selectors.handoffs import handoffs_visible_to, receipt_of, with_words
from leads.selectors.leads import leads_visible_to
from leads.views.paging import page_of
from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.fragments import render_page
from portal.common.requests import SignedInRequest
from portal.common.whole_numbers import whole_number


@require_GET
def returned_list(request: SignedInRequest) -> HttpResponse:
    form = ReturnedFilter(request.GET)
    page = page_of(request, selectors.to_pick_up(request.user, **form.chosen))
    with_words(page)
    context = {
        "form": form,
        "page": page,
        "rows": [(row, selectors.waiting_of(row)) for row in page],
        "settled": selectors.settled_lately(request.user),
        "may_pick_up": may_pick_up(request.user),
    }
    return render_page(request, "leads/returned.html", "leads/_returned_results.html", context)


def _the_return(request: SignedInRequest, pk: int) -> Handoff:
    rows = handoffs_visible_to(request.user).select_related("pick_up__picked_by", "pick_up__settled_by")
    return get_object_or_404(rows.filter(reason__isnull=False), pk=pk)


def _answer(request: SignedInRequest, handoff: Handoff, status: int = 200, **typed: Any) -> HttpResponse:
    with_words([handoff])
    selectors.with_pick_ups(request.user, [handoff])
    waiting = selectors.waiting_of(handoff) if handoff.is_waiting else None  # type: ignore[attr-defined]
    context = {
        "handoff": handoff,
        "lead": handoff.lead,
        "receipt": receipt_of(handoff),
        "pick_up": selectors.pick_up_of(handoff),
        "waiting": waiting,
        "is_theirs": bool(waiting and waiting.person and waiting.person.pk != request.user.pk),
        "may_pick_up": may_pick_up(request.user),
        "fix_form": FixForm.of(handoff),
        "rest_form": RestForm(initial={"until": handoff.lead.nurture_until}),
        "rule_out_form": RuleOutForm(),
        **typed,
    }
    return render(request, "leads/returned_page.html", context, status=status)


@require_GET
def returned_page(request: SignedInRequest, pk: int) -> HttpResponse:
    return _answer(request, _the_return(request, pk))


@require_POST
def pick_up(request: SignedInRequest, pk: int) -> HttpResponse:
    handoff = _the_return(request, pk)
    instead_of = whole_number(request.POST.get("instead_of"))
    services.return_pick_up(handoff=handoff, actor=request.user, instead_of=instead_of)
    messages.success(request, _("You look after %(lead)s now.") % {"lead": handoff.lead})
    return redirect("leads:returned_page", pk=pk)


@require_POST
def fix(request: SignedInRequest, pk: int) -> HttpResponse:
    said = _("Put right. %(lead)s is offered again as soon as it qualifies.")
    return _settle(request, pk, "fix_form", FixForm(request.POST), services.return_fix, said)


@require_POST
def reroute(request: SignedInRequest, pk: int) -> HttpResponse:
    return _settle(request, pk, "", None, services.return_reroute, _("%(lead)s is offered again."))


@require_POST
def rest(request: SignedInRequest, pk: int) -> HttpResponse:
    said = _("%(lead)s rests.")
    return _settle(request, pk, "rest_form", RestForm(request.POST), services.return_rest, said)


@require_POST
def rule_out(request: SignedInRequest, pk: int) -> HttpResponse:
    said = _("You ruled %(lead)s out.")
    return _settle(request, pk, "rule_out_form", RuleOutForm(request.POST), services.return_rule_out, said)


def _settle(
    request: SignedInRequest,
    pk: int,
    name: str,
    form: forms.Form | None,
    service: Callable[..., Any],
    said: str,
) -> HttpResponse:
    """Do what one of the forms asks, and go on to the list; or show the form with what is wrong."""
    handoff = _the_return(request, pk)
    may_pick_up(request.user).require()
    if form is None or form.is_valid():
        try:
            service(handoff=handoff, actor=request.user, **(form.cleaned_data if form else {}))
            messages.success(request, said % {"lead": handoff.lead})
            return redirect("leads:returned_list")
        except Invalid as error:
            assert form is not None
            blame(form, error)
    return _answer(request, handoff, status=422, **{name: form})


@require_POST
def nurture_change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another day for a lead that rests, from the list of those in nurture."""
    lead, form = get_object_or_404(leads_visible_to(request.user), pk=pk), NurtureForm(request.POST)
    may_pick_up(request.user).require()
    if form.is_valid():
        try:
            services.nurture_change(lead=lead, actor=request.user, **form.cleaned_data)
            messages.success(request, _("%(lead)s rests.") % {"lead": lead})
        except Invalid as error:
            messages.error(request, str(error))
    else:
        messages.error(request, _("Choose a day, or leave it empty."))
    return redirect("leads:nurture")
