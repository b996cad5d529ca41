"""Doors: home, search, the first choice between sample data and one's own."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from definitions.selectors.ballots import open_ballots
from portal.accounts.policies import may_manage_workspace
from portal.common.requests import SignedInRequest, words_sought
from portal.home import selectors, services


def home(request: SignedInRequest) -> HttpResponse:
    if request.user.is_administrator and selectors.is_empty():
        return render(request, "portal/welcome.html")
    ballots = list(open_ballots(request.user))
    meetings, missed = selectors.meetings_to_hold(request.user)
    context = {
        "to_dos": selectors.to_dos(request.user, ballots, meetings),
        "standing": selectors.standing(ballots, meetings),
        "missed": missed,
        "notices": selectors.notices(request.user),
    }
    return render(request, "portal/home.html", context)


def search(request: SignedInRequest) -> HttpResponse:
    query = words_sought(request)
    return render(
        request, "portal/search.html", {"query": query, "found": selectors.found(request.user, query)}
    )


@require_POST
def notices_read(request: SignedInRequest) -> HttpResponse:
    services.notices_read(person=request.user)
    return redirect("portal:home")


@require_POST
def sample_data(request: SignedInRequest) -> HttpResponse:
    may_manage_workspace(request.user).require()
    services.sample_data_lay(actor=request.user)
    messages.success(
        request, _("The sample workspace stands. Look around as one of its people, from the list below.")
    )
    return redirect("portal:people")
