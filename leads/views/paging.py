"""Pages of a list, by offset: the sorted order is by index and the lists are read from the front."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

PER_PAGE = 50
# Of a search through a million leads nobody turns to the ten thousandth, and counting on takes half a second.
COUNTED_TO = 10_000


class CountedPaginator(Paginator):
    """Counts to `COUNTED_TO` and no further: `has_more` says that there are more than `count`."""

    @cached_property
    def _counted(self) -> int:
        rows: QuerySet = self.object_list  # type: ignore[assignment]
        return rows.order_by()[: COUNTED_TO + 1].count()

    @property
    def count(self) -> int:
        return min(self._counted, COUNTED_TO)

    @property
    def has_more(self) -> bool:
        return self._counted > COUNTED_TO


def found_page_of(request: HttpRequest, rows: QuerySet, per_page: int = PER_PAGE) -> Page:
    """As `page_of`, of what somebody looked for in all leads."""
    return CountedPaginator(rows, per_page).get_page(request.GET.get("page"))


def page_of(request: HttpRequest, rows: QuerySet | list[Any] | np.ndarray, per_page: int = PER_PAGE) -> Page:
    """The page that the address names; the first or last one where it names none that exists."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))
