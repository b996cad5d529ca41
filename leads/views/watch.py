"""The watch list: what became of every lead that was handed over."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from leads.filters import WatchFilter
from leads.models import HandoffStatus
from leads.selectors import handoffs
from leads.selectors.care import with_pick_ups
from leads.selectors.funnel.narrowing import narrowing_words
from leads.selectors.reasons import reasons_used
from leads.views.paging import page_of
from portal.common.fragments import render_page
from portal.common.requests import SignedInRequest


@require_GET
def watch_list(request: SignedInRequest) -> HttpResponse:
    form = WatchFilter(
        request.GET,
        reason=[(str(row.pk), str(row)) for row in reasons_used()],
        version=[(str(pk), label) for pk, label in handoffs.versions_handed_over()],
    )
    chosen = form.chosen
    rows = handoffs.watch_list(request.user, sort=request.GET.get("sort", ""), **chosen)
    # The counts are of all statuses under the other filters: choosing one must not hide the others.
    counts = handoffs.status_counts(handoffs.watch_list(request.user, **{**chosen, "status": ""}))
    page = page_of(request, rows)
    handoffs.with_words(page)
    with_pick_ups(request.user, page)
    context = {
        "form": form,
        "page": page,
        "tiles": _tiles(request, counts),
        "narrowing": narrowing_words(chosen),
    }
    return render_page(request, "leads/watch_list.html", "leads/_watch_list_results.html", context)


def _tiles(request: SignedInRequest, counts: dict[str, int]) -> list[dict[str, Any]]:
    """One number for each status, of all that the other filters leave; each opens its rows."""
    total = sum(counts.values())
    population = ngettext("of %(n)d handed over", "of %(n)d handed over", total) % {"n": total}
    tiles = []
    for status, label in HandoffStatus.choices if total else ():
        query = request.GET.copy()
        query.pop("page", None)
        query["status"] = status
        tiles.append(
            {
                "value": counts[status],
                "label": label,
                "population": population,
                "url": f"?{query.urlencode()}",
            }
        )
    return tiles
