"""The pages of the queue, the handoff, the lead and the lists, through the door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from definitions.models import Version
from leads.handoffs import services
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import Score
from leads.views import paging
from portal.common.models import User
from tests.builders import (
    NOW,
    a_lead,
    an_account,
    an_activity,
    marco,
    maya,
    olga,
    rita,
    sam,
    signed_in,
    sofia,
)
from tests.leads.handoffs.stories import (
    a_fit_lead,
    a_qualified_lead,
    an_offer,
    reason,
    rescore,
)
from tests.leads.visits import get

pytestmark = pytest.mark.usefixtures("clock")

HTMX = {"HX-Request": "true"}
LISTS = ["queue", "my_leads", "lead_list", "watch_list", "nurture", "near_misses"]
BUDGET = 15


@pytest.mark.parametrize("name", LISTS)
def test_a_stranger_signs_in_first(db: None, name: str) -> None:
    assert Client().get(reverse(f"leads:{name}")).status_code == 302


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("who", [sam, maya, rita, olga], ids=lambda each: each.__name__)
def test_an_empty_workspace_teaches_the_next_step(db: None, name: str, who: Any) -> None:
    assert 'class="empty"' in get(who(), name)


@pytest.mark.parametrize("name", LISTS)
def test_no_list_needs_more_queries_when_it_grows(
    version: Version, name: str, django_assert_max_num_queries: Any
) -> None:
    """Sixty of everything: offered, accepted, returned, near."""
    account = an_account(industry="Software", name="Fjord Systems")
    handoffs = [an_offer(version, account=account) for _ in range(3)]
    for _ in range(57):
        a_qualified_lead(account=account, lead_source="Webinar")
    rescore(version)
    handoffs_reconcile()
    client = signed_in(sam())
    for handoff in handoffs[:2]:
        services.handoff_accept(handoff=handoff, actor=sam())
    services.handoff_return(
        handoff=handoffs[2], actor=sam(), reason=reason("wrong-role"), challenged_key="c-software"
    )
    with django_assert_max_num_queries(BUDGET):
        assert client.get(reverse(f"leads:{name}")).status_code == 200


def test_the_queue_shows_what_a_rep_decides_by(version: Version) -> None:
    an_offer(
        version,
        first_name="Ana",
        last_name="Silva",
        lead_source="Webinar",
        account=an_account(industry="Software", name="Fjord Systems"),
    )
    html = get(sam(), "queue")
    for words in ("Ana Silva", "Fjord Systems", "Webinar", "MQL v1", "Accept", "Return", "due"):
        assert words in html


def test_an_overdue_offer_says_so_in_words(version: Version, clock: time_machine.Traveller) -> None:
    an_offer(version)
    clock.move_to(NOW + timedelta(days=3))
    assert "was due" in get(sam(), "queue")


def test_marketing_sees_the_queue_and_why_it_may_not_accept(version: Version) -> None:
    handoff = an_offer(version)
    html = get(maya(), "queue")
    assert "Only sales can accept or return a lead." in html
    assert reverse("leads:handoff_accept", args=[handoff.pk]) not in html


def test_filters_search_sorting_and_tabs(version: Version) -> None:
    an_offer(version, first_name="Ana", last_name="Silva", lead_source="Webinar")
    an_offer(version, first_name="Ben", last_name="Okri", seller=sofia())
    contact = a_lead(first_name="Cleo", last_name="Diaz")
    an_activity(contact, "contact_requested", at=NOW - timedelta(hours=1))
    rescore(version)
    handoffs_reconcile()

    def shown(person: User = sam(), **query: str) -> list[str]:  # noqa: B008
        html = get(person, "queue", **query)
        names = ("Ana Silva", "Ben Okri", "Cleo Diaz")
        found = [(html.index(f">{name}</a>"), name) for name in names if f">{name}</a>" in html]
        return [name.split()[0] for _at, name in sorted(found)]

    assert shown() == ["Cleo", "Ana", "Ben"], "the contact request is due first"
    assert shown(sort="-age") == ["Ana", "Ben", "Cleo"]
    assert shown(sort="points") == ["Cleo", "Ana", "Ben"]
    assert shown(tab="unclaimed") == ["Cleo", "Ana"]
    assert shown(sofia(), tab="mine") == ["Ben"]
    assert shown(sofia(), tab="team") == shown(sam(), tab="team") == ["Ben"]
    # The tabs count what they would show, filters included.
    tabs = signed_in(sofia()).get(reverse("leads:queue"), {"q": "ben"}).context["tabs"]
    assert {tab["key"]: tab["count"] for tab in tabs} == {"all": 1, "mine": 1, "team": 1, "unclaimed": 0}
    assert shown(q="silva") == ["Ana"]
    assert shown(q="silva okri") == []
    assert shown(grade="5") == ["Ana", "Ben"]
    assert shown(source="Webinar") == ["Ana"]
    assert shown(due="soon") == ["Cleo"]
    assert shown(kind="contact") == ["Cleo"]
    assert shown(kind="recycled", page="99") == []
    assert shown(grade="nonsense", tab="'", sort="drop", due="\0") == ["Cleo", "Ana", "Ben"]


def test_the_queue_is_a_fragment_to_htmx(version: Version) -> None:
    an_offer(version)
    response = signed_in(sam()).get(reverse("leads:queue"), headers=HTMX)
    assert response.content.strip().startswith(b'<div id="queue-results"')
    assert "HX-Request" in response["Vary"]


def test_the_receipt_unfolds_in_the_queue(version: Version) -> None:
    handoff = an_offer(version)
    url = reverse("leads:handoff_receipt", args=[handoff.pk])
    html = signed_in(sam()).get(url, headers=HTMX).content.decode()
    assert "Clause c-software" in html
    assert "<html" not in html
    assert signed_in(sam()).get(url).status_code == 302


def test_accepting_goes_back_to_where_one_was(version: Version) -> None:
    handoff = an_offer(version)
    url = reverse("leads:handoff_accept", args=[handoff.pk])
    response = signed_in(sam()).post(url, {"next": "/leads/?tab=unclaimed"})
    assert (response.status_code, response["Location"]) == (302, "/leads/?tab=unclaimed")
    handoff.refresh_from_db()
    assert handoff.owner == sam()


def test_accepting_never_leads_elsewhere(version: Version) -> None:
    handoff = an_offer(version)
    url = reverse("leads:handoff_accept", args=[handoff.pk])
    response = signed_in(sam()).post(url, {"next": "//evil.example/"})
    assert response["Location"] == handoff.get_absolute_url()


def test_accepting_by_htmx_replaces_the_row(version: Version) -> None:
    handoff = an_offer(version)
    response = signed_in(sam()).post(reverse("leads:handoff_accept", args=[handoff.pk]), headers=HTMX)
    assert "Accepted by you" in response.content.decode()


def test_the_loser_reads_the_winner(version: Version) -> None:
    handoff = an_offer(version)
    services.handoff_accept(handoff=handoff, actor=sofia())
    for headers in ({}, HTMX):
        response = signed_in(sam()).post(reverse("leads:handoff_accept", args=[handoff.pk]), headers=headers)
        assert response.status_code == 409
        assert "Sofia accepted this lead just now." in response.content.decode()


def test_refusals_reach_the_reader(version: Version) -> None:
    handoff = an_offer(version)
    response = signed_in(maya()).post(reverse("leads:handoff_accept", args=[handoff.pk]))
    assert response.status_code == 403
    assert "Only sales can accept or return a lead." in response.content.decode()
    assert Client().post(reverse("leads:handoff_accept", args=[handoff.pk])).status_code == 302
    assert signed_in(sam()).get(reverse("leads:handoff_accept", args=[handoff.pk])).status_code == 405
    handoff.refresh_from_db()
    assert handoff.status == "offered"


def test_returning_asks_for_what_is_missing_and_then_does_it(version: Version) -> None:
    handoff = an_offer(version)
    url, client = reverse("leads:handoff_return", args=[handoff.pk]), signed_in(sam())
    page = client.get(url).content.decode()
    assert 'value="c-software"' in page
    assert "something is missing from the definition" in page
    assert client.post(url, {}).status_code == 422
    chosen = {"reason": reason("wrong-company").pk}
    response = client.post(url, chosen)
    assert response.status_code == 422
    assert "Say which criterion misled" in response.content.decode()
    response = client.post(url, {**chosen, "criterion": "c-software", "note": "Two people."})
    assert (response.status_code, response["Location"]) == (302, reverse("leads:queue"))
    handoff.refresh_from_db()
    assert (handoff.status, handoff.challenged_key, handoff.note) == ("returned", "c-software", "Two people.")


def test_something_is_missing(version: Version) -> None:
    handoff = an_offer(version)
    url = reverse("leads:handoff_return", args=[handoff.pk])
    signed_in(sam()).post(url, {"reason": reason("no-interest").pk, "criterion": ""})
    handoff.refresh_from_db()
    assert (handoff.status, handoff.is_something_missing) == ("returned", True)
    html = get(maya(), "handoff_page", handoff.pk)
    assert "Something is missing from the definition." in html


@pytest.mark.parametrize(
    ("key", "is_qualified", "said"),
    [
        ("no-interest", True, "Marketing looks after it now."),
        ("wrong-territory", True, "It is offered to everyone in sales again."),
        ("wrong-territory", False, "It does not qualify any more, so marketing looks after it."),
    ],
)
def test_whoever_returns_reads_what_comes_of_it(
    version: Version, key: str, is_qualified: bool, said: str
) -> None:
    handoff, client = an_offer(version), signed_in(sam())
    if not is_qualified:
        Score.objects.update(is_qualified=False, qualification=5)
    url = reverse("leads:handoff_return", args=[handoff.pk])
    page = client.post(url, {"reason": reason(key).pk, "criterion": ""}, follow=True).content.decode()
    assert f"You returned {handoff.lead}. {said}" in page


def test_an_accepted_lead_is_worked_to_its_end(version: Version) -> None:
    handoff, client = an_offer(version), signed_in(sam())
    services.handoff_accept(handoff=handoff, actor=sam())
    page = reverse("leads:handoff_page", args=[handoff.pk])
    assert "Note a follow-up" in client.get(page).content.decode()
    client.post(reverse("leads:follow_up_add", args=[handoff.pk]), {"has_reached": "on", "note": "Talked."})
    html = client.get(page).content.decode()
    assert "Talked." in html
    assert "You have been in contact with this lead." in html
    assert handoff.lead.name in get(sam(), "my_leads")
    response = client.post(reverse("leads:handoff_qualify", args=[handoff.pk]))
    assert response.status_code == 302
    handoff.refresh_from_db()
    assert handoff.status == "sales_qualified"


def test_ruling_out(version: Version) -> None:
    handoff, client = an_offer(version), signed_in(sam())
    url = reverse("leads:handoff_disqualify", args=[handoff.pk])
    assert "Accept this lead first." in client.get(url).content.decode()
    services.handoff_accept(handoff=handoff, actor=sam())
    assert client.get(url).status_code == 200
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"reason": reason("other-disqualify").pk}).status_code == 422
    assert client.post(url, {"reason": reason("no-need").pk}).status_code == 302
    handoff.refresh_from_db()
    assert handoff.status == "disqualified"


def test_the_lead_page_tells_the_whole_story(version: Version, django_assert_max_num_queries: Any) -> None:
    account = an_account(
        industry="Software", name="Fjord Systems", employees=1200, provenance={"employees": "person:1"}
    )
    colleague = a_fit_lead(account=account, first_name="Ben", last_name="Okri")
    handoff = an_offer(
        version,
        account=account,
        first_name="Ana",
        last_name="Silva",
        provenance={"email": f"person:{marco().pk}"},
    )
    services.handoff_accept(handoff=handoff, actor=sam())
    client = signed_in(maya())
    with django_assert_max_num_queries(40):
        html = client.get(handoff.lead.get_absolute_url()).content.decode()
    for words in (
        "Ana Silva",
        "Fjord Systems",
        "1,200",
        "Marco Ferri",
        "Page viewed: /pricing",
        "MQL → Sales-accepted",
        "100 points under MQL v1",
        colleague.name,
        "Clause c-pricing",
    ):
        assert words in html
    assert "Not qualified" in client.get(colleague.get_absolute_url()).content.decode()
    assert "Ana Silva" in client.get(account.get_absolute_url()).content.decode()


def test_a_long_story_goes_on(version: Version) -> None:
    lead = a_fit_lead()
    for hours in range(70):
        an_activity(lead, "webinar_attended", at=NOW - timedelta(hours=hours), subject=f"Talk {hours}.")
    client = signed_in(maya())
    first = client.get(lead.get_absolute_url()).content.decode()
    assert "Talk 49." in first
    assert "Talk 50." not in first
    older = client.get(lead.get_absolute_url(), {"until": (NOW - timedelta(hours=49)).isoformat()})
    assert "Talk 69." in older.content.decode()
    assert "Talk 49." not in older.content.decode()
    assert client.get(lead.get_absolute_url(), {"until": "2026-99-99T00:00Z"}).status_code == 200


def test_all_leads_by_stage_grade_and_name(version: Version) -> None:
    an_offer(version, first_name="Ana", last_name="Silva")
    a_fit_lead(first_name="Ben", last_name="Okri")
    rescore(version)
    handoffs_reconcile()
    html = get(olga(), "lead_list", stage="mql")
    assert ("Ana Silva" in html, "Ben Okri" in html) == (True, False)
    html = get(olga(), "lead_list", grade="3", sort="-score")
    assert ("Ana Silva" in html, "Ben Okri" in html) == (False, True)
    assert "Ben Okri" in get(olga(), "lead_list", q="ben", source="crm")


def test_a_search_is_counted_to_a_bound_and_says_so(
    version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "COUNTED_TO", 3)
    for name in ("Ana", "Ben", "Cem"):
        a_fit_lead(first_name=name, last_name="Okri")
    assert "1 to 3 of 3" in get(olga(), "lead_list", q="okri")
    a_fit_lead(first_name="Dan", last_name="Okri")
    assert "1 to 3 of more than 3" in get(olga(), "lead_list", q="okri")
    assert "1 to 4 of 4" in get(olga(), "lead_list")


def test_marketing_sees_what_became_of_every_lead(version: Version) -> None:
    first = an_offer(version, first_name="Ana", last_name="Silva")
    an_offer(version, first_name="Ben", last_name="Okri")
    wrong = reason("wrong-role")
    services.handoff_return(
        handoff=first, actor=sam(), reason=wrong, challenged_key="c-software", note="An intern."
    )
    html = get(maya(), "watch_list", reason=str(wrong.pk))
    assert "Ana Silva" in html
    assert "Clause c-software" in html
    assert "An intern." in html
    assert "Ben Okri" not in html
    html = get(maya(), "watch_list", status="offered", since="7", version=str(version.pk))
    assert ("Ana Silva" in html, "Ben Okri" in html) == (False, True)
    assert "of 2 handed over" in html
    html = get(maya(), "nurture", family="definitional")
    assert "Ana Silva" in html
    assert "Ana Silva" not in get(maya(), "nurture", family="clerical")
