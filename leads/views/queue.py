"""The queue: what marketing offers to sales now."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from definitions.models import Stage
from definitions.selectors import version_named
from leads.filters import QueueFilter
from leads.handoffs import policies
from leads.handoffs.accepting import Accepted, handoffs_accept
from leads.models import Handoff, HandoffStatus
from leads.selectors import queue as selectors
from leads.selectors.handoffs import handoffs_visible_to
from leads.selectors.relaxed import only_relaxed_ids
from leads.selectors.runs import open_runs
from leads.views.queue_rows import look_of, row_html
from portal.common.fragments import render_page, wants_fragment
from portal.common.models import Team
from portal.common.requests import SignedInRequest, next_address
from portal.common.whole_numbers import whole_number

# A page shows no more rows, and nobody accepts more in one press.
MOST_ROWS = 100


@require_GET
def queue(request: SignedInRequest) -> HttpResponse:
    is_unfolded = "segment" in request.GET
    form = QueueFilter(request.GET, selectors.segment_choices() if is_unfolded else None)
    sort = request.GET.get("sort", "")
    # Before the rows: what comes in between is then told as new, and never missed.
    state = selectors.queue_state()
    rows, stretch = selectors.queue_page(
        request.user,
        sort=sort,
        after=whole_number(request.GET.get("after")),
        before=whole_number(request.GET.get("before")),
        **form.chosen,
    )
    context = {
        "form": form,
        "is_unfolded": is_unfolded,
        "stretch": stretch,
        "views": selectors.saved_views_of(request.user),
        "query": form.query(sort=sort if sort in selectors.SORTS else ""),
        "may_decide": policies.may_decide_handoffs(request.user),
        "runs": open_runs(),
        "news": None,
        **_rows(request, rows),
        **_counts(request, form),
        **_next_look(form, state, newest=state.newest),
    }
    return render_page(request, "leads/queue.html", "leads/_queue_results.html", context)


@require_GET
def queue_news(request: SignedInRequest) -> HttpResponse:
    """What is new since the page was laid out, for the page that asks every few seconds; 204 when nothing is.

    Rows that somebody else took are replaced where they stand; new offers are named, and shown when asked.
    """
    form = QueueFilter(request.GET)
    state = selectors.queue_state()
    if request.GET.get("stamp") == state.stamp:
        return HttpResponse(status=204)
    newest = whole_number(request.GET.get("newest"))
    newest = state.newest if newest is None else newest
    news = selectors.queue_news(request.user, shown=_shown(request), newest=newest, **form.chosen)
    context = {
        "news": news,
        "query": form.query(sort=request.GET.get("sort", "")),
        **_rows(request, news.changed, is_oob=True),
        **_counts(request, form),
        **_next_look(form, state, newest=newest),
    }
    return render(request, "leads/_queue_changes.html", context)


@require_GET
def queue_segment(request: SignedInRequest) -> HttpResponse:
    """The filters of the segment with what there is to choose, when their fold is opened."""
    form = QueueFilter(request.GET, selectors.segment_choices())
    return render(request, "leads/_queue_segment.html", {"form": form, "is_unfolded": True})


@require_POST
def queue_accept(request: SignedInRequest) -> HttpResponse:
    """Accept the chosen leads, and say of each that was gone who has it."""
    numbers = [whole_number(text) for text in request.POST.getlist("handoff")[:MOST_ROWS]]
    found = handoffs_visible_to(request.user).in_bulk([pk for pk in numbers if pk is not None])
    done = handoffs_accept(handoffs=list(found.values()), actor=request.user)
    if not wants_fragment(request):
        messages.info(request, _taken_words(done))
        for missed in done.missed:
            messages.warning(request, f"{missed.handoff.lead}: {missed.sentence}")
        return redirect(next_address(request, reverse("leads:queue")))
    context = {
        "done": done,
        "words": _taken_words(done),
        **_rows(request, selectors.rows_of(request.user, found), is_oob=True),
    }
    return render(request, "leads/_queue_accepted.html", context)


def _taken_words(done: Accepted) -> str:
    count = len(done.taken)
    if not count:
        return _("You accepted none of them.")
    return ngettext("You accepted %(n)d lead.", "You accepted %(n)d leads.", count) % {"n": count}


def _rows(request: SignedInRequest, rows: list[Handoff], *, is_oob: bool = False) -> dict[str, Any]:
    """Each with its row as HTML while it is offered, else with none."""
    version = version_named(Stage.MQL)
    relaxed_ids = only_relaxed_ids(version, [row.lead_id for row in rows])

    def html_of(row: Handoff) -> SafeString:
        if row.status != HandoffStatus.OFFERED:
            return SafeString("")
        look = look_of(
            row,
            may_decide=bool(policies.may_decide_handoff(request.user, row)),
            is_of_other_version=version is not None and row.version_id != version.pk,
            is_relaxed=row.lead_id in relaxed_ids,
            is_oob=is_oob,
        )
        return row_html(look)

    return {"rows": [(row, html_of(row)) for row in rows], "version": version}


def _counts(request: SignedInRequest, form: QueueFilter) -> dict[str, Any]:
    """The tabs with what each holds under the filters, and of how many this is."""
    counts = selectors.queue_counts(request.user, **form.chosen)
    current = form.chosen["tab"] or "all"
    labels = {
        "all": _("All offered"),
        "mine": _("Offered to you"),
        "team": _("Your team’s") if request.user.team == Team.SALES else _("Sales by name"),
        "unclaimed": _("Shared queue"),
    }
    return {
        "counts": counts,
        "count": counts[current],
        "tabs": [
            {
                "key": key,
                "url": f"?{form.query(tab=key, sort=request.GET.get('sort', ''))}",
                "label": label,
                "count": counts[key],
                "is_current": key == current,
            }
            for key, label in labels.items()
        ],
    }


def _next_look(form: QueueFilter, state: selectors.State, *, newest: int) -> dict[str, Any]:
    """Where the page asks for what is new, and since when."""
    query = form.query(stamp=state.stamp, newest=str(newest))
    return {"news_url": f"{reverse('leads:queue_news')}?{query}"}


def _shown(request: SignedInRequest) -> dict[int, str]:
    """How each row of the page stands, by id, out of `?shown=12:offered-0`."""
    found = {}
    for text in request.GET.getlist("shown")[:MOST_ROWS]:
        pk, _colon, standing = text.partition(":")
        number = whole_number(pk)
        if number is not None:
            found[number] = standing
    return found
