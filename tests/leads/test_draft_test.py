"""A lead is tested under a draft: its receipt beside the one under the version in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from definitions.models import Definition, Version
from definitions.services.criteria import criterion_edit
from leads.models import Lead
from leads.scoring.receipt import receipt
from tests.builders import NOW, a_document, a_lead, a_version, an_active_version, maya, olga, sam, signed_in
from tests.definitions.ballot_stories import a_draft
from tests.definitions.drafting import HTMX
from tests.leads.golden.stories import WHY, a_golden_lead, grace

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def draft() -> Version:
    """In force 100 points are asked for; in the draft 40, and the page gives them alone."""
    an_active_version()
    return a_draft(a_document(threshold=40))


def address_of(draft: Version) -> str:
    return reverse("leads:draft_test", args=[draft.pk])


def look(client: Client, draft: Version, **query: Any) -> Any:
    return client.get(address_of(draft), query, **HTMX)


def test_it_says_first_what_it_is_for(draft: Version) -> None:
    assert "Find a lead that you know." in look(signed_in(sam()), draft).text


@pytest.mark.parametrize("query", ["hopper", "grace@", "Babbage", "GRACE hop"])
def test_a_lead_is_found_by_name_address_or_company(draft: Version, query: str) -> None:
    lead = grace("Banking", email="grace@navy.example", company="Babbage & Co")
    a_lead()
    found = look(signed_in(sam()), draft, q=query)
    assert found.context["found"] == [lead]
    assert f'href="{address_of(draft)}?lead={lead.pk}"' in found.text


@pytest.mark.parametrize("query", ["h", "nobody", "\0", "%"])
def test_nobody_is_found_and_nothing_breaks(draft: Version, query: str) -> None:
    grace()
    found = look(signed_in(sam()), draft, q=query)
    assert (found.status_code, found.context["found"]) == (200, [])


def test_both_receipts_stand_side_by_side_line_by_line(draft: Version) -> None:
    lead = grace("Banking")
    page = look(signed_in(sam()), draft, lead=lead.pk)
    test = page.context["test"]
    assert (test.draft["is_qualified"], test.active["is_qualified"]) == (True, False)
    assert test.draft["lines"] == receipt(draft, lead.pk, LATER)["lines"]  # type: ignore[index]
    assert test.active == receipt(draft.definition.active_version, lead.pk, LATER)  # type: ignore[arg-type]
    assert "Qualified: 50 points, the threshold is 40" in page.text
    assert "Not qualified: 50 short of the threshold of 100" in page.text
    # Why not: what is missing stands beside the line.
    assert page.text.count("Clause c-software") == 2
    assert test.draft["version_label"] == str(draft)


def test_a_receipt_of_the_other_definition_does_not_say_when_this_one_was_reviewed(draft: Version) -> None:
    Definition.objects.filter(stage="mql").update(reviewed_on=NOW.date() - timedelta(days=400))
    lead, line = grace("Banking"), "This definition was last reviewed on"
    assert look(signed_in(sam()), draft, lead=lead.pk).text.count(line) == 2
    other = a_version({**a_document(threshold=40), "stage": "sql"}, "proposed")
    assert line not in look(signed_in(sam()), other, lead=lead.pk).text


def test_it_follows_while_the_draft_changes(draft: Version) -> None:
    lead = grace("Banking")
    client = signed_in(sam())
    before = look(client, draft, lead=lead.pk)
    assert 'hx-trigger="accord:draft-changed from:body delay:300ms"' in before.text
    clause = draft.criteria.get(key="c-pricing")
    effect = {**clause.effect, "points": 39}
    criterion_edit(criterion=clause, actor=maya(), edit_number=clause.edit_number, effect=effect)
    after = look(client, draft, lead=lead.pk).context["test"]
    assert (after.draft["points"], after.draft["is_qualified"]) == (39, False)


def test_the_address_of_the_editor_carries_the_lead(draft: Version) -> None:
    lead = grace()
    editor = reverse("definitions:draft_editor", args=[draft.pk])
    client = signed_in(sam())
    inside = client.get(
        address_of(draft), {"lead": lead.pk}, HTTP_HX_CURRENT_URL=f"http://testserver{editor}?x=1", **HTMX
    )
    assert inside["HX-Replace-Url"] == f"{editor}?lead={lead.pk}"
    alone = look(client, draft, lead=lead.pk)
    assert alone["HX-Replace-Url"] == f"{address_of(draft)}?lead={lead.pk}"
    # What a browser sends may be no address at all.
    odd = client.get(address_of(draft), {"lead": lead.pk}, HTTP_HX_CURRENT_URL="http://[x", **HTMX)
    assert odd["HX-Replace-Url"] == alone["HX-Replace-Url"]
    assert f'hx-get="{address_of(draft)}?lead={lead.pk}"' in client.get(editor, {"lead": lead.pk}).text


def test_several_leads_are_tested_one_after_another_and_stay_at_hand(draft: Version) -> None:
    leads = [grace(email=f"g{number}@navy.example") for number in range(8)]
    client = signed_in(sam())
    for lead in leads:
        look(client, draft, lead=lead.pk)
    look(client, draft, lead=leads[4].pk)
    # Back from the form of a clause: the last one is still there, and the others a press away.
    page = look(client, draft)
    assert page.context["test"].lead == leads[4]
    assert page.context["tested"] == [leads[4], leads[7], leads[6], leads[5], leads[3], leads[2]]
    # Each draft and each person has its own.
    assert look(client, a_draft(a_document(threshold=7))).context["test"] is None
    assert look(signed_in(maya()), draft).context["test"] is None


def test_a_golden_lead_says_what_must_hold(draft: Version) -> None:
    golden = a_golden_lead(grace("Banking"), must_qualify=False)
    page = look(signed_in(sam()), draft, lead=golden.lead_id)
    assert WHY in page.text
    assert "Broken" in page.text
    Version.objects.filter(pk=draft.pk).update(threshold=51)
    assert "Kept" in look(signed_in(sam()), draft, lead=golden.lead_id).text


def test_a_draft_that_cannot_be_read_says_so_beside_the_receipt_in_force(draft: Version) -> None:
    lead = grace()
    draft.criteria.update(rule={"attribute": "custom.gone", "is": "known"})
    page = look(signed_in(sam()), draft, lead=lead.pk)
    assert "custom.gone" in page.text
    assert page.context["test"].active["is_qualified"]


def test_without_a_version_in_force_the_draft_stands_alone() -> None:
    draft, lead = a_draft(), grace()
    page = look(signed_in(sam()), draft, lead=lead.pk)
    assert "No definition is in force yet" in page.text
    assert page.context["test"].draft["is_qualified"]


def test_a_lead_that_is_not_there_is_not_found(draft: Version) -> None:
    lead = grace()
    Lead.objects.filter(pk=lead.pk).update(merged_into=a_lead())
    client = signed_in(sam())
    assert look(client, draft, lead=lead.pk).status_code == 404
    assert look(client, draft, lead=10**17).status_code == 404
    assert look(client, draft, lead="x").context["test"] is None


def test_everybody_in_the_workspace_may_test_and_strangers_may_not(draft: Version) -> None:
    lead = grace()
    assert look(signed_in(olga()), draft, lead=lead.pk).context["test"] is not None
    assert Client().get(address_of(draft), {"lead": lead.pk}).status_code == 302
    # Without JavaScript it is a page of its own.
    page = signed_in(olga()).get(address_of(draft), {"lead": lead.pk}).text
    assert "<html" in page
    assert "Qualified: 100 points" in page
