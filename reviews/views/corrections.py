"""The doors by which minutes are put right after the close."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.common.blame import blame
from portal.common.errors import Conflict, Invalid
from portal.common.requests import SignedInRequest
from reviews import policies
from reviews.forms import MinutesCorrectionForm, NotesCorrectionForm, OutcomeCorrectionForm
from reviews.models import AgendaItem, Correction
from reviews.selectors.meetings import items_visible_to
from reviews.services.correcting import minutes_correct, notes_correct, outcome_correct
from reviews.views.meetings import the_meeting


def _item(request: SignedInRequest, pk: int) -> AgendaItem:
    policies.may_read(request.user).require()
    item = get_object_or_404(items_visible_to(request.user), pk=pk)
    policies.may_correct(request.user, item.meeting).require()
    return item


def _page(
    request: SignedInRequest, item: AgendaItem, *, status: int = 200, alert: str = "", **forms: Any
) -> HttpResponse:
    context = {
        "item": item,
        "meeting": item.meeting,
        "series": item.meeting.series,
        "alert": alert,
        "outcome_form": OutcomeCorrectionForm(item=item),
        "notes_form": NotesCorrectionForm.of(item),
    }
    return render(request, "reviews/item_correct.html", context | forms, status=status)


def _corrected(request: SignedInRequest, correction: Correction) -> HttpResponse:
    messages.success(
        request, _("The correction stands beside the minutes, and those who were invited are told.")
    )
    return redirect(f"{correction.meeting.get_absolute_url()}#correction-{correction.pk}")


@require_GET
def item_correct(request: SignedInRequest, pk: int) -> HttpResponse:
    return _page(request, _item(request, pk))


@require_POST
def outcome_put_right(request: SignedInRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    form = OutcomeCorrectionForm(request.POST, item=item)
    if form.is_valid():
        try:
            return _corrected(request, outcome_correct(item=item, actor=request.user, **form.values()))
        except Invalid as error:
            blame(form, error)
        except Conflict as error:
            return _page(request, _item(request, pk), status=409, alert=str(error))
    return _page(request, item, status=422, outcome_form=form)


@require_POST
def notes_put_right(request: SignedInRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    form = NotesCorrectionForm(request.POST, prefix="notes")
    if form.is_valid():
        try:
            return _corrected(request, notes_correct(item=item, actor=request.user, **form.cleaned_data))
        except Invalid as error:
            blame(form, error)
        except Conflict as error:
            return _page(request, _item(request, pk), status=409, alert=str(error))
    return _page(request, item, status=422, notes_form=form)


@require_http_methods(["GET", "POST"])
def minutes_put_right(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = the_meeting(request, pk)
    policies.may_correct(request.user, meeting).require()
    form = MinutesCorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        correction = minutes_correct(meeting=meeting, actor=request.user, **form.cleaned_data)
        return _corrected(request, correction)
    context = {"meeting": meeting, "series": meeting.series, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "reviews/minutes_correct.html", context, status=status)
