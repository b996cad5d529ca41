"""A portal without people leads every visitor to its first page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from portal.accounts.selectors import has_anyone


class FirstRunMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._has_people = False  # once true, true for ever: people are never deleted

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._has_people:
            self._has_people = has_anyone()
            first = reverse("portal:first_run")
            if not self._has_people and request.path != first and not request.path.startswith("/static/"):
                return redirect(first)
        return self.get_response(request)
