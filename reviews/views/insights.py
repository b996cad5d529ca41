"""The doors of the quarter's numbers: the page, and the same numbers for a spreadsheet."""

from __future__ import annotations

import csv

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from leads.selectors.funnel import funnel
from portal.common.requests import SignedInRequest
from reviews import policies
from reviews.forms import PeriodForm
from reviews.selectors.insights import insights as insights_of
from reviews.selectors.insights import table_of


@require_GET
def insights(request: SignedInRequest) -> HttpResponse:
    policies.may_read(request.user).require()
    form = PeriodForm.of(request.GET)
    return render(request, "reviews/insights.html", {"form": form, **insights_of(form.period)})


@require_GET
def insights_csv(request: SignedInRequest) -> HttpResponse:
    policies.may_read(request.user).require()
    period = PeriodForm(request.GET).period
    name = f"leads-{period.first}-to-{period.last}.csv"
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    # The mark makes spreadsheets read UTF-8.
    response.write("\ufeff")
    csv.writer(response).writerows(table_of(funnel(period)))
    return response
