"""The doors of one meeting: its page in every state, and what happens to the meeting as a whole."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.common.errors import Conflict, Invalid
from portal.common.requests import SignedInRequest
from reviews import policies
from reviews.evidence.agenda import period_of
from reviews.evidence.results import headline_numbers
from reviews.forms import ActionForm, ConfidenceForm, ItemForm, MoveForm, NotesForm, OutcomeForm
from reviews.models import Meeting, MeetingStatus
from reviews.selectors.agenda_view import agenda_ahead
from reviews.selectors.meeting_view import meeting_view, shown_item
from reviews.selectors.meetings import meetings_visible_to
from reviews.services.closing import meeting_close
from reviews.services.meetings import meeting_cancel, meeting_move, meeting_open, meeting_reply
from reviews.services.renewing import agenda_ask

TEMPLATES = {
    MeetingStatus.OPEN: "reviews/meeting_room.html",
    MeetingStatus.CLOSED: "reviews/meeting_minutes.html",
}


def the_meeting(request: SignedInRequest, pk: int) -> Meeting:
    policies.may_read(request.user).require()
    return get_object_or_404(meetings_visible_to(request.user), pk=pk)


def context_of(request: SignedInRequest, meeting: Meeting, **forms: Any) -> dict[str, Any]:
    """What the page shows, with the forms of its state; a form that needs mending takes its place."""
    context = meeting_view(meeting, request.user)
    asked = str(forms.pop("item", "") or request.GET.get("item", ""))
    item = shown_item(context["items"], meeting, asked)
    context |= {
        "item": item,
        "item_form": ItemForm(prefix="item"),
        "move_form": MoveForm(meeting=meeting, prefix="move"),
        "action_form": ActionForm(),
        "confidence_form": ConfidenceForm(),
        "notes_form": NotesForm.of(item) if item else None,
        "outcome_form": OutcomeForm(item=item) if item else None,
        "alert": "",
        "their_notes": None,
    }
    if meeting.status in (MeetingStatus.SCHEDULED, MeetingStatus.CANCELLED):
        context |= agenda_ahead(meeting, context["items"])
    if meeting.numbers and meeting.status == MeetingStatus.CLOSED:
        context["headline"] = headline_numbers(meeting.numbers["totals"], period_of(meeting))
    return context | forms


def meeting_answer(
    request: SignedInRequest, meeting: Meeting, *, status: int = 200, **forms: Any
) -> HttpResponse:
    template = TEMPLATES.get(MeetingStatus(meeting.status), "reviews/meeting_ahead.html")
    return render(request, template, context_of(request, meeting, **forms), status=status)


@require_GET
def meeting_page(request: SignedInRequest, pk: int) -> HttpResponse:
    return meeting_answer(request, the_meeting(request, pk))


@require_POST
def meeting_get_ready(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = the_meeting(request, pk)
    agenda_ask(meeting=meeting, actor=request.user)
    messages.success(request, _("The evidence is being counted. It stands here in a moment."))
    return redirect(meeting)


@require_POST
def meeting_begin(request: SignedInRequest, pk: int) -> HttpResponse:
    return redirect(meeting_open(meeting=the_meeting(request, pk), actor=request.user))


@require_POST
def meeting_postpone(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = the_meeting(request, pk)
    form = MoveForm(request.POST, meeting=meeting, prefix="move")
    if form.is_valid():
        try:
            meeting_move(meeting=meeting, actor=request.user, **form.values())
        except Invalid as error:
            form.add_error("day", str(error))
        else:
            messages.success(request, _("The meeting is moved, and everyone is told."))
            return redirect(meeting)
    return meeting_answer(request, meeting, status=422, move_form=form)


@require_POST
def meeting_skip(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = meeting_cancel(
        meeting=the_meeting(request, pk), actor=request.user, note=request.POST.get("note", "")[:300]
    )
    messages.success(request, _("The meeting is skipped, and everyone is told."))
    return redirect(meeting.series)


@require_POST
def meeting_answer_invitation(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = the_meeting(request, pk)
    meeting_reply(meeting=meeting, actor=request.user, reply=request.POST.get("reply", ""))
    messages.success(request, _("Your reply is noted."))
    return redirect(meeting)


@require_POST
def meeting_end(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = the_meeting(request, pk)
    try:
        meeting_close(meeting=meeting, actor=request.user)
    except Conflict as error:
        return meeting_answer(request, the_meeting(request, pk), status=409, alert=str(error))
    messages.success(request, _("The meeting is closed. The minutes are written and sent."))
    return redirect(meeting)


@require_GET
def minutes_download(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = the_meeting(request, pk)
    if not meeting.minutes:
        raise Conflict(_("There are no minutes yet: they are written when the meeting is closed."))
    name = f"minutes-{meeting.starts_at:%Y-%m-%d}.md"
    return HttpResponse(
        meeting.minutes,
        content_type="text/markdown; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
