"""Values that no form of ours sends: refused in a sentence, never with an error page."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DataError, IntegrityError, transaction
from django.http import HttpRequest
from django.test import Client, RequestFactory
from structlog.testing import capture_logs

from portal.common.middleware import ErrorsAsSentencesMiddleware
from portal.common.models import User
from portal.common.whole_numbers import whole_number
from tests.builders import ada, maya

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", [None, "", "-1", "²", "٣", "1.5", "1e3", " 1", "9" * 5_000, "\0"])
def test_what_is_no_whole_number_is_none(text: str | None) -> None:
    assert whole_number(text) is None


def test_whole_numbers_are_read() -> None:
    assert [whole_number(text) for text in ("0", "7", "9" * 18)] == [0, 7, 10**18 - 1]


def _never(request: HttpRequest) -> Any:
    raise AssertionError


def test_a_lost_race_is_logged_without_what_was_in_it(rf: RequestFactory) -> None:
    """PostgreSQL says which values met: of people and of leads."""
    request: Any = rf.post("/")
    request.user = maya()
    with pytest.raises(IntegrityError) as lost, transaction.atomic():
        User.objects.create_user("maya@example.com", name="Her twin")
    with capture_logs() as logs:
        response = ErrorsAsSentencesMiddleware(_never).process_exception(request, lost.value)
    assert response is not None
    assert response.status_code == 409
    assert [line["event"] for line in logs] == ["lost_race"]
    assert "maya@example.com" not in str(logs)


@pytest.mark.parametrize("error", [DataError("value out of range"), OverflowError(), RecursionError()])
def test_what_no_column_takes_is_a_sentence(error: Exception, rf: RequestFactory) -> None:
    request: Any = rf.post("/")
    request.user = ada()
    response = ErrorsAsSentencesMiddleware(_never).process_exception(request, error)
    assert response is not None
    assert response.status_code == 422
    assert "Nothing was saved." in response.content.decode()


@pytest.mark.parametrize("address", ["/search?q=a%00b", "/reviews/feed/%00.ics", "/join/%00"])
def test_a_nul_in_an_address_is_no_error(client: Client, address: str) -> None:
    client.force_login(maya())
    assert client.get(address).status_code in (200, 404)


def test_a_rule_builder_that_was_tampered_with_is_drawn_as_far_as_it_goes(client: Client) -> None:
    client.force_login(maya())
    tampered = {"allows": "nonsense", "r0-type": "nonsense", "join": "nonsense", "do": "drop-²"}
    assert client.post("/definitions/rule/builder/", tampered).status_code == 200


@pytest.mark.parametrize("rule", ["", "-1", "[]", "null", "{}", '"x"', '{"all":[' * 2_000, '{"persona":{}}'])
def test_counting_what_is_no_rule_counts_nothing(client: Client, rule: str) -> None:
    client.force_login(maya())
    response = client.post("/leads/rules/count/", {"rule": rule})
    assert response.status_code == 200
    assert response.context["count"] is None
