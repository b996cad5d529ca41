"""The page that asks history, and the draft that it opens."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import numpy as np
import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from definitions.documents import draft_document
from definitions.models import Version
from leads.facts import refresh
from leads.models import Lead, Outcome
from leads.suggest.services import SALT
from portal.common.models import AuditEntry
from tests.builders import a_criterion, a_document, a_source, an_active_version, maya, olga, sam, signed_in

pytestmark = pytest.mark.django_db

PAGE = "/leads/suggest/mql/"
LEADS = 400


def some_history(signal: float = 0.6) -> None:
    """A year of leads; those from the fair are won more often, all others alike."""
    chance = np.random.default_rng(2)
    start = timezone.now() - timedelta(days=500)
    sources = ["Trade fair", "Advert", "Partner", ""]
    Lead.objects.bulk_create(
        Lead(
            source=a_source(),
            external_id=f"h-{number}",
            lead_source=sources[number % 4],
            country=["Norway", "Spain", "Italy"][number % 3],
            captured_at=start + timedelta(days=number * 300 / LEADS),
        )
        for number in range(LEADS)
    )
    leads = list(Lead.objects.order_by("captured_at"))
    refresh([lead.pk for lead in leads])
    Outcome.objects.bulk_create(
        Outcome(
            lead=lead,
            kind="won",
            at=lead.captured_at + timedelta(days=40),
            source=a_source(),
            external_id=f"o-{lead.pk}",
        )
        for lead in leads
        if chance.random() < 0.2 + signal * (lead.lead_source == "Trade fair")
    )


def seal_of(page: str) -> str:
    found = re.search(r'name="seal" value="([^"]+)"', page)
    assert found is not None
    return html.unescape(found[1])


def test_the_page_asks_first() -> None:
    page = signed_in(olga()).get(PAGE)

    assert page.status_code == 200
    assert "Ask a question first" in page.text
    assert "Won (0 of 0 leads)" in page.text


def test_the_page_where_a_draft_is_started_leads_here() -> None:
    assert f'href="{PAGE}"' in signed_in(maya()).get("/definitions/mql/drafts/new/").text


def test_what_history_supports_is_shown_beside_the_version_in_force() -> None:
    some_history()
    an_active_version(
        a_document(a_criterion("c-a", {"attribute": "lead.country", "is": "one_of", "values": ["Spain"]}))
    )

    page = signed_in(maya()).get(PAGE, {"outcome": "won"})

    assert page.status_code == 200
    assert "Lead source is Trade fair" in page.text
    assert "280 leads were searched, and 120 that came later judged what was found." in page.text
    qualities = dict(page.context["qualities"])
    assert float(qualities["Suggested"]["area"]) > 0.65 > float(qualities["In force"]["area"])
    # Judged on ninety days, of which sixty are asked.
    assert 60 <= int(qualities["In force"]["leads"]) < 120
    assert "the suggestion tells the outcome better than the version in force" in page.text


def test_it_opens_as_a_draft_that_says_what_it_rests_on() -> None:
    some_history()
    client = signed_in(maya())
    page = client.get(PAGE, {"outcome": "won"})

    response = client.post(f"{PAGE}open/", {"seal": seal_of(page.text)}, follow=True)

    version = Version.objects.get(status="draft")
    assert response.redirect_chain[-1][0] == reverse("definitions:draft_editor", args=[version.pk])
    criterion = version.criteria.get()
    assert criterion.basis == "data"
    assert criterion.rule == {"attribute": "lead.source", "is": "one_of", "values": ["Trade fair"]}
    assert criterion.wording == "Lead source is Trade fair"
    assert "times as often" in criterion.reason
    assert "Later leads, not used in the search: of 30 that met it" in criterion.reason
    assert "On the later leads: AUC" in version.summary
    assert version.created_by == maya()
    assert draft_document(version)["threshold"] == version.threshold >= 1
    entry = AuditEntry.objects.get(verb="definition.suggested")
    assert (entry.actor, entry.subject_id) == (maya(), str(version.pk))
    assert "Rests on data" in response.text
    assert "times as often" in response.text


def test_a_rule_that_is_agreed_on_keeps_its_key() -> None:
    some_history()
    rule = {"attribute": "lead.source", "is": "one_of", "values": ["TRADE FAIR"]}
    an_active_version(a_document(a_criterion("c-fair", rule)))
    client = signed_in(sam())

    client.post(f"{PAGE}open/", {"seal": seal_of(client.get(PAGE, {"outcome": "won"}).text)})

    assert Version.objects.get(status="draft").criteria.get().key == "c-fair"


def test_nothing_is_supported_is_a_page_and_no_draft() -> None:
    some_history(signal=0.0)

    page = signed_in(maya()).get(PAGE, {"outcome": "won"})

    assert page.status_code == 200
    assert "Nothing is supported" in page.text
    assert "What can help" in page.text
    assert "Open as a draft" not in page.text


@pytest.mark.parametrize("outcome", ["won", "sales_qualified", "accepted"])
def test_a_workspace_without_history_is_told_so(outcome: str) -> None:
    page = signed_in(maya()).get(PAGE, {"outcome": outcome})

    assert page.status_code == 200
    assert "There is too little history" in page.text


def test_who_is_in_no_team_reads_and_does_not_draft() -> None:
    some_history()
    seal = seal_of(signed_in(maya()).get(PAGE, {"outcome": "won"}).text)
    client = signed_in(olga())

    page = client.get(PAGE, {"outcome": "won"})
    response = client.post(f"{PAGE}open/", {"seal": seal})

    assert "You are in no team." in page.text
    assert "Open as a draft" not in page.text
    assert response.status_code == 403
    assert not Version.objects.exists()


@pytest.mark.parametrize("name", ["nothing", "nonsense", "signed for something else"])
def test_a_draft_is_opened_only_from_what_was_suggested(name: str) -> None:
    foreign = signing.dumps({"document": a_document(), "summary": ""}, salt="other", compress=True)
    seal = {"nothing": "", "nonsense": "x:y:z"}.get(name, foreign)

    response = signed_in(maya()).post(f"{PAGE}open/", {"seal": seal}, follow=True)

    assert "Search once more" in response.text
    assert not Version.objects.exists()


def test_a_suggestion_for_the_other_definition_is_refused() -> None:
    seal = signing.dumps({"document": a_document(), "summary": ""}, salt=SALT, compress=True)

    response = signed_in(maya()).post("/leads/suggest/sql/open/", {"seal": seal}, follow=True)

    assert "This suggestion is for the other definition." in response.text
    assert not Version.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        {"outcome": "nothing"},
        {"outcome": "won", "within_days": "-1"},
        {"outcome": "won", "judged_after_days": "many"},
        {"outcome": "won", "period": "77"},
        {"outcome": "won", "aim": "capacity"},
    ],
)
def test_a_question_that_makes_no_sense_is_answered_in_the_form(query: dict[str, str]) -> None:
    page = signed_in(maya()).get(PAGE, query)

    assert page.status_code == 422
    assert "Ask a question first" in page.text


def test_there_is_a_page_for_each_definition_and_no_other() -> None:
    client = signed_in(maya())

    assert client.get("/leads/suggest/sql/").status_code == 200
    assert client.get("/leads/suggest/nothing/").status_code == 404
    assert Client().get(PAGE).status_code == 302


def test_a_column_is_used_when_somebody_insists() -> None:
    some_history(signal=0.0)
    won = set(Outcome.objects.values_list("lead", flat=True))
    for lead in Lead.objects.all():
        is_known = lead.pk in won or lead.pk % 3 == 0
        Lead.objects.filter(pk=lead.pk).update(department="Finance" if is_known else "")
    refresh(Lead.objects.values_list("pk", flat=True))
    client = signed_in(maya())

    page = client.get(PAGE, {"outcome": "won"})
    insisted = client.get(PAGE, {"outcome": "won", "keep": "lead.department"})

    assert "Its blanks tell the outcome" in page.text
    assert "Nothing is supported" in page.text
    assert "Department is known" in insisted.text
    assert re.search(r'name="keep" value="lead.department"[^>]*checked', insisted.text)
