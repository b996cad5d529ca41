"""One template, two doors: the same view answers with the page or, to htmx, with its fragment."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

# What htmx takes as: here is the last of it, do not ask again.
STOP_POLLING = 286


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asked for a part of the page (a boosted link wants the whole)."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def render_page(
    request: HttpRequest, page: str, fragment: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render `fragment` for htmx and `page` (which includes it) for everybody else."""
    response = render(request, fragment if wants_fragment(request) else page, context, status=status)
    patch_vary_headers(response, ("HX-Request", "HX-Boosted"))
    return response
