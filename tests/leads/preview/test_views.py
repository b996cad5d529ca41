"""The part of the draft's page that tells the numbers, and the page of its own behind it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from leads.facts import refresh
from leads.scoring.preview import building, looks
from tests.builders import NOW, an_active_version, olga, sam, signed_in
from tests.definitions.drafting import HTMX, a_draft
from tests.leads.preview.stories import a_draft_beside, fresh, some_leads

pytestmark = pytest.mark.django_db

POLLS = "every 3s"


@pytest.fixture(autouse=True)
def few_leads_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    # However few there are, a worker makes the first count.
    monkeypatch.setattr(looks, "FEW_LEADS", -1)


@time_machine.travel(NOW, tick=False)
def test_the_part_asks_again_while_a_worker_counts_and_stops_by_itself() -> None:
    leads = some_leads(software=3, retail=2)
    draft = a_draft_beside()
    client, address = signed_in(sam()), reverse("leads:draft_numbers", args=[draft.pk])
    waiting = client.get(address, **HTMX).content.decode()
    assert POLLS in waiting
    assert "2 clauses are being looked up" in waiting
    assert draft.criteria.earliest("pk").wording in waiting
    # Without JavaScript there is a link.
    assert f'<noscript><a href="{address}">Look again</a></noscript>' in waiting
    building.work_wishes(lambda: True)
    told = client.get(address, **HTMX).content.decode()
    assert POLLS not in told
    assert '<div class="draft-numbers" id="draft-numbers"' in told
    assert "of 5 leads would qualify (40\u00a0%)" in told
    assert "Facts have changed" not in told
    refresh([leads[0].pk])
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        worn = client.get(address, **HTMX).content.decode()
    assert POLLS in worn
    assert "Facts have changed since." in worn
    assert "2 minutes ago" in worn


@time_machine.travel(NOW, tick=False)
def test_the_page_and_the_part_say_the_same() -> None:
    some_leads(software=3, retail=2)
    draft = a_draft_beside()
    building.wish(fresh(draft))
    building.work_wishes(lambda: True)
    client, address = signed_in(olga()), reverse("leads:draft_numbers", args=[draft.pk])
    page, part = client.get(address), client.get(address, **HTMX)
    assert "<html" in page.content.decode()
    assert "<html" not in part.content.decode()
    for text in ("Under MQL v1, in force", "would enter", "would leave", "Clause by clause", "Without it"):
        assert text in page.content.decode()
        assert text in part.content.decode()
    assert "HX-Request" in page["Vary"]


def test_a_draft_that_cannot_be_read_says_what_is_missing() -> None:
    an_active_version()
    draft = a_draft()
    draft.groups = [{"key": "a", "label": "A", "cap": -1}]
    draft.save()
    told = signed_in(sam()).get(reverse("leads:draft_numbers", args=[draft.pk]), **HTMX).content.decode()
    assert "The cap of group “a”" in told
    assert POLLS not in told
