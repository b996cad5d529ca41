"""Filters under a name: one's own, saved again, renamed, deleted."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from leads import saved_views
from leads.models import SavedView
from leads.saved_views import view_save
from portal.common.errors import Invalid
from portal.common.models import AuditEntry
from tests.builders import maya, sam, signed_in, sofia

pytestmark = pytest.mark.django_db


def _save(client: Any, name: str, query: str) -> Any:
    return client.post(reverse("leads:saved_view_save"), {"name": name, "query": query})


def _views(person: Any) -> dict[str, str]:
    return dict(SavedView.objects.filter(person=person).values_list("name", "query"))


def test_a_view_keeps_what_the_queue_knows_and_nothing_else() -> None:
    client = signed_in(sam())
    response = _save(client, " Big  ones ", "grade=4&country=Norway&tab=all&after=12&sort=-grade&evil=1")
    assert _views(sam()) == {"Big ones": "grade=4&country=Norway&sort=-grade"}
    assert response["Location"] == "/leads/?grade=4&country=Norway&sort=-grade"
    html = client.get(response["Location"]).content.decode()
    assert 'href="/leads/?grade=4&amp;country=Norway&amp;sort=-grade" aria-current="true"' in html


def test_a_name_used_again_stands_for_the_new_filters() -> None:
    client = signed_in(sam())
    _save(client, "Mornings", "grade=4")
    _save(client, "Mornings", "grade=5")
    assert _views(sam()) == {"Mornings": "grade=5"}


def test_filters_saved_again_get_the_new_name() -> None:
    client = signed_in(sam())
    _save(client, "Mornings", "grade=4")
    _save(client, "Evenings", "grade=4")
    assert _views(sam()) == {"Evenings": "grade=4"}


def test_a_name_and_filters_of_two_views_become_one() -> None:
    client = signed_in(sam())
    _save(client, "Mornings", "grade=4")
    _save(client, "Evenings", "grade=5")
    _save(client, "Mornings", "grade=5")
    assert _views(sam()) == {"Mornings": "grade=5"}


def test_nobody_sees_or_deletes_anothers() -> None:
    _save(signed_in(sam()), "Mornings", "grade=4")
    view = SavedView.objects.get()
    address = reverse("leads:saved_view_delete", args=[view.pk])
    for person in (sofia(), maya()):
        assert "Mornings" not in signed_in(person).get(reverse("leads:queue")).content.decode()
        assert signed_in(person).post(address).status_code == 404
    assert _views(sam()) == {"Mornings": "grade=4"}
    assert signed_in(sam()).post(address).status_code == 302
    assert _views(sam()) == {}
    verbs = list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["saved_view.saved", "saved_view.deleted"]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        pytest.param(" \0 ", "grade=4", id="no name"),
        pytest.param("x" * 61, "grade=4", id="a long name"),
        pytest.param(
            "Long", "&".join(f"{n}={'x' * 150}" for n in ("source", "country", "size", "channel")), id="long"
        ),
    ],
)
def test_what_cannot_be_kept_is_said(name: str, query: str) -> None:
    assert _save(signed_in(sam()), name, query).status_code == 422
    assert _views(sam()) == {}


def test_there_is_room_for_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_views, "MOST_VIEWS", 2)
    person = sam()
    for number in (3, 4):
        view_save(name=f"Grade {number}", query=f"grade={number}", actor=person)
    with pytest.raises(Invalid, match="You have 2 views"):
        view_save(name="Grade 5", query="grade=5", actor=person)
    view_save(name="Grade 4", query="grade=5", actor=person)
    assert _views(person) == {"Grade 3": "grade=3", "Grade 4": "grade=5"}
