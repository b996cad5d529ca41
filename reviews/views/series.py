"""The doors of series: the list, the form, the page, and who is invited."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from definitions.models import Stage
from definitions.selectors import the_definition
from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.requests import SignedInRequest
from portal.common.selectors import active_people
from reviews import policies
from reviews.forms import AttendeeForm, SeriesForm
from reviews.models import Series
from reviews.selectors.meetings import meetings_ahead, meetings_of, meetings_past, next_meeting
from reviews.selectors.series import attendees_of, series_visible_to
from reviews.services.series import attendee_add, attendee_remove, series_create, series_edit, series_end
from reviews.words import cadence_words


def _series(request: SignedInRequest, pk: int) -> Series:
    policies.may_read(request.user).require()
    return get_object_or_404(series_visible_to(request.user), pk=pk)


@require_GET
def series_list(request: SignedInRequest) -> HttpResponse:
    policies.may_read(request.user).require()
    context = {
        "next": next_meeting(request.user),
        "ahead": meetings_ahead(request.user)[:12],
        "past": meetings_past(request.user)[:50],
        "all_series": series_visible_to(request.user).order_by("ended_at", "title"),
        "may_run": policies.may_run(request.user),
    }
    return render(request, "reviews/series_list.html", context)


def _answer_form(request: SignedInRequest, form: SeriesForm, series: Series | None) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "reviews/series_form.html", {"form": form, "series": series}, status=status)


@require_http_methods(["GET", "POST"])
def series_new(request: SignedInRequest) -> HttpResponse:
    policies.may_run(request.user).require()
    form = SeriesForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        values = form.values()
        attendees = list(values.pop("attendees"))
        try:
            series = series_create(
                actor=request.user, definition=the_definition(Stage.MQL), attendees=attendees, **values
            )
        except Invalid as error:
            blame(form, error)
        else:
            messages.success(request, _("The review is scheduled, and the invitations are on their way."))
            return redirect(series)
    return _answer_form(request, form, None)


@require_http_methods(["GET", "POST"])
def series_change(request: SignedInRequest, pk: int) -> HttpResponse:
    series = _series(request, pk)
    policies.may_run(request.user).require()
    form = SeriesForm(request.POST or None, user=request.user, series=series)
    if request.method == "POST" and form.is_valid():
        try:
            changed = series_edit(series=series, actor=request.user, **form.values())
        except Invalid as error:
            blame(form, error)
        else:
            messages.success(request, _("Saved. Whoever has it in their calendar is told."))
            return redirect(changed)
    return _answer_form(request, form, series)


@require_GET
def series_page(request: SignedInRequest, pk: int) -> HttpResponse:
    series = _series(request, pk)
    context: dict[str, Any] = {
        "series": series,
        "cadence": cadence_words(series),
        "meetings": meetings_of(series),
        "attendees": attendees_of(series),
        "may_run": policies.may_run(request.user),
        "form": AttendeeForm(series=series),
    }
    return render(request, "reviews/series_page.html", context)


@require_POST
def attendee_invite(request: SignedInRequest, pk: int) -> HttpResponse:
    series = _series(request, pk)
    form = AttendeeForm(request.POST, series=series)
    if not form.is_valid():
        raise Invalid(_("Choose who is to be invited."), field="person")
    attendee = attendee_add(series=series, actor=request.user, person=form.cleaned_data["person"])
    messages.success(request, _("%(name)s is invited.") % {"name": attendee.person})
    return redirect(series)


@require_POST
def attendee_leave(request: SignedInRequest, pk: int, person: int) -> HttpResponse:
    series = _series(request, pk)
    who = get_object_or_404(active_people(), pk=person)
    attendee_remove(series=series, actor=request.user, person=who)
    messages.success(request, _("%(name)s is no longer invited.") % {"name": who})
    return redirect(series)


@require_POST
def series_stop(request: SignedInRequest, pk: int) -> HttpResponse:
    series = series_end(series=_series(request, pk), actor=request.user)
    messages.success(request, _("The series has ended; everyone is told."))
    return redirect(series)
