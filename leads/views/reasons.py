"""The reasons for returning and ruling out: read by everybody, kept by managers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leads.models import Reason, ReasonFamily
from leads.reasons import policies, services
from leads.reasons.forms import ReasonForm
from leads.selectors.reasons import every_reason, reasons_in_use, reasons_retired
from leads.views.sections import SETTINGS
from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.requests import SignedInRequest


def _the_reason(pk: int) -> Reason:
    """Of those in use or of the past: whoever holds an old page is told what became of it."""
    return get_object_or_404(every_reason(), pk=pk)


@require_GET
def reason_list(request: SignedInRequest) -> HttpResponse:
    rows = list(reasons_in_use())
    context = {
        "section_path": SETTINGS,
        "families": [(family, [row for row in rows if row.family == family]) for family in ReasonFamily],
        "retired": reasons_retired(),
        "may_edit": policies.may_edit_reasons(request.user),
    }
    return render(request, "leads/reason_list.html", context)


@require_http_methods(["GET", "POST"])
def reason_new(request: SignedInRequest) -> HttpResponse:
    policies.may_edit_reasons(request.user).require()
    initial = {"family": request.GET.get("family", "")}
    form = ReasonForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            reason = services.reason_add(actor=request.user, **form.cleaned_data)
        except Invalid as error:
            blame(form, error)
        else:
            messages.success(request, _("“%(reason)s” can be chosen from now on.") % {"reason": reason})
            return redirect("leads:reason_list")
    return _form_page(request, form)


@require_http_methods(["GET", "POST"])
def reason_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    policies.may_edit_reasons(request.user).require()
    reason = _the_reason(pk)
    form = ReasonForm(
        request.POST if request.method == "POST" else None, initial=ReasonForm.initial_of(reason)
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.reason_edit(reason=reason, actor=request.user, **form.cleaned_data)
        except Invalid as error:
            blame(form, error)
        except services.StaleReason as error:
            return _form_page(
                request, form, status=error.status, reason=reason, alert=str(error), current=error.current
            )
        else:
            messages.success(request, _("Saved. What was returned before keeps the name of its day."))
            return redirect("leads:reason_list")
    return _form_page(request, form, reason=reason)


def _form_page(
    request: SignedInRequest, form: ReasonForm, *, status: int | None = None, **more: Any
) -> HttpResponse:
    context = {
        "section_path": SETTINGS, "form": form, "reason": None, "alert": "", "current": None, **more,
    }  # fmt: skip
    answer = status or (422 if form.errors else 200)
    return render(request, "leads/reason_form.html", context, status=answer)


@require_POST
def reason_retire(request: SignedInRequest, pk: int) -> HttpResponse:
    reason = services.reason_retire(reason=_the_reason(pk), actor=request.user)
    messages.success(request, _("“%(reason)s” cannot be chosen any more.") % {"reason": reason})
    return redirect("leads:reason_list")


@require_POST
def reason_move(request: SignedInRequest, pk: int) -> HttpResponse:
    is_up = request.POST.get("direction") == "up"
    services.reason_move(reason=_the_reason(pk), actor=request.user, is_up=is_up)
    return redirect("leads:reason_list")
