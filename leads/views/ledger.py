"""The two-column ledger: what marketing owes, what sales owes, and the handoffs behind each number."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from leads.filters import LedgerFilter
from leads.ledger import bars, numbers
from leads.ledger.entries import Entry, Span, rows_of
from leads.selectors import handoffs
from leads.selectors.funnel import ENOUGH
from leads.views.paging import page_of
from portal.common.requests import SignedInRequest
from portal.common.selectors import the_workspace, workspace_zone


@require_GET
def ledger(request: SignedInRequest) -> HttpResponse:
    found = numbers.ledger(timezone.now())
    columns = [
        {"team": team, "lines": [_drawn(line, found.weekly_need) for line in lines]}
        for team, lines in (("marketing", found.marketing), ("sales", found.sales))
    ]
    context = {
        "ledger": found,
        "columns": columns,
        "workspace": the_workspace(),
        "enough": ENOUGH,
        "is_empty": not any(line.count for line in (*found.marketing, *found.sales)),
    }
    return render(request, "leads/ledger.html", context)


def _drawn(line: numbers.Line, need: int | None) -> dict[str, Any]:
    """A line with its bars: shares fill the box at all, volumes at the greatest week or the need."""
    if line.entry == Entry.VOLUME:
        values: list[float | None] = [week.count for week in line.weeks]
        most = float(max([need or 0, *(week.count for week in line.weeks)]))
    else:
        values, most = [week.share for week in line.weeks], 1.0
    return {"line": line, "bars": list(zip(bars.draw(values, most), line.weeks, strict=True))}


@require_GET
def ledger_list(request: SignedInRequest, entry: str) -> HttpResponse:
    if entry not in Entry.values:
        raise Http404(_("There is no such entry in the ledger."))
    now, zone = timezone.now(), workspace_zone()
    days = numbers.mondays(now, zone)
    form = LedgerFilter(request.GET)
    week = form.week if form.week in days else None
    period = form.period
    span = (
        Span(*period.bounds(zone))
        if period
        else numbers.span_of(week or days[0], 1 if week else numbers.WEEKS, zone)
    )
    counted = rows_of(Entry(entry), span, now, form.kept)
    page = page_of(request, handoffs.shown(counted.order_by("-at", "-pk")))
    handoffs.with_words(page)
    context = {
        "entry": Entry(entry),
        "page": page,
        "week": week,
        "period": period,
        "kept": form.kept,
        "span": span,
    }
    return render(request, "leads/ledger_list.html", context)
