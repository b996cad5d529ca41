"""Rows stand in the database as they were given, whichever way they went in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from definitions.models import ActivityKind, Attribute
from leads import bulk
from leads.models import Activity, LeadValue, Term
from portal.common.fields import from_microseconds
from tests.builders import a_lead, a_source, maya

pytestmark = pytest.mark.django_db

INSTANTS = [1, 1_777_888_800_000_001, -5]


def activities(**columns: Any) -> dict[str, Any]:
    """Three activities of a new lead, as arrays."""
    given = {
        "lead_id": a_lead().pk,
        "kind_id": ActivityKind.objects.get(key="page_viewed").pk,
        "source_id": a_source().pk,
    }
    return {
        **{name: np.full(3, value) for name, value in given.items()},
        "occurred_at": np.array(INSTANTS),
        "message_id": np.array([b"a", "grün ×".encode(), b"tab\t\\N 'quoted'\n"]),
        **columns,
    }


def test_arrays_come_in_with_what_they_leave_unknown() -> None:
    seconds = np.ma.array([7, 8, 2**31 - 1], mask=[False, True, False])
    bulk.copy_in(Activity, activities(seconds=seconds))
    assert list(Activity.objects.order_by("pk").values_list("message_id", "occurred_at", "seconds")) == [
        ("a", from_microseconds(INSTANTS[0]), 7),
        ("grün ×", from_microseconds(INSTANTS[1]), None),
        ("tab\t\\N 'quoted'\n", from_microseconds(INSTANTS[2]), 2**31 - 1),
    ]
    assert set(Activity.objects.values_list("subject", "import_id", "properties")) == {(None, None, None)}


def test_texts_that_are_empty_or_unknown_and_numbers_with_a_point_come_in() -> None:
    attribute = Attribute.objects.create(
        key="a", label="A", value_type="text", holder="lead", created_by=maya()
    )
    bulk.copy_in(
        LeadValue,
        {
            "lead_id": np.array([a_lead().pk, a_lead().pk]),
            "attribute_id": np.full(2, attribute.pk),
            "text": np.array([b"", b"Word"]),
            "text_key": np.ma.array([b"", b"word"], mask=[True, False]),
            "number": np.array([0.1, -2.5e300]),
        },
    )
    rows = LeadValue.objects.order_by("lead_id").values_list("text", "text_key", "text_words", "number")
    assert list(rows) == [("", None, None, 0.1), ("Word", "word", None, -2.5e300)]


@pytest.mark.servers  # SQLite's columns have room for any whole number
def test_a_number_that_its_column_has_no_room_for_is_refused() -> None:
    with pytest.raises(ValueError, match="seconds holds a value"):
        bulk.copy_in(Activity, activities(seconds=np.array([1, 2, 2**31])))
    assert not Activity.objects.exists()


@pytest.mark.parametrize("count", [3, 500], ids=["one by one", "by COPY"])
def test_rows_that_meet_others_are_left_or_update_them(count: int) -> None:
    columns = ("key", "text", "words")
    rows = [(f"key {n}", f"Key {n}", f" key {n} ") for n in range(count)]
    assert bulk.insert(Term, columns, rows) == count
    changed = [(key, text.upper(), words) for key, text, words in rows]
    bulk.insert(Term, columns, changed, conflict=("key",))
    assert Term.objects.get(key="key 2").text == "Key 2"
    bulk.insert(Term, columns, changed, conflict=("key",), update=("text",))
    assert Term.objects.get(key="key 2").text == "KEY 2"
    assert Term.objects.count() == count
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(Term, columns, changed)
    assert Term.objects.count() == count


def test_arrays_that_meet_other_rows_are_refused() -> None:
    given = activities()
    bulk.copy_in(Activity, given)
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.copy_in(Activity, given)
    assert Activity.objects.count() == 3
