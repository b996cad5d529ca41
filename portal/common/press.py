"""The writer of PDFs: HTML in, bytes out. Loaded by `printing` alone, since Pango may be missing."""

from __future__ import annotations

from email.message import EmailMessage
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

BASE = f"{settings.SITE_URL}/"


def written(html: str) -> bytes:
    """A tagged PDF, which a screen reader reads in order. Links lead to the portal."""
    return HTML(string=html, base_url=BASE, url_fetcher=OwnFiles()).write_pdf(pdf_tags=True)


class OwnFiles(URLFetcher):
    """Static files from the disk; no network, no other file. What it refuses is left out of the PDF."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        own = urljoin(BASE, settings.STATIC_URL)
        if not url.startswith(own):
            raise ValueError("Only the portal's own static files go into a PDF.")
        body = _static_file(unquote(urlsplit(url[len(own) :]).path))
        described = EmailMessage()
        described["Content-Type"] = guess_type(url)[0] or "application/octet-stream"
        return URLFetcherResponse(url, body, described)


def _static_file(name: str) -> bytes:
    """From where it is served: the collected folder by its stamped name, else where the finders look."""
    if staticfiles_storage.exists(name):
        with staticfiles_storage.open(name) as file:
            return bytes(file.read())
    found = finders.find(name)
    if not found:
        raise FileNotFoundError(name)
    return Path(found).read_bytes()
