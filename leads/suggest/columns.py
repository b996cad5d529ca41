"""From the values of one field, lead by lead, to a column that can be searched. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from definitions.criteria.catalogue import BUILT_IN_FIELDS, Field
from definitions.criteria.matching import key_form
from leads.suggest.history import Column, NumberColumn, TextColumn

# When a lead was captured is the order of the history itself, and names of companies are no criterion.
_NOT_SEARCHED = ("lead.captured_on", "account.name")
SEARCHED_FIELDS = tuple(field for field in BUILT_IN_FIELDS if field.key not in _NOT_SEARCHED)


def column_of(field: Field, values: Sequence[object]) -> Column:
    """`values` has a text, a number, a truth or None (unknown) for each lead, as the field's type asks.

    Of a date only whether it is known is looked at.
    """
    if field.value_type in ("number", "yes_no"):
        return NumberColumn(
            field,
            np.array([np.nan if value is None else float(value) for value in values]),  # type: ignore[arg-type]
        )
    if field.value_type == "date":
        return TextColumn(field, np.array([-1 if value is None else 0 for value in values]), ("",))
    return _texts(field, values)


def _texts(field: Field, values: Iterable[object]) -> TextColumn:
    """Texts with the same key are one value; it is shown as it is mostly written."""
    places: dict[str, int] = {}
    spelled: list[Counter[str]] = []
    codes: list[int] = []
    for value in values:
        text = " ".join(str(value).split()) if value is not None else ""
        key = _key(text)
        code = places.setdefault(key, len(spelled)) if key else -1
        if code == len(spelled):
            spelled.append(Counter())
        if code >= 0:
            spelled[code][text] += 1
        codes.append(code)
    shown = tuple(each.most_common(1)[0][0] for each in spelled)
    return TextColumn(field, np.array(codes, dtype=np.int64), shown)


# Most texts are the same few for thousands of leads.
_key = lru_cache(maxsize=20_000)(key_form)
