"""The answer while the database or Redis is away: 503 with a sentence, made without asking either of them."""

from __future__ import annotations

import sys

import redis.exceptions
import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import defaults

# Of the database, busy or away; of Redis, which keeps the count of attempts to sign in.
AWAY = (OperationalError, InterfaceError, redis.exceptions.ConnectionError, redis.exceptions.TimeoutError)

RETRY_AFTER_SECONDS = 5
log = structlog.get_logger(__name__)


def answer(request: HttpRequest, error: BaseException) -> HttpResponse:
    """No part of it may ask who the reader is: that, too, stands in the database."""
    log.error("service_away", error=str(error))
    name = "shared/_error.html" if request.headers.get("HX-Request") else "errors/503.html"
    sentence = _("A service that the portal needs is busy or away. Try again in a few seconds.")
    page = render_to_string(name, {"sentence": sentence, "status": 503})
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's way out for what no middleware caught, among it what middleware itself ran into."""
    error = sys.exc_info()[1]
    return answer(request, error) if isinstance(error, AWAY) else defaults.server_error(request)
