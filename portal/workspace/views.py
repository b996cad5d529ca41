"""Doors: the settings of the workspace, working hours, days off, the audit trail."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from portal.accounts.policies import may_manage_workspace
from portal.common.models import HOUSES, Team
from portal.common.requests import SignedInRequest
from portal.common.selectors import the_workspace
from portal.workspace import selectors, services
from portal.workspace.forms import HoursForm, OwnHolidayForm, TeamCalendarForm, WorkspaceForm

KEPT = gettext_lazy("Saved. Clocks that already run keep their due time.")


def settings_page(request: SignedInRequest) -> HttpResponse:
    may_manage = may_manage_workspace(request.user)
    form = WorkspaceForm(request.POST or None, instance=the_workspace())
    if request.method == "POST":
        may_manage.require()
        if form.is_valid():
            services.workspace_edit(values=form.cleaned_data, actor=request.user)
            messages.success(request, _("Saved."))
            return redirect("portal:settings")
    context = {"form": form, "may_manage": may_manage}
    return render(request, "portal/settings.html", context, status=422 if form.errors else 200)


def hours(request: SignedInRequest, team: str) -> HttpResponse:
    """The working week of one team."""
    form = HoursForm(request.POST or None, rows=selectors.hours_of(_house(team)))
    if request.method == "POST":
        may_manage_workspace(request.user).require()
        if form.is_valid():
            services.working_hours_set(team=team, stretches=form.stretches(), actor=request.user)
            messages.success(request, KEPT)
            return redirect("portal:hours", team=team)
    return _hours_page(request, team, form=form)


def team_calendar(request: SignedInRequest, team: str) -> HttpResponse:
    """Its time zone and its public holidays, on the same page."""
    form = TeamCalendarForm(
        request.POST or None, instance=selectors.team_calendar(_house(team)), workspace=the_workspace()
    )
    if request.method == "POST":
        may_manage_workspace(request.user).require()
        if form.is_valid():
            services.team_calendar_set(team=team, **form.cleaned_data, actor=request.user)
            messages.success(request, KEPT)
            return redirect("portal:hours", team=team)
    return _hours_page(request, team, place_form=form)


def _house(team: str) -> str:
    if team not in HOUSES:
        raise Http404
    return team


def _hours_page(
    request: SignedInRequest,
    team: str,
    *,
    form: HoursForm | None = None,
    place_form: TeamCalendarForm | None = None,
    holiday_form: OwnHolidayForm | None = None,
) -> HttpResponse:
    form = form or HoursForm(rows=selectors.hours_of(team))
    place_form = place_form or TeamCalendarForm(
        instance=selectors.team_calendar(team), workspace=the_workspace()
    )
    context = {
        "form": form,
        "place_form": place_form,
        "team": Team(team),
        "houses": HOUSES,
        "may_manage": may_manage_workspace(request.user),
        "holidays": selectors.own_holidays(),
        "holiday_form": holiday_form or OwnHolidayForm(),
    }
    status = 422 if form.errors or place_form.errors or holiday_form else 200
    return render(request, "portal/hours.html", context, status=status)


@require_POST
def own_holiday_add(request: SignedInRequest) -> HttpResponse:
    may_manage_workspace(request.user).require()
    form = OwnHolidayForm(request.POST)
    if not form.is_valid():
        return _hours_page(request, Team.SALES, holiday_form=form)
    services.own_holiday_add(**form.cleaned_data, actor=request.user)
    messages.success(request, KEPT)
    return redirect("portal:hours", team=form.cleaned_data["team"] or Team.SALES)


@require_POST
def own_holiday_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    holiday = get_object_or_404(selectors.own_holidays(), pk=pk)
    services.own_holiday_remove(holiday=holiday, actor=request.user)
    messages.success(request, KEPT)
    return redirect("portal:hours", team=holiday.team or Team.SALES)


def trail(request: SignedInRequest) -> HttpResponse:
    may_manage_workspace(request.user).require()
    page = Paginator(selectors.trail(), 50).get_page(request.GET.get("page"))
    return render(request, "portal/trail.html", {"page": page})
