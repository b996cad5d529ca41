"""The doors of series: the list, the form, the page, and who is invited."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from definitions.models import Stage
from definitions.selectors import the_definition
from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.requests import SignedInRequest
from portal.common.whole_numbers import whole_number
from reviews import policies
from reviews.forms import AttendeeForm, CallForm, SeriesForm
from reviews.models import Series
from reviews.selectors.checkpoints import assumptions_of, checkpoints_to_add
from reviews.selectors.meetings import meetings_ahead, meetings_of, meetings_past, next_meeting
from reviews.selectors.overdue import missed_reviews
from reviews.selectors.rhythm import rhythm_suggested
from reviews.selectors.series import (
    attendees_deactivated,
    attendees_of,
    houses_without_seat,
    people_known_to,
    series_visible_to,
)
from reviews.services.attending import attendee_add, attendee_remove
from reviews.services.calling import checkpoints_add, meeting_call
from reviews.services.series import series_create, series_edit, series_end
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
        "missed": missed_reviews(timezone.now()),
    }
    return render(request, "reviews/series_list.html", context)


def _answer_form(request: SignedInRequest, form: SeriesForm, series: Series | None) -> HttpResponse:
    status = 422 if form.is_bound else 200
    context = {"form": form, "series": series, "suggestion": rhythm_suggested(timezone.now())}
    return render(request, "reviews/series_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def series_new(request: SignedInRequest) -> HttpResponse:
    policies.may_run(request.user).require()
    definition = the_definition(Stage.MQL)
    form = SeriesForm(
        request.POST or None,
        user=request.user,
        assumed=assumptions_of(definition),
        every_months=whole_number(request.GET.get("every_months", "")),
    )
    if request.method == "POST" and form.is_valid():
        try:
            series = series_create(actor=request.user, definition=definition, **form.values())
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
    return _answer_page(request, _series(request, pk))


def _answer_page(request: SignedInRequest, series: Series, call_form: CallForm | None = None) -> HttpResponse:
    now = timezone.now()
    context: dict[str, Any] = {
        "series": series,
        "cadence": cadence_words(series),
        "meetings": meetings_of(series),
        "attendees": attendees_of(series),
        "deactivated": attendees_deactivated(series),
        "may_run": policies.may_run(request.user),
        "form": AttendeeForm(series=series),
        "call_form": call_form or CallForm(series=series),
        "assumed": assumptions_of(series.definition),
        "checkpoints": checkpoints_to_add(series, now),
        "missed": [each for each in missed_reviews(now) if each.series == series],
    }
    context["absent_houses"] = houses_without_seat(context["attendees"])
    return render(request, "reviews/series_page.html", context, status=422 if call_form else 200)


@require_POST
def meeting_call_out(request: SignedInRequest, pk: int) -> HttpResponse:
    """Meet out of the cadence."""
    series = _series(request, pk)
    policies.may_run(request.user).require()
    form = CallForm(request.POST, series=series)
    if form.is_valid():
        try:
            meeting = meeting_call(series=series, actor=request.user, **form.values())
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else "day", str(error))
        else:
            messages.success(request, _("The meeting is called, and the invitations are on their way."))
            return redirect(meeting)
    return _answer_page(request, series, form)


@require_POST
def checkpoints(request: SignedInRequest, pk: int) -> HttpResponse:
    found = checkpoints_add(series=_series(request, pk), actor=request.user)
    messages.success(
        request,
        ngettext("%(n)d checkpoint is added.", "%(n)d checkpoints are added.", len(found))
        % {"n": len(found)},
    )
    return redirect("reviews:series_page", pk)


@require_POST
def attendee_invite(request: SignedInRequest, pk: int) -> HttpResponse:
    series = _series(request, pk)
    policies.may_run(request.user).require()
    form = AttendeeForm(request.POST, series=series)
    if not form.is_valid():
        raise Invalid(_("Choose who is to be invited."), field="person")
    attendee = attendee_add(series=series, actor=request.user, **form.cleaned_data)
    messages.success(request, _("%(name)s is invited.") % {"name": attendee.person})
    return redirect(series)


@require_POST
def attendee_leave(request: SignedInRequest, pk: int, person: int) -> HttpResponse:
    series = _series(request, pk)
    who = get_object_or_404(people_known_to(series), pk=person)
    attendee_remove(series=series, actor=request.user, person=who)
    messages.success(request, _("%(name)s is no longer invited.") % {"name": who})
    return redirect(series)


@require_POST
def series_stop(request: SignedInRequest, pk: int) -> HttpResponse:
    series = series_end(series=_series(request, pk), actor=request.user)
    messages.success(request, _("The series has ended; everyone is told."))
    return redirect(series)
