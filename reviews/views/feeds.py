"""The doors of a person's calendar feed."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from portal.common.requests import SignedInRequest
from portal.common.selectors import active_people
from reviews.selectors.series import calendar_of_person
from reviews.services.feeds import feed_renew, feed_stop


@require_GET
def feed_settings(request: SignedInRequest) -> HttpResponse:
    token = request.user.feed_token
    address = f"{settings.SITE_URL}{reverse('reviews:feed', args=[token])}" if token else ""
    return render(request, "reviews/feed_settings.html", {"address": address})


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


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of whoever holds the secret address: programs cannot sign in."""
    # PostgreSQL takes no NUL, which an address may well carry.
    person = None if "\0" in token else active_people().filter(feed_token=token).first()
    if person is None:
        raise Http404
    return HttpResponse(
        calendar_of_person(person),
        content_type="text/calendar; charset=utf-8",
        headers={
            "Cache-Control": "private, max-age=300",
            "Content-Disposition": 'inline; filename="reviews.ics"',
        },
    )
