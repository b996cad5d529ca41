"""The pages of evidence: every number opens as many rows as it says."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from definitions.models import Version
from tests.builders import NOW, a_lead, an_account, an_activity, maya
from tests.definitions.ballot_stories import a_draft
from tests.leads.evidence.stories import a_history, a_version_in_force, clauses, hand_over_at_random, outcome
from tests.leads.scoring.plain_worlds import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(client: Client) -> Version:
    ids = write(a_history(seed=5))
    version = a_version_in_force(clauses())
    hand_over_at_random(ids, version, seed=6)
    for lead_id in ids[:9]:
        outcome(lead_id, "won", NOW - timedelta(days=1))
    client.force_login(maya())
    return version


def test_every_number_of_a_clause_opens_its_rows(client: Client, version: Version) -> None:
    page = client.get(f"/leads/versions/{version.pk}/evidence/c-pricing/").content.decode()
    numbers = re.findall(r'<a href="(/leads/versions/[^"]+/c-pricing/[^"]+)">(\d+)', page)
    assert len(numbers) >= 13 + 4
    for url, number in numbers:
        assert client.get(url).context["page"].paginator.count == int(number), url


def test_the_list_names_every_clause(client: Client, version: Version) -> None:
    response = client.get(f"/leads/versions/{version.pk}/evidence/")
    for criterion in clauses()["criteria"]:
        assert f"/leads/versions/{version.pk}/evidence/{criterion['key']}/" in response.content.decode()
    assert len(response.context["rows"]) == len(clauses()["criteria"])


def test_a_clause_or_number_that_is_not_there_is_not_found(client: Client, version: Version) -> None:
    for path in ("nothing/", "c-pricing/nothing/", "nothing/won-met/"):
        assert client.get(f"/leads/versions/{version.pk}/evidence/{path}").status_code == 404


def test_draft_and_treaty_lead_to_the_evidence(client: Client) -> None:
    client.force_login(maya())
    draft = a_draft()
    text = client.get(f"/definitions/drafts/{draft.pk}/").content.decode()
    assert f"/leads/versions/{draft.pk}/evidence/c-pricing/" in text
    active = a_version_in_force()
    text = client.get("/definitions/mql/").content.decode()
    assert f"/leads/versions/{active.pk}/evidence/c-pricing/" in text


def test_the_profile_of_the_customers(client: Client) -> None:
    """Six of eight software leads are won, three of thirty banks, and one of whom nothing is known."""
    client.force_login(maya())
    for industry, leads, won in (("Software", 8, 6), ("Bank", 30, 3), ("", 1, 1)):
        account = an_account(industry=industry)
        for number in range(leads):
            lead = a_lead(account=account)
            an_activity(lead)
            if number < won:
                outcome(lead.pk, "won", NOW)
                outcome(lead.pk, "won", NOW + timedelta(days=1))
    response = client.get("/leads/profile/?field=account.industry")
    rows = response.context["rows"]
    counts = [
        (row["row"].label, row["row"].contrast.matched_ended, row["row"].contrast.matched) for row in rows
    ]
    assert counts == [("Software", 6, 8), ("Bank", 3, 30), ("Not known", 1, 1)]
    assert rows[0]["of_won"].startswith("60\u00a0%")
    assert rows[0]["lift"]["words"] == "too little data"  # 2.1 wins would be expected
    for row in rows:
        for query, number in (
            ("", row["row"].contrast.matched),
            ("&won=1", row["row"].contrast.matched_ended),
        ):
            assert client.get(row["url"] + query).context["page"].paginator.count == number


@pytest.mark.parametrize(
    ("field", "labels"),
    [("lead.has_phone", ["Yes", "No"]), ("lead.has_free_email", ["No"])],
)
def test_yes_and_no_are_values_too(client: Client, field: str, labels: list[str]) -> None:
    client.force_login(maya())
    for phone in ("", "1", "2"):
        a_lead(phone=phone)
    response = client.get(f"/leads/profile/?field={field}")
    assert [row["row"].label for row in response.context["rows"]] == labels
    for row in response.context["rows"]:
        found = client.get(row["url"]).context["page"].paginator.count
        assert found == row["row"].contrast.matched
