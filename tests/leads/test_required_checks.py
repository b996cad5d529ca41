"""Golden leads stand between a draft and its ballot: a text that breaks one is refused, with the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from definitions.models import Ballot, Definition
from definitions.services.ballots import ballot_edit, version_propose
from leads.models import GoldenLead, Lead
from portal.common.errors import Invalid
from tests.builders import NOW, a_lead, an_account, an_activity, maya
from tests.definitions.ballot_stories import SLIP, a_draft, both_houses, fresh, with_threshold, with_wording

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


def a_golden_lead(industry: str = "Software", *, must_qualify: bool = True) -> Lead:
    lead = a_lead(first_name="Grace", last_name="Hopper", account=an_account(industry=industry))
    an_activity(lead, subject="Pricing page")
    GoldenLead.objects.create(
        definition=Definition.objects.get(stage="mql"),
        lead=lead,
        must_qualify=must_qualify,
        sentence="She bought twice.",
        created_by=maya(),
    )
    return lead


def propose() -> Ballot:
    both_houses()
    return version_propose(version=a_draft(), actor=maya(), statement="", slip=SLIP)


@pytest.mark.parametrize(
    ("case", "industry", "must_qualify", "sentence"),
    [
        ("left out", "Banking", True, "Grace Hopper must always qualify and would not: “She bought twice.”"),
        ("let in", "Software", False, "Grace Hopper must never qualify and would: “She bought twice.”"),
    ],
)
def test_a_broken_golden_lead_is_refused_and_the_page_leads_to_it(
    client: Client, case: str, industry: str, must_qualify: bool, sentence: str
) -> None:
    lead = a_golden_lead(industry, must_qualify=must_qualify)
    with pytest.raises(Invalid, match=sentence):
        propose()
    version = Definition.objects.get(stage="mql").versions.get()
    assert (version.status, Ballot.objects.count()) == ("draft", 0)
    client.force_login(maya())
    text = client.get(f"/leads/versions/{version.pk}/propose/").content.decode()
    panel = text.split("Required checks")[1].split("</section>")[0]
    assert sentence in panel
    assert f'href="/leads/{lead.pk}/"' in panel
    assert 'name="statement"' not in text


def test_what_passed_is_kept_with_the_ballot_with_whom_and_when(client: Client) -> None:
    a_golden_lead()
    ballot = fresh(propose())
    kept = {result["key"]: result for result in ballot.checks}
    assert set(kept) >= {"concerns", "golden"}
    assert (kept["golden"]["note"], kept["golden"]["problems"]) == ("The golden lead is kept.", [])
    assert {result["by"] for result in ballot.checks} == {"Maya Lindqvist"}
    client.force_login(maya())
    text = client.get(ballot.get_absolute_url()).content.decode()
    assert "Asked when Maya Lindqvist put this text to the vote" in text


def edit(ballot: Ballot, document: dict[str, Any]) -> Ballot:
    return ballot_edit(
        ballot=ballot, actor=maya(), document=document, slip=SLIP, fingerprint=ballot.fingerprint
    )


def test_a_proposal_is_not_changed_into_one_that_breaks_a_golden_lead() -> None:
    a_golden_lead()
    ballot = propose()
    with pytest.raises(Invalid, match="Grace Hopper must always qualify"):
        edit(ballot, with_threshold(ballot, 101))
    assert (fresh(ballot).round, fresh(ballot).document["threshold"]) == (1, 100)
    edit(ballot, with_wording(ballot, "Makes software"))
    assert sorted(result["key"] for result in fresh(ballot).checks) == sorted(
        result["key"] for result in ballot.checks
    )
