"""The doors of proposing: numbers first, then the ballot; and changing what is voted on."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from definitions.models import Ballot, Comment, Version
from definitions.services.ballots import version_propose
from leads.scoring.impact import impact_slip
from portal.common.models import User
from tests.builders import a_document, a_lead, an_account, an_activity, marco, maya, olga, rita, sam
from tests.definitions.ballot_stories import a_draft, both_houses, counted, fresh, vote

pytestmark = pytest.mark.django_db


def a_lead_that_qualifies() -> Any:
    lead = a_lead(account=an_account(industry="Software"))
    an_activity(lead, subject="Pricing page")
    return lead


def page_of(client: Client, version: Version, person: User) -> Any:
    client.force_login(person)
    return client.get(f"/leads/versions/{version.pk}/propose/")


def propose(client: Client, version: Version, person: User, **form: Any) -> Any:
    mark = page_of(client, version, person).context["form"]["fingerprint"].value()
    form = {"statement": "Because it is time.", "fingerprint": mark, **form}
    return client.post(f"/leads/versions/{version.pk}/propose/", form)


def an_open_ballot() -> Ballot:
    both_houses()
    version = a_draft()
    slip = impact_slip(version_document(version), "mql")
    return version_propose(version=version, actor=maya(), statement="", slip=slip)


def version_document(version: Version) -> dict[str, Any]:
    return a_document(title=version.title)


def test_the_page_shows_numbers_text_and_voters_before_anything_is_frozen(client: Client) -> None:
    both_houses()
    version = a_draft()
    text = page_of(client, version, maya()).content.decode()
    for words in ("Propose MQL v1", "What it would do", "This is the first agreement", "Sofia Petrova"):
        assert words in text
    version.refresh_from_db()
    assert (version.status, Ballot.objects.count()) == ("draft", 0)


def test_proposing_freezes_the_slip_that_was_shown(client: Client) -> None:
    both_houses()
    a_lead_that_qualifies()
    version = a_draft()
    response = propose(client, version, maya())
    ballot = Ballot.objects.get()
    assert response["Location"] == ballot.get_absolute_url()
    assert ballot.slip
    assert (ballot.statement, ballot.version_id, ballot.status) == ("Because it is time.", version.pk, "open")
    assert client.get(ballot.get_absolute_url()).status_code == 200


def test_what_is_not_ready_is_said_on_the_page(client: Client) -> None:
    both_houses()
    version = a_draft()
    Comment.objects.create(version=version, kind="concern", text="Students.", author=sam())
    text = page_of(client, version, maya()).content.decode()
    assert "Sam Okafor’s concern is still open: “Students.” Settle it before you propose." in text
    assert 'name="statement"' not in text
    response = propose(client, version, maya())
    assert response.status_code == 422
    assert Ballot.objects.count() == 0


def test_a_draft_without_clauses_has_no_numbers_yet(client: Client) -> None:
    both_houses()
    version = a_draft({**a_document(), "criteria": []})
    assert "There is no clause to vote on yet." in page_of(client, version, maya()).content.decode()
    assert propose(client, version, maya()).status_code == 422


def test_a_draft_that_moved_on_keeps_the_statement_and_shows_new_numbers(client: Client) -> None:
    both_houses()
    version = a_draft()
    response = propose(client, version, maya(), fingerprint="0" * 64)
    text = response.content.decode()
    assert response.status_code == 409
    assert "The draft changed while you were reading it" in text
    assert "Because it is time." in text
    assert Ballot.objects.count() == 0


def test_olga_in_no_team_is_refused(client: Client) -> None:
    both_houses()
    version = a_draft()
    assert "You are in no team" in page_of(client, version, olga()).content.decode()
    assert client.post(f"/leads/versions/{version.pk}/propose/", {}).status_code == 403
    assert Ballot.objects.count() == 0


# -- changing what is voted on -------------------------------------------------------------------------------


def amend_form(ballot: Ballot, **changes: Any) -> dict[str, Any]:
    form: dict[str, Any] = {"threshold": ballot.document["threshold"], "fingerprint": ballot.fingerprint}
    for number, criterion in enumerate(ballot.document["criteria"]):
        form |= {f"wording_{number}": criterion["wording"], f"points_{number}": criterion["effect"]["points"]}
    return {**form, **changes}


def amend(client: Client, ballot: Ballot, person: User, **changes: Any) -> Any:
    client.force_login(person)
    return client.post(f"/leads/ballots/{ballot.pk}/change/", amend_form(ballot, **changes))


def test_other_words_keep_the_votes(client: Client) -> None:
    ballot = an_open_ballot()
    vote(ballot, sam())
    client.force_login(maya())
    assert "Clause c-software" in client.get(f"/leads/ballots/{ballot.pk}/change/").content.decode()
    assert amend(client, ballot, maya(), wording_0="Works in software").status_code == 302
    assert counted(ballot)["sales"] == 1
    assert fresh(ballot).round == 1


@pytest.mark.parametrize(
    ("case", "changes"),
    [
        ("threshold", {"threshold": 90}),
        ("points", {"points_0": 60}),
        ("a clause", {"removed_1": "on", "threshold": 50}),
    ],
)
def test_another_meaning_starts_over(client: Client, case: str, changes: dict[str, Any]) -> None:
    ballot = an_open_ballot()
    vote(ballot, sam())
    assert amend(client, ballot, rita(), **changes).status_code == 302
    assert counted(ballot)["sales"] == 0
    assert fresh(ballot).round == 2


@pytest.mark.parametrize(
    ("case", "changes", "sentence"),
    [
        ("nothing", {}, "You changed nothing."),
        ("no clause left", {"removed_0": "on", "removed_1": "on"}, "There is no clause to vote on yet."),
        ("no points", {"points_0": 0}, "c-software"),
        ("no wording", {"wording_0": ""}, "Fill this in."),
    ],
)
def test_changes_that_do_not_hold_come_back(
    client: Client, case: str, changes: dict[str, Any], sentence: str
) -> None:
    ballot = an_open_ballot()
    response = amend(client, ballot, maya(), **changes)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert fresh(ballot).round == 1


def test_only_author_and_managers_change_a_proposal(client: Client) -> None:
    ballot = an_open_ballot()
    assert amend(client, ballot, marco(), threshold=90).status_code == 403
    assert fresh(ballot).round == 1


def test_a_number_of_the_slip_opens_its_leads(client: Client) -> None:
    lead = a_lead_that_qualifies()
    ballot = an_open_ballot()
    client.force_login(sam())
    Ballot.objects.filter(pk=ballot.pk).update(
        slip={"entering": {"label": "Enter", "value": 1, "of": "of 1", "lead_ids": [lead.pk]}}
    )
    assert (
        f"/leads/ballots/{ballot.pk}/numbers/entering/"
        in client.get(ballot.get_absolute_url()).content.decode()
    )
    assert str(lead) in client.get(f"/leads/ballots/{ballot.pk}/numbers/entering/").content.decode()
    assert client.get(f"/leads/ballots/{ballot.pk}/numbers/leaving/").status_code == 404
