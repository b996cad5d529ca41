"""Doors: the settings of the workspace, working hours, days off, the audit trail."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.accounts.policies import may_manage_workspace
from portal.common.models import HOUSES, Team
from portal.common.requests import SignedInRequest
from portal.common.selectors import the_workspace
from portal.workspace import selectors, services
from portal.workspace.forms import HoursForm, OwnHolidayForm, WorkspaceForm


def settings_page(request: SignedInRequest) -> HttpResponse:
    may_manage = may_manage_workspace(request.user)
    form = WorkspaceForm(request.POST or None, instance=the_workspace())
    if request.method == "POST":
        may_manage.require()
        if form.is_valid():
            services.workspace_edit(values=form.cleaned_data, actor=request.user)
            messages.success(request, _("Saved."))
            return redirect("portal:settings")
    context = {"form": form, "may_manage": may_manage, "stuck_mail": selectors.stuck_mail()[:20]}
    return render(request, "portal/settings.html", context, status=422 if form.errors else 200)


def hours(request: SignedInRequest, team: str) -> HttpResponse:
    if team not in HOUSES:
        raise Http404
    may_manage = may_manage_workspace(request.user)
    form = HoursForm(request.POST or None, rows=selectors.hours_of(team))
    if request.method == "POST":
        may_manage.require()
        if form.is_valid():
            services.working_hours_set(team=team, stretches=form.stretches(), actor=request.user)
            messages.success(request, _("Saved. Clocks that already run keep their due time."))
            return redirect("portal:hours", team=team)
    context = {
        "form": form,
        "team": Team(team),
        "houses": HOUSES,
        "may_manage": may_manage,
        "holidays": selectors.own_holidays(),
        "holiday_form": OwnHolidayForm(),
    }
    return render(request, "portal/hours.html", context, status=422 if form.errors else 200)


@require_POST
def own_holiday_add(request: SignedInRequest) -> HttpResponse:
    form = OwnHolidayForm(request.POST)
    if form.is_valid():
        services.own_holiday_add(**form.cleaned_data, actor=request.user)
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("portal:hours", team=Team.SALES)


@require_POST
def own_holiday_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    holiday = get_object_or_404(selectors.own_holidays(), pk=pk)
    services.own_holiday_remove(holiday=holiday, actor=request.user)
    return redirect("portal:hours", team=Team.SALES)


def trail(request: SignedInRequest) -> HttpResponse:
    may_manage_workspace(request.user).require()
    page = Paginator(selectors.trail(), 50).get_page(request.GET.get("page"))
    return render(request, "portal/trail.html", {"page": page})
