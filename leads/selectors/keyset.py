"""A long list page by page without counting rows off: a page begins behind the row where the last one ended.

Page 1,000 costs what page 1 costs where an index has the order, and a row that comes or goes meanwhile
neither repeats nor hides another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

# Names of columns, "-" before those that fall. None may be NULL; the last one is unique.
Order = tuple[str, ...]


@dataclass(frozen=True)
class Stretch:
    """The ids of one page, in order. `before` and `after` name the row to go on from, None at an end."""

    ids: list[int]
    before: int | None
    after: int | None


def stretch_of(
    rows: QuerySet[Any], order: Order, size: int, *, after: int | None = None, before: int | None = None
) -> Stretch:
    """At most `size` of `rows` behind the row `after`, or else before the row `before`; else the first ones.

    The row is looked up among all of its kind: it need not be among `rows` any more. One that does not
    exist, and a page before the first one, give the first page. Two queries, another at a short first page.
    """
    anchor = after or before
    values = _values_of(rows, order, anchor) if anchor else None
    if values is None:
        return _first(rows, order, size)
    if after:
        ids = _ids(rows.filter(_beyond(order, values)), order, size + 1)
        if not ids:
            return Stretch([], before=after, after=None)
        return Stretch(ids[:size], before=ids[0], after=ids[size - 1] if len(ids) > size else None)
    backwards = _turned(order)
    ids = _ids(rows.filter(_beyond(backwards, values)), backwards, size + 1)
    if len(ids) <= size:
        return _first(rows, order, size)
    shown = ids[:size][::-1]
    return Stretch(shown, before=shown[0], after=shown[-1])


def _first(rows: QuerySet[Any], order: Order, size: int) -> Stretch:
    ids = _ids(rows, order, size + 1)
    return Stretch(ids[:size], before=None, after=ids[size - 1] if len(ids) > size else None)


def _ids(rows: QuerySet[Any], order: Order, most: int) -> list[int]:
    return list(rows.order_by(*order).values_list("pk", flat=True)[:most])


def _values_of(rows: QuerySet[Any], order: Order, pk: int) -> tuple[Any, ...] | None:
    names = [name.removeprefix("-") for name in order]
    return rows.model._default_manager.filter(pk=pk).values_list(*names).first()


def _turned(order: Order) -> Order:
    return tuple(name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in order)


def _beyond(order: Sequence[str], values: Sequence[Any]) -> Q:
    """The rows behind the one with these values.

    Each column is bounded by itself as well, which is what lets a database begin in the middle of an index.
    """
    name, is_falling, value = order[0].removeprefix("-"), order[0].startswith("-"), values[0]
    if isinstance(value, bool) and value is not is_falling:
        # The last of its two values: what is behind has the same.
        return Q(**{name: value}) & _beyond(order[1:], values[1:])
    further = Q(**{f"{name}__{'lt' if is_falling else 'gt'}": value})
    if len(order) == 1:
        return further
    as_far = Q(**{f"{name}__{'lte' if is_falling else 'gte'}": value})
    return as_far & (further | _beyond(order[1:], values[1:]))
