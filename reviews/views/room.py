"""The doors of the room: what keeps screens in step, items, notes, outcomes, votes, actions, attendance.

Each form of the room is a part of its own: to htmx it answers with that part alone, so that what is being
typed elsewhere on the page stays; to everybody else with the page.
"""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from definitions.forms.ballots import VoteForm
from definitions.services.votes import vote_cast
from portal.common.blame import blame
from portal.common.errors import Conflict, Invalid
from portal.common.fragments import render_page, wants_fragment
from portal.common.requests import SignedInRequest, next_address
from portal.common.whole_numbers import whole_number
from reviews import policies
from reviews.forms import (
    ActionEndForm,
    ActionForm,
    ConfidenceForm,
    DeferredForm,
    ItemForm,
    NotesForm,
    OutcomeForm,
)
from reviews.models import Action, AgendaItem, Meeting, MeetingStatus
from reviews.selectors.meetings import actions_visible_to, items_visible_to
from reviews.selectors.room_view import before_everybody, room_stamp, vote_on
from reviews.services.actions import action_add, action_end, action_reopen
from reviews.services.deferring import item_add_deferred
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
from reviews.services.presence import attendance_set, confidence_say
from reviews.views.meetings import context_of, meeting_answer, the_meeting

NOTHING_NEW = 204


def _item(request: SignedInRequest, pk: int) -> AgendaItem:
    policies.may_read(request.user).require()
    return get_object_or_404(items_visible_to(request.user), pk=pk)


def _to(meeting: Meeting, item: AgendaItem | None = None) -> HttpResponse:
    """Back to the room; to one item only while the room is elsewhere: such a page does not follow it."""
    is_elsewhere = item is not None and item.pk != meeting.current_item_id
    return redirect(meeting.get_absolute_url() + (f"?item={item.pk}" if item and is_elsewhere else ""))


def _done(
    request: SignedInRequest, pk: int, part: str, item: AgendaItem | None = None, said: str = ""
) -> HttpResponse:
    """After an act: to htmx the part anew, and a bell for the rest of the page; else back to the page."""
    meeting = the_meeting(request, pk)
    is_on_the_wall = request.POST.get("screen") == "wall"
    if not wants_fragment(request) or meeting.status != MeetingStatus.OPEN:
        if said:
            messages.success(request, said)
        return redirect("reviews:wall", pk) if is_on_the_wall else _to(meeting, item)
    if is_on_the_wall:
        return render(request, "reviews/_wall.html", _wall_context(request, meeting))
    context = context_of(request, meeting, item=item.pk if item else "")
    response = render(request, f"reviews/_room_{part}.html", context)
    bells: dict[str, object] = {"accord:toast": {"sentence": said, "tone": "success"}} if said else {}
    if part != "state":  # which has everything already
        bells["room-changed"] = None
    response["HX-Trigger"] = json.dumps(bells)
    return response


def _mend(request: SignedInRequest, pk: int, part: str, *, status: int = 422, **forms: Any) -> HttpResponse:
    """The part, or the page, with what was typed and what is wrong with it."""
    meeting = the_meeting(request, pk)
    if wants_fragment(request) and meeting.status == MeetingStatus.OPEN:
        # The page has one place for this sentence; a part alone says it itself.
        forms["part_alert"] = forms.pop("alert", "")
        context = context_of(request, meeting, **forms)
        return render(request, f"reviews/_room_{part}.html", context, status=status)
    return meeting_answer(request, meeting, status=status, **forms)


# -- in step -----------------------------------------------------------------------------------------------


def _has_moved_on(request: SignedInRequest, meeting: Meeting) -> HttpResponse | None:
    """The short answers to a screen that asks: nothing new, or that the meeting is over: another page."""
    if meeting.status != MeetingStatus.OPEN:
        return HttpResponse(status=NOTHING_NEW, headers={"HX-Refresh": "true"})
    if request.GET.get("stamp") == room_stamp(meeting):
        return HttpResponse(status=NOTHING_NEW)
    return None


