"""One handoff: its receipt, and what sales may do with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leads.handoffs import policies, services
from leads.handoffs.forms import DisqualifyForm, FollowUpForm, ReturnForm
from leads.models import Handoff, HandoffStatus
from leads.selectors.handoffs import follow_ups_of, handoffs_visible_to, receipt_of, with_words
from leads.selectors.relaxed import only_relaxed_ids
from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.fragments import wants_fragment
from portal.common.requests import SignedInRequest, next_address


def _the_handoff(request: SignedInRequest, pk: int) -> Handoff:
    return get_object_or_404(handoffs_visible_to(request.user), pk=pk)


def _context(request: SignedInRequest, handoff: Handoff, **more: Any) -> dict[str, Any]:
    with_words([handoff])
    return {
        "handoff": handoff,
        "lead": handoff.lead,
        "receipt": receipt_of(handoff),
        "relaxed_ids": only_relaxed_ids(handoff.version, [handoff.lead_id]),
        "is_offered": handoff.status == HandoffStatus.OFFERED,
        "is_accepted": handoff.status == HandoffStatus.ACCEPTED,
        "may_decide": policies.may_decide_handoff(request.user, handoff),
        "may_return": policies.may_return_handoff(request.user, handoff),
        "may_work": policies.may_work_handoff(request.user, handoff),
        **more,
    }


def _back(request: SignedInRequest, handoff: Handoff) -> HttpResponse:
    """To the page that the form came from, when it names one of ours; else to the handoff."""
    return redirect(next_address(request, handoff.get_absolute_url()))


@require_GET
def handoff_page(request: SignedInRequest, pk: int) -> HttpResponse:
    handoff = _the_handoff(request, pk)
    follow_ups = follow_ups_of(handoff)
    more = {"follow_ups": follow_ups, "follow_up_form": FollowUpForm()}
    return render(request, "leads/handoff_page.html", _context(request, handoff, **more))


@require_GET
def handoff_receipt(request: SignedInRequest, pk: int) -> HttpResponse:
    """The peek of the queue: the receipt alone to htmx, else the handoff's page."""
    handoff = _the_handoff(request, pk)
    if not wants_fragment(request):
        return redirect(handoff)
    return render(
        request, "leads/_handoff_receipt.html", {"handoff": handoff, "receipt": receipt_of(handoff)}
    )


@require_POST
def handoff_accept(request: SignedInRequest, pk: int) -> HttpResponse:
    handoff = services.handoff_accept(handoff=_the_handoff(request, pk), actor=request.user)
    if wants_fragment(request):
        return render(request, "leads/_queue_row_accepted.html", {"handoff": handoff})
    messages.success(request, _("You accepted %(lead)s.") % {"lead": handoff.lead})
    return _back(request, handoff)


@require_http_methods(["GET", "POST"])
def handoff_return(request: SignedInRequest, pk: int) -> HttpResponse:
    handoff = _the_handoff(request, pk)
    form = ReturnForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.handoff_return(handoff=handoff, actor=request.user, **form.answers())
        except Invalid as error:
            blame(form, error)
        else:
            messages.success(request, _("You returned %(lead)s.") % {"lead": handoff.lead})
            return redirect("leads:queue")
    status = 422 if form.is_bound else 200
    return render(request, "leads/handoff_return.html", _context(request, handoff, form=form), status=status)


@require_POST
def handoff_qualify(request: SignedInRequest, pk: int) -> HttpResponse:
    handoff = services.handoff_qualify(handoff=_the_handoff(request, pk), actor=request.user)
    messages.success(request, _("%(lead)s is sales-qualified.") % {"lead": handoff.lead})
    return _back(request, handoff)


@require_http_methods(["GET", "POST"])
def handoff_disqualify(request: SignedInRequest, pk: int) -> HttpResponse:
    handoff = _the_handoff(request, pk)
    form = DisqualifyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.handoff_disqualify(handoff=handoff, actor=request.user, **form.cleaned_data)
        except Invalid as error:
            blame(form, error)
        else:
            messages.success(request, _("You ruled %(lead)s out.") % {"lead": handoff.lead})
            return redirect("leads:my_leads")
    status = 422 if form.is_bound else 200
    return render(
        request, "leads/handoff_disqualify.html", _context(request, handoff, form=form), status=status
    )


@require_POST
def follow_up_add(request: SignedInRequest, pk: int) -> HttpResponse:
    handoff = _the_handoff(request, pk)
    form = FollowUpForm(request.POST)
    if not form.is_valid():
        context = _context(request, handoff, follow_up_form=form, follow_ups=follow_ups_of(handoff))
        return render(request, "leads/handoff_page.html", context, status=422)
    services.follow_up_add(handoff=handoff, actor=request.user, **form.cleaned_data)
    messages.success(request, _("Your follow-up is noted."))
    return _back(request, handoff)
