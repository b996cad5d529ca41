"""The agreement as one page, and what one version says otherwise than another."""

from __future__ import annotations

import pytest
from django.test import Client

from definitions.models import Ballot, Definition
from tests.builders import a_document, a_version, an_active_version, maya, olga, sam
from tests.definitions.ballot_stories import a_draft, an_open_ballot, vote
from tests.definitions.test_ageing import ratified
from tests.leads.runs.stories import work

pytestmark = pytest.mark.django_db
COMPARE = "/definitions/mql/compare/"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(olga())
    return client


def test_the_treaty_says_what_was_agreed_by_whom_and_what_is_expected(client: Client) -> None:
    ratified()
    work()
    ballot = Ballot.objects.get()
    Ballot.objects.filter(pk=ballot.pk).update(
        slip={
            **ballot.slip,
            "expected_weekly": {
                "label": "Expected a week", "value": 12.5, "of": "of 40 a week that sales can work",
                "sentence": "From 8 to 17 would qualify.", "lead_ids": [], "is_of_new_leads": False,
            },
        }
    )  # fmt: skip
    Definition.objects.filter(stage="mql").update(
        marketing_promise="Eight leads a week.", sales_promise="A decision in a day."
    )
    page = client.get("/definitions/mql/").text
    for words in (
        "Clause c-software",
        "100 points",
        "About <b>12.5</b> leads a week, of 40 a week that sales can work.",
        "From 8 to 17 would qualify.",
        "Eight leads a week.",
        "A decision in a day.",
        "Marco Ferri",
        "Sofia Petrova",
        "http://testserver/definitions/mql/v1/",
        'href="http://testserver/definitions/mql/"',
    ):
        assert words in page, words


def test_a_version_that_nobody_voted_on_says_so(client: Client) -> None:
    page = client.get(a_version(status="rejected").get_absolute_url()).text
    assert "No numbers were kept with the ballot on this version." in page
    assert "Always what is in force" not in page


def test_sales_qualified_has_its_own_treaty(client: Client) -> None:
    an_active_version(a_document(stage="sql", threshold=77))
    page = client.get("/definitions/sql/").text
    assert "77 points" in page
    assert "http://testserver/definitions/sql/v1/" in page


# -- two versions side by side ------------------------------------------------------------------------------


def test_any_two_versions_can_be_compared(client: Client) -> None:
    first = a_version(a_document(), "superseded")
    a_version(a_document(threshold=90), "rejected")
    third = an_active_version(a_document(threshold=80))
    assert 'name="from"' in client.get("/definitions/mql/").text
    page = client.get(COMPARE, {"from": 1, "to": 3})
    assert (page.context["earlier"], page.context["later"]) == (first, third)
    assert [change["is_material"] for change in page.context["differences"]] == [True]
    assert "100" in page.text
    assert "80" in page.text
    back = client.get(COMPARE, {"from": 3, "to": 1}).context
    assert (back["earlier"], back["later"]) == (third, first)
    same = client.get(COMPARE, {"from": 1, "to": 1})
    assert "Nothing changes." in same.text
    assert "Both have the same fingerprint" in same.text


def test_without_a_choice_it_is_what_is_in_force_and_what_it_was_written_from(client: Client) -> None:
    first = a_version(a_document(), "superseded")
    a_version(a_document(threshold=90), "rejected")
    third = an_active_version(a_document(threshold=80))
    context = client.get(COMPARE).context
    assert (context["earlier"].number, context["later"]) == (2, third)
    third.based_on = first
    third.save()
    assert client.get(COMPARE).context["earlier"] == first
    assert client.get(COMPARE, {"to": 1}).context["earlier"].number == 2


@pytest.mark.parametrize("query", ["?from=9", "?to=0", "?from=1&to=4"])
def test_a_version_that_there_is_not_is_not_found(query: str, client: Client) -> None:
    a_version(a_document(), "superseded")
    an_active_version(a_document(threshold=80))
    a_draft()
    assert client.get(COMPARE + query).status_code == 404
    assert client.get(COMPARE + "?from=x&to=").status_code == 200


def test_one_version_alone_is_compared_with_nothing(client: Client) -> None:
    an_active_version()
    assert client.get(COMPARE).status_code == 404
    assert 'name="from"' not in client.get("/definitions/mql/").text


def test_a_voter_may_compare_what_is_put_to_the_vote(client: Client) -> None:
    an_active_version()
    ballot = an_open_ballot(a_document(threshold=90))
    vote(ballot, sam())
    client.force_login(maya())
    assert client.get(COMPARE, {"from": 1, "to": 2}).status_code == 200
