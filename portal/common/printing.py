"""Pages on paper: a template becomes a PDF, where the machine can write one.

WeasyPrint needs Pango, a library of the system, and not every machine has it. Where it is missing, the
page's own print stylesheet is the way: a page asks `can_print` before it offers a PDF, and says so if not.
"""

from __future__ import annotations

import functools
from hashlib import sha256
from importlib import import_module
from typing import Any

import structlog
from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from portal.common.errors import PortalError

log = structlog.get_logger(__name__)

KEPT_SECONDS = 3600


class CannotPrint(PortalError):
    """No PDF on this machine. HTTP 501: it is no fault, and asking again changes nothing."""

    status = 501


@functools.cache
def _press() -> Any:
    """The writer; None where WeasyPrint or Pango is missing. Asked once for each process.

    On the first demand: it takes a second and 40 MB, and most workers never print.
    """
    try:
        return import_module("portal.common.press")
    except (ImportError, OSError) as error:  # OSError is a library of the system that cannot be loaded.
        log.warning("cannot_print", error=str(error))
        return None


def can_print() -> bool:
    return _press() is not None


def pdf_of(template: str, context: dict[str, Any]) -> bytes:
    """The PDF of a template that extends `shared/paper.html`. Raises `CannotPrint`.

    Nothing is fetched but the portal's own static files, whatever the template or a person's words say.
    """
    press = _press()
    if press is None:
        raise CannotPrint(
            _("This portal cannot write a PDF. Print the page from your browser: it is laid out for paper.")
        )
    html = render_to_string(template, context)
    key = f"pdf:{sha256(html.encode()).hexdigest()}"
    written: bytes | None = cache.get(key)
    if written is None:
        # Seconds for a long agenda, which everybody who is invited opens on the same morning.
        written = press.written(html)
        cache.set(key, written, KEPT_SECONDS)
    return written
