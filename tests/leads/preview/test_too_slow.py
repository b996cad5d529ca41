"""A question that takes PostgreSQL too long is broken off: the page says so, and the workers take over."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.urls import reverse

from leads.models import PreviewWish
from leads.scoring.preview import reading
from leads.scoring.preview.columns import Column, Ids
from leads.scoring.preview.numbers import preview_of
from leads.scoring.preview.questions import Question
from tests.builders import sam, signed_in
from tests.leads.preview.stories import a_draft_beside, some_leads

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]

PHONE = {"attribute": "lead.has_phone", "is": "no"}


def _sleep() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(60)")


@pytest.fixture(autouse=True)
def one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE_SECONDS", 1)


def test_a_look_ends_at_its_limit_and_leaves_the_connection_whole() -> None:
    with pytest.raises(reading.TooSlow), reading.one_look(1):
        _sleep()
    assert reading.all_lead_ids().size == 0


def test_the_numbers_of_a_draft_are_owed_when_its_rule_is_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    some_leads(software=3, retail=2)
    draft = a_draft_beside()
    assert preview_of(draft).numbers is not None
    draft.criteria.exclude(pk=draft.criteria.earliest("pk").pk).delete()
    draft.criteria.update(rule={"attribute": "lead.has_phone", "is": "yes"}, wording="Has a telephone")

    def slowly(question: Question, lead_ids: Ids) -> Column:
        _sleep()
        raise AssertionError("It was not broken off.")

    monkeypatch.setattr(reading, "ask", slowly)
    preview = preview_of(draft)
    assert (preview.is_owed, preview.numbers, preview.missing) == (True, None, ["Has a telephone"])
    assert PreviewWish.objects.get().version == draft


def test_a_rule_that_takes_too_long_to_count_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "count_of", lambda question: _sleep())
    page = signed_in(sam()).post(reverse("leads:rule_count"), {"rule": json.dumps(PHONE)})
    assert page.status_code == 200
    assert "takes too long" in page.content.decode()
