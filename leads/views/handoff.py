"""One handoff: its receipt, and how sales answers it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leads.handoffs import policies, services
from leads.handoffs.forms import DisqualifyForm, FollowUpForm, ReturnForm
from leads.handoffs.turn_policies import may_reassign_handoff
from leads.handoffs.undoing import handoff_undo as take_back
from leads.handoffs.undoing import seconds_to_undo
from leads.handoffs.words import returned_words
from leads.models import Handoff, HandoffStatus
from leads.selectors.handoffs import (
    follow_ups_of,
    handoffs_visible_to,
    outcomes_of,
    receipt_of,
    thawed,
    with_words,
)
from leads.selectors.relaxed import only_relaxed_ids
from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.fragments import wants_fragment
from portal.common.requests import SignedInRequest, next_address


def the_handoff(request: SignedInRequest, pk: int) -> Handoff:
    return get_object_or_404(handoffs_visible_to(request.user), pk=pk)


def context_of(request: SignedInRequest, handoff: Handoff, **more: Any) -> dict[str, Any]:
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
        "may_reassign": may_reassign_handoff(request.user, handoff),
        **more,
    }


def page_of_handoff(
    request: SignedInRequest, handoff: Handoff, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The handoff's own page; `more` is a form that came back with mistakes."""
    context = context_of(request, handoff)
    if (context["is_offered"] or context["is_accepted"]) and context["may_return"]:
        # Each line that can have misled leads to the return, with itself chosen there.
        address = reverse("leads:handoff_return", args=[handoff.pk])
        for line in context["receipt"]["lines"]:
            if line.get("key") and line.get("is_met"):
                line["url"] = f"{address}?criterion={line['key']}"
    qualification = getattr(handoff, "sales_qualification", None)
    context |= {
        "follow_ups": follow_ups_of(handoff),
        "follow_up_form": FollowUpForm(),
        "undo_seconds": seconds_to_undo(handoff, request.user),
        "qualification": qualification,
        "sales_receipt": thawed(qualification.receipt) if qualification else None,
        "outcomes": outcomes_of(handoff),
        "may_say_outcome": policies.may_say_outcome(request.user, handoff),
        **more,
    }
    return render(request, "leads/handoff_page.html", context, status=status)


def back(request: SignedInRequest, handoff: Handoff) -> HttpResponse:
    """To the page that the form came from, when it names one of ours; else to the handoff."""
    return redirect(next_address(request, handoff.get_absolute_url()))


def say_with_undo(request: SignedInRequest, handoff: Handoff, sentence: str) -> None:
    """The address beside a message is where its Undo is posted to."""
    messages.success(request, sentence, extra_tags=reverse("leads:handoff_undo", args=[handoff.pk]))


@require_GET
def handoff_page(request: SignedInRequest, pk: int) -> HttpResponse:
    return page_of_handoff(request, the_handoff(request, pk))


@require_GET
def handoff_receipt(request: SignedInRequest, pk: int) -> HttpResponse:
    """The peek of the queue: the receipt alone to htmx, else the handoff's page."""
    handoff = the_handoff(request, pk)
    if not wants_fragment(request):
        return redirect(handoff)
    return render(
        request, "leads/_handoff_receipt.html", {"handoff": handoff, "receipt": receipt_of(handoff)}
    )


@require_POST
def handoff_accept(request: SignedInRequest, pk: int) -> HttpResponse:
    handoff = services.handoff_accept(handoff=the_handoff(request, pk), actor=request.user)
    sentence = _("You accepted %(lead)s.") % {"lead": handoff.lead}
    if wants_fragment(request):
        return render(request, "leads/_handoff_accepted.html", {"handoff": handoff, "sentence": sentence})
    say_with_undo(request, handoff, sentence)
    return back(request, handoff)


@require_http_methods(["GET", "POST"])
def handoff_return(request: SignedInRequest, pk: int) -> HttpResponse:
    handoff = the_handoff(request, pk)
    # A line of the receipt that was tapped on the page before comes in the address.
    initial = {"criterion": request.GET["criterion"]} if "criterion" in request.GET else {}
    form = ReturnForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            handoff = services.handoff_return(handoff=handoff, actor=request.user, **form.answers())
        except Invalid as error:
            blame(form, error)
        else:
            say_with_undo(request, handoff, returned_words(handoff))
            return redirect("leads:queue")
    if form.is_bound:
        # Who may not is told so, and not what is wrong with the form.
        policies.may_return_handoff(request.user, handoff).require()
    status = 422 if form.is_bound else 200
    return render(
        request, "leads/handoff_return.html", context_of(request, handoff, form=form), status=status
    )


@require_http_methods(["GET", "POST"])
def handoff_disqualify(request: SignedInRequest, pk: int) -> HttpResponse:
    handoff = the_handoff(request, pk)
    form = DisqualifyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.handoff_disqualify(handoff=handoff, actor=request.user, **form.cleaned_data)
        except Invalid as error:
            blame(form, error)
        else:
            say_with_undo(request, handoff, _("You ruled %(lead)s out.") % {"lead": handoff.lead})
            return redirect("leads:my_leads")
    if form.is_bound:
        policies.may_work_handoff(request.user, handoff).require()
    context = context_of(request, handoff, form=form)
    return render(request, "leads/handoff_disqualify.html", context, status=422 if form.is_bound else 200)


@require_POST
def handoff_undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take back what one did a moment ago; to htmx, the whole page is asked for anew."""
    handoff = take_back(handoff=the_handoff(request, pk), actor=request.user)
    messages.success(request, _("Taken back. %(lead)s stands as it did before.") % {"lead": handoff.lead})
    if wants_fragment(request):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return back(request, handoff)


@require_POST
def follow_up_add(request: SignedInRequest, pk: int) -> HttpResponse:
    handoff = the_handoff(request, pk)
    form = FollowUpForm(request.POST)
    if not form.is_valid():
        return page_of_handoff(request, handoff, status=422, follow_up_form=form)
    services.follow_up_add(handoff=handoff, actor=request.user, **form.cleaned_data)
    messages.success(request, _("Your follow-up is noted."))
    return back(request, handoff)
