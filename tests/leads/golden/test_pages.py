"""The pages of golden leads, and what the numbers beside a draft say of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from definitions.models import Version
from leads.golden.services import golden_retire
from leads.models import GoldenLead
from leads.required_checks import golden_leads
from tests.builders import NOW, a_document, a_lead, an_active_version, maya, olga, sam, signed_in
from tests.definitions.ballot_stories import a_draft
from tests.definitions.drafting import HTMX
from tests.leads.golden.stories import WHY, a_golden_lead, grace, the_mql
from tests.pages import BUDGET

pytestmark = pytest.mark.django_db

PAGE = "/leads/golden/mql/"
NEW = f"{PAGE}new/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


def with_threshold(draft: Version, threshold: int) -> None:
    Version.objects.filter(pk=draft.pk).update(threshold=threshold)


def test_the_empty_page_teaches_the_first_step() -> None:
    page = signed_in(maya()).get(PAGE).text
    assert "No golden lead is laid down yet" in page
    assert f'href="{NEW}"' in page
    told = signed_in(olga()).get(PAGE).text
    assert "You are in no team" in told
    assert f'href="{NEW}"' not in told


def test_each_golden_lead_is_shown_under_the_version_in_force_and_a_draft() -> None:
    an_active_version()
    kept = a_golden_lead()
    broken = a_golden_lead(
        grace("Banking", email="b@bank.example"), sentence="Never call them.", must_qualify=False
    )
    other = a_golden_lead(grace("Banking", email="c@bank.example"), sentence="A customer of old.")
    draft = a_draft(a_document(threshold=40))
    page = signed_in(sam()).get(PAGE)
    verdicts = {row.golden: (row.now, row.draft) for row in page.context["rows"]}
    # In force 100 points are asked for, and the bankers have 50: the pages alone are enough in the draft.
    assert verdicts == {kept: ("kept", "kept"), broken: ("kept", "broken"), other: ("broken", "kept")}
    assert (page.context["now"].kept, page.context["draft"].kept) == (2, 2)
    assert "Never call them." in page.text
    assert f'href="{reverse("definitions:draft_editor", args=[draft.pk])}?lead={broken.lead_id}' in page.text
    only = signed_in(sam()).get(PAGE, {"draft": draft.pk, "broken": "draft"})
    assert [row.golden for row in only.context["rows"]] == [broken]


def test_the_list_makes_no_more_queries_when_it_grows() -> None:
    an_active_version()
    a_draft(a_document(threshold=40))
    client, counts = signed_in(maya()), []
    for number in range(12):
        golden = a_golden_lead(grace(email=f"g{number}@navy.example"))
        if number in (0, 1):
            golden_retire(golden=golden, actor=maya())
        if number in (3, 11):
            client.get(PAGE)
            with CaptureQueriesContext(connection) as queries:
                client.get(PAGE)
            counts.append(len(queries))
    assert counts[0] == counts[1] <= BUDGET


def test_the_draft_beside_is_chosen() -> None:
    an_active_version()
    a_golden_lead()
    first, second = a_draft(a_document(threshold=40)), a_draft(a_document(threshold=90))
    Version.objects.filter(pk=second.pk).update(changed_at=NOW + timedelta(hours=2))
    client = signed_in(maya())
    assert client.get(PAGE).context["draft"].version == second
    assert client.get(PAGE, {"draft": first.pk}).context["draft"].version == first
    for nonsense in ("x", "999999", "-1"):
        assert client.get(PAGE, {"draft": nonsense}).context["draft"].version == second


def test_a_draft_that_cannot_be_read_says_so() -> None:
    a_golden_lead()
    draft = a_draft()
    draft.criteria.update(rule={"attribute": "custom.gone", "is": "known"})
    page = signed_in(maya()).get(PAGE).text
    assert "cannot be read yet" in page
    assert "custom.gone" in page


def test_a_lead_is_found_by_name_and_laid_down() -> None:
    lead = grace()
    client = signed_in(sam())
    found = client.get(NEW, {"q": "hopp"})
    assert f'href="?lead={lead.pk}"' in found.text
    assert "Grace Hopper" in client.get(NEW, {"lead": lead.pk}).text
    answer = client.post(NEW, {"lead": lead.pk, "demand": "never", "sentence": "A student."}, follow=True)
    assert "Every draft is held against Grace Hopper from now on." in answer.text
    golden = GoldenLead.objects.get()
    assert (golden.must_qualify, golden.sentence, golden.created_by) == (False, "A student.", sam())


def test_a_lead_page_leads_to_it_and_shows_it() -> None:
    lead = grace()
    address = reverse("leads:lead_page", args=[lead.pk])
    assert f'href="{NEW}?lead={lead.pk}"' in signed_in(sam()).get(address).text
    assert NEW not in signed_in(olga()).get(address).text
    a_golden_lead(lead)
    page = signed_in(olga()).get(address).text
    assert "Must always qualify" in page
    assert WHY in page


@pytest.mark.parametrize(
    ("case", "data", "sentence"),
    [
        ("no demand", {"sentence": "A student."}, "Choose one."),
        ("no sentence", {"demand": "never", "sentence": " "}, "Fill this in."),
        ("a novel", {"demand": "never", "sentence": "x" * 301}, "at most 300 characters"),
        ("another demand", {"demand": "perhaps", "sentence": "A student."}, "Select a valid choice"),
    ],
)
def test_a_form_that_says_too_little_comes_back(case: str, data: dict[str, str], sentence: str) -> None:
    answer = signed_in(sam()).post(NEW, {"lead": grace().pk, **data})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not GoldenLead.objects.exists()


def test_a_lead_laid_down_by_somebody_else_is_a_conflict_with_a_sentence() -> None:
    golden = a_golden_lead()
    data = {"lead": golden.lead_id, "demand": "never", "sentence": "A student."}
    answer = signed_in(sam()).post(NEW, data)
    assert answer.status_code == 409
    assert "Maya Lindqvist has laid this lead down already" in answer.text
    assert GoldenLead.objects.count() == 1


def test_what_was_said_of_a_retired_one_stands_in_the_form() -> None:
    golden = golden_retire(golden=a_golden_lead(must_qualify=False), actor=maya())
    page = signed_in(maya()).get(NEW, {"lead": golden.lead_id})
    assert page.context["form"].initial == {"demand": "never", "sentence": WHY}


def test_the_sentence_is_reworded_and_the_second_of_two_sees_both() -> None:
    golden = a_golden_lead()
    address = reverse("leads:golden_edit", args=[golden.pk])
    client = signed_in(maya())
    assert WHY in client.get(address).text
    client.post(address, {"sentence": "She bought three times.", "seen": WHY})
    stale = client.post(address, {"sentence": "Mine.", "seen": WHY})
    assert stale.status_code == 409
    assert "It says now: “She bought three times.”" in stale.text
    assert ">\nMine.</textarea>" in stale.text
    # Saving once more is a decision.
    assert stale.context["form"]["seen"].value() == "She bought three times."
    client.post(address, {"sentence": "Mine.", "seen": "She bought three times."})
    assert GoldenLead.objects.get().sentence == "Mine."
    assert client.post(address, {"sentence": "", "seen": "Mine."}).status_code == 422
    assert signed_in(sam()).get(address).status_code == 403


def test_it_is_retired_by_a_post_and_only_by_those_who_may() -> None:
    golden = a_golden_lead()
    address = reverse("leads:golden_retire", args=[golden.pk])
    refused = signed_in(sam()).post(address)
    assert (refused.status_code, "Only Maya Lindqvist or a manager" in refused.text) == (403, True)
    assert signed_in(maya()).get(address).status_code == 405
    answer = signed_in(maya()).post(address, follow=True)
    assert "No draft is held against Grace Hopper any more." in answer.text
    assert "One is retired" in answer.text
    assert "Lay it down again" in answer.text


def test_the_numbers_of_a_draft_say_what_the_required_check_says() -> None:
    an_active_version()
    a_golden_lead()
    # Nothing of these facts is in any snapshot: she came a moment ago.
    a_golden_lead(grace("Banking", email="b@bank.example"), sentence="Never call them.", must_qualify=False)
    draft = a_draft(a_document(threshold=100))
    client, address = signed_in(sam()), reverse("leads:draft_numbers", args=[draft.pk])
    for threshold, words in (
        (100, "All 2 golden leads are kept"),
        (50, "1 of 2 golden leads is broken"),
        (101, "1 of 2 golden leads is broken"),
        (51, "All 2 golden leads are kept"),
    ):
        with_threshold(draft, threshold)
        told = client.get(address, **HTMX).text
        assert words in told
        # The vote asks the same.
        draft.refresh_from_db()
        problems = golden_leads(draft, a_document(threshold=threshold)).problems
        assert len(problems) == ("broken" in words)
    assert f'href="{PAGE}?draft={draft.pk}' in told


def test_a_workspace_without_golden_leads_is_not_told_of_them() -> None:
    a_lead()
    draft = a_draft()
    told = signed_in(sam()).get(reverse("leads:draft_numbers", args=[draft.pk]), **HTMX).text
    assert "golden" not in told


@pytest.mark.parametrize(
    "address", ["/leads/golden/nothing/", "/leads/golden/nothing/new/", f"{NEW}?lead=99"]
)
def test_what_is_not_there_is_not_found(address: str) -> None:
    assert signed_in(maya()).get(address).status_code == 404


def test_who_is_in_no_team_is_refused_with_a_sentence() -> None:
    lead = grace()
    for answer in (
        signed_in(olga()).get(NEW),
        signed_in(olga()).post(NEW, {"lead": lead.pk, "demand": "never", "sentence": "A student."}),
    ):
        assert (answer.status_code, "You are in no team" in answer.text) == (403, True)
    assert not GoldenLead.objects.filter(definition=the_mql()).exists()
