"""Request identity, the reader's time zone, and refusals as sentences."""

from __future__ import annotations

import uuid
import zoneinfo
from collections.abc import Callable

import structlog
from django.db import DataError, IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common import away
from portal.common.context_vars import request_id
from portal.common.errors import Conflict, Invalid, PortalError

GetResponse = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger(__name__)


class RequestContextMiddleware:
    """Gives every request an id; the audit trail, the log and the answer's header carry it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_id.set(uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            return response
        finally:
            request_id.reset(token)


class TimeZoneMiddleware:
    """Shows instants in the reader's own zone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            try:
                timezone.activate(zoneinfo.ZoneInfo(request.user.time_zone))
            except (zoneinfo.ZoneInfoNotFoundError, ValueError):
                timezone.deactivate()
        else:
            timezone.deactivate()
        return self.get_response(request)


def _first_line(error: Exception) -> str:
    """What PostgreSQL says further on are the values themselves: of leads and of people."""
    return str(error).partition("\n")[0][:500]


class ErrorsAsSentencesMiddleware:
    """A refusal is a page (or, for htmx, a fragment) with the sentence and the right status.

    A lost race that reaches us as `IntegrityError` is a 409; a database that is away is a 503. A value
    that a form let through and no column takes (`DataError`; on SQLite a number beyond 64 bits) is a 422.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, IntegrityError):
            log.warning("lost_race", error=_first_line(error))
            error = Conflict(
                _("Someone else changed this a moment ago. Nothing was lost: look again and repeat.")
            )
        if isinstance(error, DataError | OverflowError | RecursionError):
            log.warning("unfit_value", error=_first_line(error))
            error = Invalid(
                _(
                    "A value is too long, too large or holds a character that cannot be stored. "
                    "Nothing was saved."
                )
            )
        if isinstance(error, PortalError):
            return self._answer(request, str(error), error.status)
        if isinstance(error, away.AWAY):
            return away.answer(request, error)
        return None

    @staticmethod
    def _answer(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
        if request.headers.get("HX-Request"):
            return render(
                request, "shared/_error.html", {"sentence": sentence, "status": status}, status=status
            )
        return render(request, "errors/refusal.html", {"sentence": sentence, "status": status}, status=status)
