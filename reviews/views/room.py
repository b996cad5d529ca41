"""The doors of the room: items, notes, outcomes, actions, attendance, and what keeps screens in step."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.requests import SignedInRequest
from portal.common.whole_numbers import whole_number
from reviews.forms import ActionEndForm, ActionForm, ConfidenceForm, ItemForm, NotesForm, OutcomeForm
from reviews.models import Action, AgendaItem, Meeting
from reviews.selectors.meeting_view import meeting_view
from reviews.selectors.meetings import actions_visible_to, items_visible_to
from reviews.services.actions import action_add, action_end, action_reopen
from reviews.services.items import (
    StaleNotes,
    item_add,
    item_decide,
    item_defer,
    item_finish,
    item_move,
    item_note,
    item_take_up,
)
from reviews.services.meetings import attendance_set, confidence_say
from reviews.views.meetings import context_of, meeting_answer, the_meeting

NOTHING_NEW = 204


def _item(request: SignedInRequest, pk: int) -> AgendaItem:
    return get_object_or_404(items_visible_to(request.user), pk=pk)


def _to(meeting: Meeting, item: AgendaItem | None = None) -> HttpResponse:
    return redirect(meeting.get_absolute_url() + (f"?item={item.pk}" if item else ""))


@require_GET
def room_state(request: SignedInRequest, pk: int) -> HttpResponse:
    """The agenda and who is here; 204 while nothing has changed since the stamp that the page holds."""
    context = meeting_view(the_meeting(request, pk), request.user)
    if request.GET.get("stamp") == context["stamp"]:
        return HttpResponse(status=NOTHING_NEW)
    return render(request, "reviews/_room_state.html", context)


@require_GET
def room_work(request: SignedInRequest, pk: int) -> HttpResponse:
    """The work area alone, for screens that follow the room."""
    return render(request, "reviews/_room_work.html", context_of(request, the_meeting(request, pk)))


@require_POST
def item_new(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = the_meeting(request, pk)
    form = ItemForm(request.POST, prefix="item")
    if not form.is_valid():
        return meeting_answer(request, meeting, status=422, item_form=form)
    item_add(meeting=meeting, actor=request.user, **form.cleaned_data)
    messages.success(request, _("The item is on the agenda."))
    return _to(meeting)


@require_POST
def item_place(request: SignedInRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    item_move(item=item, actor=request.user, is_up=request.POST.get("to") == "up")
    return _to(item.meeting)


@require_POST
def item_show(request: SignedInRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    item_take_up(item=item, actor=request.user)
    return _to(item.meeting)


@require_POST
def item_leave(request: SignedInRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    leave = item_defer if request.POST.get("how") == "defer" else item_finish
    leave(item=item, actor=request.user)
    return _to(item.meeting)


@require_POST
def item_notes(request: SignedInRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    form = NotesForm(request.POST, prefix="notes")
    if not form.is_valid():
        return meeting_answer(request, item.meeting, status=422, item=item.pk, notes_form=form)
    try:
        item_note(item=item, actor=request.user, **form.cleaned_data)
    except StaleNotes as error:
        mine = {"text": form.cleaned_data["text"], "edit_number": error.item.notes_edit_number}
        return meeting_answer(
            request,
            the_meeting(request, item.meeting_id),
            status=409,
            item=item.pk,
            alert=str(error),
            their_notes=error.item,
            notes_form=NotesForm(initial=mine, prefix="notes"),
        )
    return _to(item.meeting, item)


@require_POST
def item_outcome(request: SignedInRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    form = OutcomeForm(request.POST, item=item)
    if form.is_valid():
        try:
            outcome = item_decide(item=item, actor=request.user, **form.cleaned_data)
        except Invalid as error:
            blame(form, error)
        else:
            if outcome.draft:
                messages.success(
                    request, _("%(draft)s is open, with the reason on it.") % {"draft": outcome.draft}
                )
            return _to(item.meeting)
    return meeting_answer(request, item.meeting, status=422, item=item.pk, outcome_form=form)


@require_POST
def action_new(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = the_meeting(request, pk)
    asked = request.POST.get("item", "")
    number = whole_number(asked)
    item = _item(request, number) if number is not None else None
    form = ActionForm(request.POST)
    if form.is_valid():
        try:
            action_add(meeting=meeting, item=item, actor=request.user, **form.cleaned_data)
        except Invalid as error:
            blame(form, error)
        else:
            return _to(meeting, item)
    return meeting_answer(request, meeting, status=422, item=asked, action_form=form)


@require_POST
def action_settle(request: SignedInRequest, pk: int) -> HttpResponse:
    """Done, dropped, or open again; then back to where the person was."""
    action = get_object_or_404(actions_visible_to(request.user), pk=pk)
    form = ActionEndForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Say whether the action is done or dropped."))
    how = form.cleaned_data["how"]
    if how == Action.Status.OPEN:
        action_reopen(action=action, actor=request.user)
    else:
        action_end(action=action, actor=request.user, is_done=how == Action.Status.DONE)
    meeting = the_meeting(request, whole_number(request.POST.get("seen_in")) or action.meeting_id)
    return redirect(meeting.get_absolute_url() + "#actions")


@require_POST
def attendance(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = the_meeting(request, pk)
    present = {number for each in request.POST.getlist("present") if (number := whole_number(each))}
    attendance_set(meeting=meeting, actor=request.user, present=present)
    return _to(meeting)


@require_POST
def confidence(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = the_meeting(request, pk)
    form = ConfidenceForm(request.POST)
    if not form.is_valid():
        return meeting_answer(request, meeting, status=422, confidence_form=form)
    confidence_say(meeting=meeting, actor=request.user, **form.cleaned_data)
    messages.success(request, _("Thank you."))
    return _to(meeting)
