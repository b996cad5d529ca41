"""Who is let in: a portal without people leads to its first page, a stranger to where one signs in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

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


class SignedInMiddleware(LoginRequiredMiddleware):
    """Leads strangers to where they sign in; one whose session has ended meanwhile is told so.

    A part of a page that asked for itself gets a sentence (401) and not the page for signing in, which
    would stand in its place. What was posted is not asked for again by its address, but from its page.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:  # type: ignore[override]
        is_part = "HX-Request" in request.headers
        if not is_part and request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        url = f"{reverse('account_login')}?{urlencode({'next': _page_of(request)})}"
        sentence = _("You are signed out, so nothing was saved. Sign in and do it again.")
        if not is_part:
            messages.warning(request, sentence)
            return redirect(url)
        if request.method == "GET":
            sentence = _("You are signed out, and this page is not kept up to date any more.")
        context = {"sentence": sentence, "status": 401, "url": url, "action": _("Sign in")}
        return render(request, "shared/_error.html", context, status=401)


def _page_of(request: HttpRequest) -> str:
    """The path of the page that this came from; of another site's, and of none, the home page."""
    page = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    if page.netloc != request.get_host():
        return reverse("portal:home")
    return f"{page.path}?{page.query}" if page.query else page.path
