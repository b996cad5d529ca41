"""The doors of one meeting: its page in every state, and what happens to the meeting as a whole."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from definitions.forms.ballots import VoteForm
from portal.common.errors import Conflict, Invalid
from portal.common.models import User
from portal.common.printing import can_print, pdf_of
from portal.common.requests import SignedInRequest
from reviews import policies
from reviews.evidence.agenda import period_of
from reviews.evidence.results import headline_numbers
from reviews.forms import ActionForm, ConfidenceForm, DeferredForm, ItemForm, MoveForm, NotesForm, OutcomeForm
from reviews.minutes import corrected, said_of, time_words
from reviews.models import AgendaItem, Meeting, MeetingStatus
from reviews.selectors.agenda_view import agenda_ahead
from reviews.selectors.meeting_view import corrections_of, meeting_view, shown_item
from reviews.selectors.meetings import meetings_visible_to
from reviews.selectors.room_view import proposal_on, room_stamp, room_view, timer_of, vote_on
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
    stamp = room_stamp(meeting) if meeting.status == MeetingStatus.OPEN else ""
    context = {"stamp": stamp, **meeting_view(meeting, request.user)}
    asked = str(forms.pop("item", "") or request.GET.get("item", ""))
    item = shown_item(context["items"], meeting, asked)
    context |= {
        "item": item,
        "item_form": ItemForm(prefix="item"),
        "deferred_form": DeferredForm(),
        "move_form": MoveForm(meeting=meeting, prefix="move"),
        "action_form": ActionForm(),
        "confidence_form": ConfidenceForm(),
        "notes_form": NotesForm.of(item) if item else None,
        "outcome_form": OutcomeForm(item=item) if item else None,
        "alert": "",
        "part_alert": "",
        "their_notes": None,
    }
    if meeting.status in (MeetingStatus.SCHEDULED, MeetingStatus.CANCELLED):
        context |= agenda_ahead(meeting, context["items"])
    if meeting.status == MeetingStatus.OPEN:
        context |= _room(context, item, request.user, forms.pop("typed", None))
    if meeting.numbers and meeting.status == MeetingStatus.CLOSED:
        context |= _minutes(context, request.user)
    return context | forms


def _room(
    context: dict[str, Any], item: AgendaItem | None, user: User, typed: dict[str, str] | None
) -> dict[str, Any]:
    """What the room shows beside its agenda: times, the vote on the item, and who has still to speak."""
    meeting = context["meeting"]
    found = room_view(meeting, context["items"], context["participations"], context["stamp"])
    vote = vote_on(item, meeting, user) if item else None
    return {
        **found,
        "timer": timer_of(item, meeting) if item else None,
        "vote": vote,
        "vote_form": VoteForm.of(vote["ballot"], vote["mine"], typed) if vote else None,
        "proposal": proposal_on(item, user) if item else None,
    }


def _minutes(context: dict[str, Any], user: User) -> dict[str, Any]:
    """The frozen numbers and slips, and each item with what was corrected since."""
    meeting, corrections = context["meeting"], corrections_of(context["meeting"])
    return {
        "headline": headline_numbers(meeting.numbers["totals"], period_of(meeting)),
        "slips": meeting.numbers.get("slips", []),
        "lines": [
            {
                "item": item,
                "said": said_of(item),
                "time": time_words(item),
                "late": [each for each in corrections if each.item_id == item.pk],
            }
            for item in context["items"]
        ],
        "late_words": [each for each in corrections if each.item_id is None],
        "may_correct": policies.may_correct(user, meeting),
        "can_print": can_print(),
        "is_paper": False,
    }


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
    note = request.POST.get("note", "").replace("\0", "")[:300]  # PostgreSQL takes no NUL
    meeting = meeting_cancel(meeting=the_meeting(request, pk), actor=request.user, note=note)
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


def _with_minutes(request: SignedInRequest, pk: int) -> Meeting:
    meeting = the_meeting(request, pk)
    if not meeting.minutes:
        raise Conflict(_("There are no minutes yet: they are written when the meeting is closed."))
    return meeting


@require_GET
def minutes_download(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = _with_minutes(request, pk)
    return _download(
        corrected(meeting.minutes, corrections_of(meeting), meeting.series.time_zone),
        "text/markdown; charset=utf-8",
        f"minutes-{meeting.starts_at:%Y-%m-%d}.md",
    )


@require_GET
def minutes_pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = _with_minutes(request, pk)
    # Nothing is to be pressed on paper.
    on_paper = {"is_paper": True, "may_end_actions": False, "user": None}
    body = pdf_of("reviews/minutes_paper.html", {**context_of(request, meeting), **on_paper})
    return _download(body, "application/pdf", f"minutes-{meeting.starts_at:%Y-%m-%d}.pdf")


def _download(body: str | bytes, content_type: str, name: str) -> HttpResponse:
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(body, content_type=content_type, headers={"Content-Disposition": disposition})
