"""The doors of the numbers: the overview and a page for each question, each also for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from leads.selectors.funnel import Period, funnel
from portal.common.requests import SignedInRequest
from reviews import policies
from reviews.forms import PeriodForm, PulseForm
from reviews.selectors.insights import REPORTS, report_names
from reviews.selectors.insights.overview import insights as insights_of
from reviews.selectors.insights.overview import periods_to_choose, table_of
from reviews.selectors.insights.pulse import answer_of, meeting_asking
from reviews.selectors.insights.tables import Report, spreadsheet
from reviews.selectors.meetings import meetings_visible_to
from reviews.services.pulse import pulse_answer


def _asked(period: Period) -> str:
    return urlencode({"from": period.first.isoformat(), "to": period.last.isoformat()})


def _frame(request: SignedInRequest, name: str = "") -> dict[str, Any]:
    """What stands around every page: the period, the tabs, and the way to the spreadsheet."""
    form = PeriodForm.of(request.GET)
    asked = _asked(form.period)
    places = {"": reverse("reviews:insights")}
    places |= {each: reverse("reviews:insight", args=[each]) for each in REPORTS}
    names = {"": _("Overview"), **report_names()}
    csv_place = reverse("reviews:insight_csv", args=[name]) if name else reverse("reviews:insights_csv")
    return {
        "form": form,
        "period": form.period,
        "here": places[name],
        "title": names[name],
        "tabs": [
            {"url": f"{place}?{asked}", "label": names[each], "is_current": each == name}
            for each, place in places.items()
        ],
        "periods": [
            {"label": label, "url": f"{places[name]}?{_asked(period)}", "is_current": period == form.period}
            for label, period in periods_to_choose()
        ],
        "csv_url": f"{csv_place}?{asked}",
    }


@require_GET
def insights(request: SignedInRequest) -> HttpResponse:
    policies.may_read(request.user).require()
    frame = _frame(request)
    return render(request, "reviews/insights.html", {**frame, **insights_of(frame["period"])})


def _counting(name: str) -> Callable[[Period], Report]:
    if name not in REPORTS:
        raise Http404(_("There is no such page of insights."))
    return REPORTS[name]


@require_GET
def insight(request: SignedInRequest, name: str) -> HttpResponse:
    policies.may_read(request.user).require()
    report_of, frame = _counting(name), _frame(request, name)
    return render(request, "reviews/insight.html", {**frame, "report": report_of(frame["period"])})


@require_GET
def pulse(request: SignedInRequest) -> HttpResponse:
    policies.may_read(request.user).require()
    return _pulse(request, None)


def _pulse(request: SignedInRequest, form: PulseForm | None) -> HttpResponse:
    frame = _frame(request, "pulse")
    meeting = meeting_asking()
    answer = answer_of(request.user, meeting)
    said = {"score": answer.score, "sentence": answer.sentence} if answer else None
    context = {
        "report": REPORTS["pulse"](frame["period"]),
        "meeting": meeting,
        "answer": answer,
        "may_answer": meeting and policies.may_answer_pulse(request.user, meeting),
        "pulse_form": form or PulseForm(initial=said),
    }
    return render(request, "reviews/pulse.html", {**frame, **context}, status=422 if form else 200)


@require_POST
def pulse_give(request: SignedInRequest, pk: int) -> HttpResponse:
    policies.may_read(request.user).require()
    meeting = get_object_or_404(meetings_visible_to(request.user), pk=pk)
    policies.may_answer_pulse(request.user, meeting).require()
    form = PulseForm(request.POST)
    if not form.is_valid():
        return _pulse(request, form)
    pulse_answer(meeting=meeting, actor=request.user, **form.cleaned_data)
    messages.success(request, _("Thank you. Your answer counts without your name."))
    return redirect("reviews:pulse")


@require_GET
def insights_csv(request: SignedInRequest) -> HttpResponse:
    policies.may_read(request.user).require()
    period = PeriodForm(request.GET).period
    return _spreadsheet("leads", period, table_of(funnel(period)))


@require_GET
def insight_csv(request: SignedInRequest, name: str) -> HttpResponse:
    policies.may_read(request.user).require()
    report_of, period = _counting(name), PeriodForm(request.GET).period
    return _spreadsheet(name, period, spreadsheet(report_of(period).tables))


def _spreadsheet(name: str, period: Period, lines: Iterable[Iterable[Any]]) -> HttpResponse:
    file_name = f"{name}-{period.first}-to-{period.last}.csv"
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )
    # The mark makes spreadsheets read UTF-8.
    response.write("\ufeff")
    csv.writer(response).writerows(lines)
    return response
