"""The doors of scoring runs: how far they are, what failed, and asking for another."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from leads.models import Run
from leads.scoring import policies, runs
from leads.selectors.runs import (
    PARKED_SHOWN,
    definitions_to_rescore,
    is_stale,
    parked_marks,
    runs_visible_to,
    scoring_health,
    troubled_chunks,
)
from portal.common.fragments import STOP_POLLING, render_page
from portal.common.requests import SignedInRequest

RUNS_PER_PAGE = 50


@require_GET
def run_list(request: SignedInRequest) -> HttpResponse:
    page = Paginator(runs_visible_to(request.user), RUNS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "health": scoring_health(request.user),
        "parked_marks": parked_marks()[:PARKED_SHOWN],
        "definitions": definitions_to_rescore(),
        "may_rescore": policies.may_rescore(request.user),
    }
    return render(request, "leads/run_list.html", context)


@require_GET
def run_page(request: SignedInRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(runs_visible_to(request.user), pk=pk)
    return render(request, "leads/run_page.html", _state(request, run))


@require_GET
def run_state(request: SignedInRequest, pk: int) -> HttpResponse:
    """The part of the page that changes."""
    run = get_object_or_404(runs_visible_to(request.user), pk=pk)
    status = 200 if run.is_open else STOP_POLLING
    return render_page(
        request, "leads/run_page.html", "leads/_run_state.html", _state(request, run), status=status
    )


@require_POST
def run_start(request: SignedInRequest, stage: str) -> HttpResponse:
    definition = get_object_or_404(definitions_to_rescore(), stage=stage)
    return redirect(runs.rescore(definition=definition, actor=request.user))


@require_POST
def run_retry(request: SignedInRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(runs_visible_to(request.user), pk=pk)
    started = runs.run_retry(run=run, actor=request.user)
    messages.success(request, _("What failed is being tried again."))
    return redirect(started)


@require_POST
def marks_retry(request: SignedInRequest) -> HttpResponse:
    runs.marks_retry(actor=request.user)
    messages.success(request, _("The parked leads are being scored again."))
    return redirect("leads:run_list")


def _state(request: SignedInRequest, run: Run) -> dict[str, Any]:
    return {
        "run": run,
        "chunks": troubled_chunks(run),
        "is_stale": is_stale(run),
        "may_rescore": policies.may_rescore(request.user),
    }
