"""The doors of calendars: a person's feed, that of the workspace, and the replies that come back."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from portal.common.errors import PortalError
from portal.common.requests import SignedInRequest
from portal.common.selectors import active_people, the_workspace
from reviews import policies
from reviews.forms import ReplyFileForm
from reviews.models import Participation
from reviews.replies import MOST_BYTES
from reviews.selectors.series import calendar_of_person, calendar_of_workspace
from reviews.services.feeds import feed_renew, feed_stop, workspace_feed_renew, workspace_feed_stop
from reviews.services.replying import Taken, reply_import


@require_GET
def feed_settings(request: SignedInRequest) -> HttpResponse:
    context = {
        "address": _address("reviews:feed", request.user.feed_token),
        "may_read": policies.may_read(request.user),
        "may_manage": policies.may_manage_workspace_feed(request.user),
    }
    if context["may_read"]:
        context["workspace_address"] = _address("reviews:workspace_feed", the_workspace().feed_token)
    return render(request, "reviews/feed_settings.html", context)


def _address(name: str, token: str | None) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=[token])}" if token else ""


@require_POST
def feed_new(request: SignedInRequest) -> HttpResponse:
    feed_renew(actor=request.user)
    messages.success(request, _("This is your address. An earlier one no longer works."))
    return redirect("reviews:feed_settings")


@require_POST
def feed_off(request: SignedInRequest) -> HttpResponse:
    feed_stop(actor=request.user)
    messages.success(request, _("Your calendar address is switched off."))
    return redirect("reviews:feed_settings")


@require_POST
def workspace_feed_new(request: SignedInRequest) -> HttpResponse:
    workspace_feed_renew(actor=request.user)
    messages.success(request, _("The calendar of all reviews has a new address. An earlier one is dead."))
    return redirect("reviews:feed_settings")


@require_POST
def workspace_feed_off(request: SignedInRequest) -> HttpResponse:
    workspace_feed_stop(actor=request.user)
    messages.success(request, _("The address of all reviews is switched off."))
    return redirect("reviews:feed_settings")


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of whoever holds the secret address: programs cannot sign in."""
    # PostgreSQL takes no NUL, which an address may well carry.
    person = None if "\0" in token else active_people().filter(feed_token=token).first()
    # Whoever is in no team any more reads no reviews, by the old address neither.
    if person is None or not policies.may_read(person):
        raise Http404
    return _calendar(calendar_of_person(person))


@login_not_required
@require_safe
def workspace_feed(request: HttpRequest, token: str) -> HttpResponse:
    """All reviews, for whoever holds the secret address of the workspace."""
    if token != the_workspace().feed_token:
        raise Http404
    return _calendar(calendar_of_workspace())


def _calendar(text: str) -> HttpResponse:
    return HttpResponse(
        text,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Cache-Control": "private, max-age=300",
            "Content-Disposition": 'inline; filename="reviews.ics"',
        },
    )


@require_http_methods(["GET", "POST"])
def reply_upload(request: SignedInRequest) -> HttpResponse:
    """Take in the answer that a calendar program sent by mail."""
    policies.may_read(request.user).require()
    form, status = ReplyFileForm(request.POST or None, request.FILES or None), 200
    if request.method == "POST":
        form, status = ReplyFileForm(request.POST, request.FILES), 422
        if form.is_valid():
            try:
                found = reply_import(
                    content=form.cleaned_data["file"].read(MOST_BYTES + 1), actor=request.user
                )
            except PortalError as error:
                form.add_error("file", str(error))
                status = error.status
            else:
                messages.success(request, " ".join(_words(taken) for taken in found))
                return redirect("reviews:reply_import")
    return render(request, "reviews/reply_upload.html", {"form": form}, status=status)


def _words(taken: Taken) -> str:
    values = {
        "name": taken.person,
        "reply": str(Participation.Reply(taken.reply).label).lower(),
        "n": taken.meetings,
    }
    return (
        ngettext(
            "%(name)s: %(reply)s, %(n)d meeting.", "%(name)s: %(reply)s, %(n)d meetings.", taken.meetings
        )
        % values
    )
