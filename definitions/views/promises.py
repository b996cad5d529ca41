"""What each side promises, written by its managers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from definitions import policies
from definitions.forms.promises import NeedForm, PeriodForm, PromisesForm
from definitions.models import Definition
from definitions.selectors.versions import definitions_of
from definitions.services.promises import need_declare, promises_set, review_period_set
from portal.common.models import HOUSES, Team
from portal.common.requests import SignedInRequest
from portal.common.selectors import capacity_said


def promises_page(request: SignedInRequest, stage: str) -> HttpResponse:
    definition = get_object_or_404(definitions_of(stage))
    houses = [house for house in HOUSES if policies.may_set_promise(request.user, house)]
    if not houses:
        policies.may_set_promise(request.user, HOUSES[0]).require()
    form = PromisesForm(request.POST or None, definition=definition, houses=houses)
    if request.method == "POST" and form.is_valid():
        promises_set(definition=definition, promises=form.cleaned_data, actor=request.user)
        messages.success(request, _("The promise is saved."))
        return redirect(definition)
    return _page(request, definition, form=form)


@require_POST
def need(request: SignedInRequest, stage: str) -> HttpResponse:
    """How many leads a week sales needs."""
    definition = get_object_or_404(definitions_of(stage))
    policies.may_set_promise(request.user, Team.SALES).require()
    form = NeedForm(request.POST)
    if not form.is_valid():
        return _page(request, definition, need_form=form)
    need_declare(definition=definition, actor=request.user, **form.cleaned_data)
    messages.success(request, _("What sales needs is saved."))
    return redirect("definitions:promises", stage)


@require_POST
def period(request: SignedInRequest, stage: str) -> HttpResponse:
    """How often the definition is reviewed."""
    definition = get_object_or_404(definitions_of(stage))
    policies.may_set_review_period(request.user).require()
    form = PeriodForm(request.POST)
    if not form.is_valid():
        return _page(request, definition, period_form=form)
    review_period_set(definition=definition, actor=request.user, **form.cleaned_data)
    messages.success(request, _("How often it is reviewed is saved."))
    return redirect("definitions:promises", stage)


def _page(
    request: SignedInRequest,
    definition: Definition,
    *,
    form: PromisesForm | None = None,
    need_form: NeedForm | None = None,
    period_form: PeriodForm | None = None,
) -> HttpResponse:
    houses = [house for house in HOUSES if policies.may_set_promise(request.user, house)]
    capacity = capacity_said(Team.SALES)
    context = {
        "definition": definition,
        "form": form or PromisesForm(definition=definition, houses=houses),
        "need_form": need_form or NeedForm(initial={"weekly_need": definition.weekly_need}),
        "period_form": period_form or PeriodForm(initial={"review_every_days": definition.review_every_days}),
        "may_say_need": policies.may_set_promise(request.user, Team.SALES),
        "capacity": capacity,
        "capacity_total": sum(one.leads for one in capacity),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "definitions/promises.html", context, status=status)
