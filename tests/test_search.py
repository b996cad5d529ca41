"""The search box: leads, accounts, criteria and meetings by what people remember of them."""

from __future__ import annotations

import pytest

from portal.home.selectors import found
from tests.builders import a_lead, an_account, sam

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("Lovelace", id="last name"),
        pytest.param("ada lovelace", id="both names"),
        pytest.param("lovelace engines", id="name and company"),
        pytest.param("ada@engines", id="part of the address"),
        pytest.param("CRM-7", id="id in the source"),
    ],
)
def test_a_lead_is_found_by_what_people_remember(query: str) -> None:
    lead = a_lead(
        first_name="Ada",
        last_name="Lovelace",
        email="ada@engines.example",
        external_id="CRM-7",
        account=an_account(name="Analytical Engines"),
    )
    a_lead(first_name="Charles", last_name="Babbage", email="charles@other.example")
    assert found(sam(), query)["leads"] == [lead]


def test_one_letter_finds_nothing_and_asks_for_nothing(django_assert_num_queries: object) -> None:
    person = sam()
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert found(person, " a ") == {}
