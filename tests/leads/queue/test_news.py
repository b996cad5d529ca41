"""What an open page learns by itself: others' claims where they stand, new offers in a line."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.urls import reverse

from definitions.models import Version
from leads.handoffs import services
from leads.models import Handoff
from tests.builders import maya, sam, signed_in, sofia
from tests.leads.handoffs.stories import reason
from tests.leads.queue.stories import HTMX, offers


def _look(client: Any, page: Any, **more: Any) -> Any:
    """Ask as the page does: at its own address for news, with how its rows stand."""
    address, _mark, query = page.context["news_url"].partition("?")
    sent = QueryDict(query, mutable=True)
    sent.setlist("shown", [f"{handoff.pk}:{handoff.standing}" for handoff, _may in page.context["rows"]])
    for name, value in more.items():
        sent[name] = value
    return client.get(f"{address}?{sent.urlencode()}", headers=HTMX)


def test_nothing_new_is_an_empty_answer(version: Version) -> None:
    offers(version, 2)
    client = signed_in(sam())
    page = client.get(reverse("leads:queue"))
    response = _look(client, page)
    assert (response.status_code, response.content) == (204, b"")


def test_a_claim_replaces_the_row_where_it_stands_and_no_other(version: Version) -> None:
    first, second = offers(version, 2)
    client = signed_in(sam())
    page = client.get(reverse("leads:queue"))
    services.handoff_accept(handoff=first, actor=sofia())
    html = _look(client, page).content.decode()
    assert f'id="handoff-{first.pk}" hx-swap-oob="true"' in html
    assert "Sofia Petrova" in html
    assert f'id="handoff-{second.pk}"' not in html
    assert reverse("leads:handoff_accept", args=[first.pk]) not in html
    assert '<span class="count" id="queue-count-all" hx-swap-oob="true">1<' in html


def test_new_offers_are_named_and_shown_when_asked(version: Version) -> None:
    offers(version, 1)
    client = signed_in(sam())
    page = client.get(reverse("leads:queue"))
    offers(version, 5, first_name="Nova")
    html = _look(client, page).content.decode()
    assert "5 new offers:" in html
    assert html.count(">Nova Number") == 3
    assert "<tr" not in html, "no row moves"
    # Asked again from there it is known, and still stands against the page that was laid out first.
    assert "5 new offers:" in _look(client, page, stamp="").content.decode()


def test_only_what_the_page_would_show_is_new_to_it(version: Version) -> None:
    offers(version, 1, lead_source="Webinar")
    client = signed_in(sam())
    page = client.get(reverse("leads:queue"), {"source": "Webinar", "tab": "unclaimed"})
    offers(version, 1, lead_source="Fair")
    html = _look(client, page).content.decode()
    assert "new offer" not in html
    assert 'id="queue-count-all" hx-swap-oob="true">1<' in html


def test_one_that_comes_as_another_goes_is_seen(version: Version) -> None:
    (first,) = offers(version, 1)
    client = signed_in(sam())
    page = client.get(reverse("leads:queue"))
    # Passed on: that offer ends and another one is made in the same moment, so there are as many as before.
    services.handoff_return(handoff=first, actor=sofia(), reason=reason("wrong-territory"))
    assert Handoff.objects.filter(status="offered").count() == 1
    html = _look(client, page).content.decode()
    assert "One new offer:" in html
    assert "Returned" in html


def test_another_turn_is_seen(version: Version) -> None:
    (first,) = offers(version, 1)
    client = signed_in(sam())
    page = client.get(reverse("leads:queue"))
    Handoff.objects.filter(pk=first.pk).update(owner=sofia())
    html = _look(client, page).content.decode()
    assert f'id="handoff-{first.pk}" hx-swap-oob="true"' in html
    assert "Sofia Petrova" in html


def test_an_accepted_row_is_not_replaced_again(version: Version) -> None:
    (first,) = offers(version, 1)
    client = signed_in(sam())
    page = client.get(reverse("leads:queue"))
    row = client.post(reverse("leads:handoff_accept", args=[first.pk]), headers=HTMX).content.decode()
    standing = f"{first.pk}:accepted-{sam().pk}"
    assert f'name="shown" value="{standing}"' in row
    assert "<tr" not in _look(client, page, shown=standing).content.decode()


def test_whoever_may_not_accept_gets_no_button_by_the_news_either(version: Version) -> None:
    (first,) = offers(version, 1)
    client = signed_in(maya())
    page = client.get(reverse("leads:queue"))
    Handoff.objects.filter(pk=first.pk).update(owner=sofia())
    assert "Accept" not in _look(client, page).content.decode()


def test_garbage_is_no_error(version: Version) -> None:
    offers(version, 1)
    query = {"shown": ["x", "9" * 40 + ":a", ":", "987654:offered-0"], "newest": "-1", "stamp": "\0"}
    assert signed_in(sam()).get(reverse("leads:queue_news"), query).status_code == 200
