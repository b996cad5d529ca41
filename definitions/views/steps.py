"""The way to a definition: its seven steps as they stand, and the two places where it can start."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from definitions import policies
from definitions.models import Definition
from definitions.reading import read_document
from definitions.selectors import catalogue
from definitions.selectors.versions import definitions_of, text_in_work
from definitions.starting_points import STARTING_POINTS
from definitions.steps import next_of, steps_of
from portal.common.fragments import render_page
from portal.common.requests import SignedInRequest


@require_GET
def steps_page(request: SignedInRequest, stage: str) -> HttpResponse:
    definition = get_object_or_404(definitions_of(stage))
    context = _progress(definition) | {
        "version": text_in_work(definition),
        "may_draft": policies.may_draft(request.user),
    }
    return render(request, "definitions/steps.html", context)


@require_GET
def steps_strip(request: SignedInRequest, stage: str) -> HttpResponse:
    """One line for other pages: how far it is, and what comes next."""
    context = _progress(get_object_or_404(definitions_of(stage)))
    return render_page(request, "definitions/steps_strip.html", "definitions/_steps_strip.html", context)


def _progress(definition: Definition) -> dict[str, Any]:
    steps = steps_of(definition)
    return {
        "definition": definition,
        "steps": steps,
        "done": sum(each.is_done for each in steps),
        "next": next_of(steps),
    }


@require_GET
def start_page(request: SignedInRequest, stage: str) -> HttpResponse:
    """From a template, each in plain sentences, or from the data."""
    definition = get_object_or_404(definitions_of(stage))
    known = catalogue()
    points = [
        {"key": key, "point": point, "halves": read_document(point.document, known)}
        for key, point in STARTING_POINTS.items()
        if point.stage == stage
    ]
    context = {"definition": definition, "points": points, "may_draft": policies.may_draft(request.user)}
    return render(request, "definitions/start.html", context)
