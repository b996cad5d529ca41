"""Pages of a list, by offset: the sorted order is by index and the lists are read from the front."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PER_PAGE = 50


def page_of(request: HttpRequest, rows: QuerySet | list[Any] | np.ndarray, per_page: int = PER_PAGE) -> Page:
    """The page that the address names; the first or last one where it names none that exists."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))