@require_GET
def room_state(request: SignedInRequest, pk: int) -> HttpResponse:
    """The agenda and who is here; 204 while nothing has changed since the stamp that the page holds."""
    meeting = the_meeting(request, pk)
    return _has_moved_on(request, meeting) or render(
        request, "reviews/_room_state.html", context_of(request, meeting)
    )


@require_GET
def room_work(request: SignedInRequest, pk: int) -> HttpResponse:
    """One item with its forms, for screens that follow the room."""
    return _part_of_open(request, pk, "reviews/_room_work.html")


@require_GET
def room_now(request: SignedInRequest, pk: int) -> HttpResponse:
    """One item without its forms, for screens on which somebody is writing."""
    return _part_of_open(request, pk, "reviews/_room_now.html")


def _part_of_open(request: SignedInRequest, pk: int, template: str) -> HttpResponse:
    meeting = the_meeting(request, pk)
    if meeting.status != MeetingStatus.OPEN:
        return redirect(meeting)
    return render(request, template, context_of(request, meeting))


@require_GET
def wall(request: SignedInRequest, pk: int) -> HttpResponse:
    """One item in large type for the projector; it asks for itself, and 204 says that nothing has changed."""
    meeting = the_meeting(request, pk)
    if wants_fragment(request) and (answer := _has_moved_on(request, meeting)):
        return answer
    if meeting.status != MeetingStatus.OPEN:
        return redirect(meeting)
    return render_page(request, "reviews/wall.html", "reviews/_wall.html", _wall_context(request, meeting))


def _wall_context(request: SignedInRequest, meeting: Meeting) -> dict[str, object]:
    context = context_of(request, meeting)
    item = context["current"]
    vote = before_everybody(vote_on(item, meeting, request.user)) if item else None
    return {**context, "item": item, "vote": vote}


# -- items -------------------------------------------------------------------------------------------------


