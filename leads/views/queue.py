"""The queue: what marketing offers to sales now."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from definitions.models import Stage
from definitions.selectors import active_version
from leads.filters import QueueFilter
from leads.handoffs import policies
from leads.selectors import handoffs as selectors
from leads.selectors.relaxed import only_relaxed_ids
from leads.selectors.runs import open_runs
from leads.views.paging import page_of
from portal.common.fragments import render_page
from portal.common.requests import SignedInRequest


@require_GET
def queue(request: SignedInRequest) -> HttpResponse:
    form = QueueFilter(request.GET, source=[(name, name) for name in selectors.sources_in_queue()])
    page = page_of(request, selectors.queue(request.user, sort=request.GET.get("sort", ""), **form.chosen))
    counts = selectors.queue_counts(request.user, **form.chosen)
    version = active_version(Stage.MQL)
    context = {
        "form": form,
        "page": page,
        "rows": [(row, policies.may_decide_handoff(request.user, row)) for row in page],
        "counts": counts,
        "tabs": _tabs(request, form.chosen["tab"] or "all", counts),
        "may_decide": policies.may_decide_handoffs(request.user),
        "version": version,
        "relaxed_ids": only_relaxed_ids(version, [row.lead_id for row in page]),
        "runs": open_runs(),
    }
    return render_page(request, "leads/queue.html", "leads/_queue_results.html", context)


def _tabs(request: SignedInRequest, current: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    labels = {"all": _("All offered"), "unclaimed": _("Shared queue"), "mine": _("Offered to you")}
    tabs = []
    for key, label in labels.items():
        query = request.GET.copy()
        query.pop("page", None)
        query["tab"] = key
        tabs.append(
            {
                "url": f"?{query.urlencode()}",
                "label": label,
                "count": counts[key],
                "is_current": key == current,
            }
        )
    return tabs
