"""The doors of the agenda before its meeting: to read it, to leave items to the next one, the backlog."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.common.errors import Conflict, Invalid
from portal.common.fragments import STOP_POLLING
from portal.common.printing import can_print, pdf_of
from portal.common.requests import SignedInRequest
from reviews import policies
from reviews.forms import ItemForm
from reviews.models import AgendaItem, Meeting
from reviews.selectors.agenda_view import backlog_of, backlog_visible_to, preread_view
from reviews.selectors.meetings import items_visible_to
from reviews.selectors.series import series_visible_to
from reviews.services.ahead import item_bring_back, item_defer_ahead
from reviews.services.backlog import backlog_add, backlog_remove
from reviews.views.meetings import meeting_answer, the_meeting


def _prepared(request: SignedInRequest, pk: int) -> Meeting:
    meeting = the_meeting(request, pk)
    if meeting.prepared_at is None:
        raise Conflict(_("There is nothing to read yet: the agenda prepares itself two weeks ahead."))
    return meeting


@require_GET
def renewal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asked for while a worker counts; once it is done the whole page is fetched again."""
    meeting = the_meeting(request, pk)
    if meeting.renewal_due_at is None:
        return HttpResponse(status=STOP_POLLING, headers={"HX-Refresh": "true"})
    return render(request, "reviews/_renewal.html", {"meeting": meeting})


@require_GET
def preread(request: SignedInRequest, pk: int) -> HttpResponse:
    context = preread_view(_prepared(request, pk))
    return render(request, "reviews/preread.html", {**context, "can_print": can_print()})


@require_GET
def preread_pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = _prepared(request, pk)
    name = f"agenda-{meeting.starts_at:%Y-%m-%d}.pdf"
    return HttpResponse(
        pdf_of("reviews/preread_paper.html", preread_view(meeting)),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


def _item(request: SignedInRequest, pk: int) -> AgendaItem:
    policies.may_read(request.user).require()
    return get_object_or_404(items_visible_to(request.user), pk=pk)


@require_POST
def item_leave_out(request: SignedInRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    try:
        # PostgreSQL takes no NUL.
        reason = request.POST.get("reason", "").replace("\0", "")[:5_000]
        item_defer_ahead(item=item, actor=request.user, reason=reason)
    except Invalid as error:
        meeting = the_meeting(request, item.meeting_id)
        return meeting_answer(request, meeting, status=422, alert=str(error))
    messages.success(request, _("It is deferred to the next meeting."))
    return redirect(item.meeting)


@require_POST
def item_take_back(request: SignedInRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    item_bring_back(item=item, actor=request.user)
    messages.success(request, _("The item is on the agenda again."))
    return redirect(item.meeting)


@require_http_methods(["GET", "POST"])
def backlog(request: SignedInRequest, pk: int) -> HttpResponse:
    """What has no meeting yet; anyone who reads reviews adds to it."""
    policies.may_read(request.user).require()
    series = get_object_or_404(series_visible_to(request.user), pk=pk)
    form = ItemForm(request.POST or None, prefix="item")
    if request.method == "POST" and form.is_valid():
        backlog_add(series=series, actor=request.user, **form.cleaned_data)
        messages.success(request, _("It is in the backlog, and flows to the next agenda."))
        return redirect("reviews:backlog", pk=series.pk)
    context = {
        "series": series,
        "rows": [(row, policies.may_remove_from_backlog(request.user, row)) for row in backlog_of(series)],
        "may_add": policies.may_add_to_backlog(request.user, series),
        "form": form,
    }
    return render(request, "reviews/backlog.html", context, status=422 if form.is_bound else 200)


@require_POST
def backlog_off(request: SignedInRequest, pk: int) -> HttpResponse:
    policies.may_read(request.user).require()
    row = get_object_or_404(backlog_visible_to(request.user), pk=pk)
    backlog_remove(row=row, actor=request.user)
    messages.success(request, _("It is off the backlog."))
    return redirect("reviews:backlog", pk=row.series_id)
