"""Where leads stand: the leak map, and the list behind each of its numbers."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from leads.filters import PlaceFilter
from leads.leaks import places
from leads.leaks.policies import may_see_incidents
from leads.selectors.incidents import open_incidents
from leads.views.paging import page_of
from portal.common.requests import SignedInRequest


@require_GET
def where(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    standings = places.standings(now)
    is_looking_after = bool(may_see_incidents(request.user))
    context = {
        "standings": [each for each in standings if each.count or each.place != places.Place.NOWHERE],
        "total": sum(each.count for each in standings),
        "all_leads": places.all_leads(),
        "holders": places.holders(now),
        "incidents": open_incidents().count() if is_looking_after else 0,
        "is_looking_after": is_looking_after,
        "now": now,
    }
    return render(request, "leads/where.html", context)


@require_GET
def where_list(request: SignedInRequest, place: str) -> HttpResponse:
    if place not in places.Place.values:
        raise Http404(_("There is no such place."))
    found, now = places.Place(place), timezone.now()
    form = PlaceFilter(request.GET)
    rows = places.rows_in(found, now, **form.narrowing)
    page = page_of(request, rows)
    context: dict[str, Any] = {
        "place": found,
        "hands": places.HANDS[found],
        "is_of_portal": found in places.OF_THE_PORTAL,
        "page": page,
        "rows": [(row.lead if found in places.OF_HANDOFFS else row, row) for row in page],
        "is_late": form.narrowing["is_late"],
        "all_url": reverse("leads:where_list", args=[place]),
    }
    return render(request, "leads/where_list.html", context)