@require_POST
def item_new(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = the_meeting(request, pk)
    form = ItemForm(request.POST, prefix="item")
    if not form.is_valid():
        return _mend(request, pk, "add", item_form=form)
    item_add(meeting=meeting, actor=request.user, **form.cleaned_data)
    return _done(request, pk, "add", said=_("The item is on the agenda."))


@require_POST
def item_new_deferred(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = the_meeting(request, pk)
    form = DeferredForm(request.POST)
    if not form.is_valid():
        return _mend(request, pk, "add", deferred_form=form)
    item_add_deferred(meeting=meeting, actor=request.user, **form.cleaned_data)
    return _done(request, pk, "add", said=_("It is deferred to the next meeting."))


@require_POST
def item_place(request: SignedInRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    item_move(item=item, actor=request.user, is_up=request.POST.get("to") == "up")
    return _to(item.meeting)


@require_POST
def item_show(request: SignedInRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    item_take_up(item=item, actor=request.user)
    return _done(request, item.meeting_id, "state")


@require_POST
def item_leave(request: SignedInRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    leave = item_defer if request.POST.get("how") == "defer" else item_finish
    leave(item=item, actor=request.user)
    return _done(request, item.meeting_id, "state")


@require_POST
def item_notes(request: SignedInRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    form = NotesForm(request.POST, prefix="notes")
    if not form.is_valid():
        return _mend(request, item.meeting_id, "notes", item=item.pk, notes_form=form)
    try:
        item_note(item=item, actor=request.user, **form.cleaned_data)
    except StaleNotes as error:
        mine = {"text": form.cleaned_data["text"], "edit_number": error.item.notes_edit_number}
        return _mend(
            request,
            item.meeting_id,
            "notes",
            status=409,
            item=item.pk,
            alert=str(error),
            their_notes=error.item,
            notes_form=NotesForm(initial=mine, prefix="notes"),
        )
    return _done(request, item.meeting_id, "notes", item)


@require_POST
def item_outcome(request: SignedInRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    form = OutcomeForm(request.POST, item=item)
    if form.is_valid():
        try:
            outcome = item_decide(item=item, actor=request.user, **form.values())
        except Invalid as error:
            blame(form, error)
        except Conflict as error:
            # What was typed is kept; the form now names the outcome as it stands, which is shown above it.
            data = {**request.POST.dict(), "outcome-edit_number": _edit_number(request, pk)}
            forms: dict[str, Any] = {
                "item": pk,
                "alert": str(error),
                "outcome_form": OutcomeForm(data, item=item),
            }
            return _mend(request, item.meeting_id, "outcome", status=409, **forms)
        else:
            said = _("%(draft)s is open, with the reason on it.") % {"draft": outcome.draft}
            return _done(request, item.meeting_id, "outcome", item, said if outcome.draft else "")
    return _mend(request, item.meeting_id, "outcome", item=pk, outcome_form=form)


def _edit_number(request: SignedInRequest, pk: int) -> int:
    decision = _item(request, pk).decision
    return decision.edit_number if decision else 0


@require_POST
def item_vote(request: SignedInRequest, pk: int) -> HttpResponse:
    """A vote on the ballot before the room; see `definitions.services.votes`."""
    item = _item(request, pk)
    meeting = the_meeting(request, item.meeting_id)
    vote = vote_on(item, meeting, request.user) if meeting.status == MeetingStatus.OPEN else None
    if vote is None:
        raise Conflict(_("There is no ballot before the room. Open ones are voted on at their own pages."))
    form = VoteForm(request.POST)
    if form.is_valid():
        try:
            vote_cast(ballot=vote["ballot"], actor=request.user, **form.cleaned_data)
        except Invalid as error:
            blame(form, error)
        except Conflict as error:
            # What was typed is kept; the form now names the text as it stands.
            typed = {name: form.cleaned_data[name] for name in ("choice", "reason", "prediction")}
            forms: dict[str, Any] = {"item": pk, "alert": str(error), "typed": typed}
            return _mend(request, meeting.pk, "vote", status=409, **forms)
        else:
            return _done(request, meeting.pk, "vote", item, _("Your vote is counted."))
    if form.names_no_text:
        raise Invalid(_("The form did not say which text you read, so your vote was not counted."))
    return _mend(request, meeting.pk, "vote", item=pk, vote_form=form)


# -- people and promises -----------------------------------------------------------------------------------


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
            return _done(request, pk, "action", item)
    return _mend(request, pk, "action", item=asked, action_form=form)


@require_POST
def action_settle(request: SignedInRequest, pk: int) -> HttpResponse:
    """Done, dropped, or open again; then back to where the person was."""
    policies.may_read(request.user).require()
    action = get_object_or_404(actions_visible_to(request.user), pk=pk)
    form = ActionEndForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Say whether the action is done or dropped."))
    how = form.cleaned_data["how"]
    if how == Action.Status.OPEN:
        action_reopen(action=action, actor=request.user)
    else:
        action_end(action=action, actor=request.user, is_done=how == Action.Status.DONE)
    seen_in = whole_number(request.POST.get("seen_in")) or action.meeting_id
    if wants_fragment(request):
        return _done(request, seen_in, "state")
    address = reverse("reviews:meeting_page", args=[the_meeting(request, seen_in).pk])
    return redirect(next_address(request, f"{address}#actions"))


@require_POST
def attendance(request: SignedInRequest, pk: int) -> HttpResponse:
    present, absent = (
        {number for each in request.POST.getlist(name) if (number := whole_number(each))}
        for name in ("present", "absent")
    )
    attendance_set(meeting=the_meeting(request, pk), actor=request.user, present=present, absent=absent)
    return _done(request, pk, "state")


@require_POST
def confidence(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = the_meeting(request, pk)
    form = ConfidenceForm(request.POST)
    if not form.is_valid():
        return _mend(request, pk, "round", confidence_form=form)
    confidence_say(meeting=meeting, actor=request.user, **form.cleaned_data)
    return _done(request, pk, "round", said=_("Thank you."))
