"""The order of the queue, and a long queue page by page: each row once, whatever comes and goes meanwhile."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from definitions.models import Version
from leads.handoffs import services
from leads.models import Handoff
from leads.selectors.keyset import stretch_of
from leads.selectors.queue import PER_PAGE, SORTS, queue
from tests.builders import NOW, sam, signed_in, sofia
from tests.leads.queue.stories import offers, shown

MANY = 2 * PER_PAGE + 7


def _scatter(rows: list[Handoff]) -> None:
    """Values that often meet, so that every column of every order decides somewhere."""
    chance = random.Random(5)
    for row in rows:
        row.is_contact_request = chance.random() < 0.3
        row.is_recycled = chance.random() < 0.3
        row.due_at = NOW + timedelta(hours=chance.randrange(-2, 3))
        row.offered_at = NOW - timedelta(hours=chance.randrange(3))
        row.grade, row.points = chance.randint(3, 5), 10 * chance.randint(5, 8)
    Handoff.objects.bulk_update(
        rows, ["is_contact_request", "is_recycled", "due_at", "offered_at", "grade", "points"]
    )


def test_contact_requests_come_first_then_what_is_due_then_the_grade(version: Version) -> None:
    late, soon, low, contact = offers(version, 4)
    Handoff.objects.filter(pk=late.pk).update(due_at=NOW + timedelta(hours=9), grade=5)
    Handoff.objects.filter(pk=soon.pk).update(due_at=NOW + timedelta(hours=2), grade=4)
    Handoff.objects.filter(pk=low.pk).update(due_at=NOW + timedelta(hours=2), grade=3)
    Handoff.objects.filter(pk=contact.pk).update(
        due_at=NOW + timedelta(hours=20), grade=1, is_contact_request=True
    )
    assert shown(sam()) == [contact.pk, soon.pk, low.pk, late.pk]


@pytest.mark.parametrize("sort", SORTS)
def test_every_row_stands_on_one_page_in_every_order(version: Version, sort: str) -> None:
    _scatter(offers(version, MANY))
    rows, order = queue(sam()), SORTS[sort]
    expected = list(rows.order_by(*order).values_list("pk", flat=True))
    pages, after = [], None
    while not pages or after:
        pages.append(stretch_of(rows, order, PER_PAGE, after=after))
        after = pages[-1].after
    assert [pk for page in pages for pk in page.ids] == expected
    # And back again, by the same pages.
    back = [stretch_of(rows, order, PER_PAGE, before=page.before) for page in pages[1:]]
    assert [page.ids for page in back] == [page.ids for page in pages[:-1]]
    assert (pages[0].before, back[0].before) == (None, None)


def test_a_page_begins_behind_a_row_that_is_gone(version: Version) -> None:
    made = offers(version, MANY)
    first = shown(sam())
    services.handoff_accept(handoff=Handoff.objects.get(pk=first[-1]), actor=sofia())
    assert shown(sam(), after=first[-1]) == [row.pk for row in made[PER_PAGE : 2 * PER_PAGE]]


def test_the_links_work_without_a_script(version: Version) -> None:
    offers(version, MANY)
    client, address = signed_in(sam()), reverse("leads:queue")
    page = client.get(address, {"grade": "2"})
    assert f"{PER_PAGE} of {MANY} offered leads that match" in page.content.decode()
    after = page.context["stretch"].after
    assert f'href="?grade=2&amp;after={after}"' in page.content.decode()
    second = client.get(address, {"grade": "2", "after": after})
    assert f'href="?grade=2&amp;before={second.context["stretch"].before}"' in second.content.decode()
    # Another order begins at the front.
    assert f"after={after}" not in second.content.decode().split("<tbody>")[0].split("<thead>")[1]


@pytest.mark.parametrize(
    "query",
    [
        pytest.param({"after": "x"}, id="no number"),
        pytest.param({"after": "987654"}, id="no such row"),
        pytest.param({"before": "9" * 30}, id="beyond 64 bits"),
        pytest.param({"after": "0", "before": "-1"}, id="no ids"),
    ],
)
def test_a_place_that_makes_no_sense_is_the_front(version: Version, query: dict[str, Any]) -> None:
    made = offers(version, 2)
    assert shown(sam(), **query) == [row.pk for row in made]


def test_behind_the_last_row_there_is_a_way_back(version: Version) -> None:
    made = offers(version, 1)
    html = signed_in(sam()).get(reverse("leads:queue"), {"after": made[0].pk}).content.decode()
    assert "Nothing behind this" in html


def test_a_page_reads_as_few_rows_as_it_shows(version: Version, django_assert_max_num_queries: Any) -> None:
    offers(version, MANY)
    client = signed_in(sam())
    for query in ("", "?sort=-grade", "?q=fjord&industry=software", "?segment=1", "?after=1"):
        with django_assert_max_num_queries(12):
            client.get(reverse("leads:queue") + query)
