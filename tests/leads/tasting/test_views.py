"""The pages of a tasting: nothing names anybody, nothing is told too early, and every key works."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from definitions.services.drafts import draft_create
from leads.models import Lead, Tasting, TastingAnswer, TastingLead
from leads.tasting.services import tasting_close
from tests.builders import NOW, a_document, a_version, ada, maya, mona, olga, sam, signed_in, sofia
from tests.leads.tasting.stories import SECRET, a_tasting, people, taste_all

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def secrets_of(lead: Lead) -> list[str]:
    """What would tell who it is: names, addresses, numbers, town, exact size, and the lead's own address."""
    assert lead.account is not None
    return [
        lead.first_name,
        lead.last_name,
        str(lead.email),
        str(lead.external_id),
        lead.phone,
        lead.city,
        lead.company,
        lead.account.name,
        lead.account.domain,
        f"/leads/{lead.pk}/",
        f"/leads/accounts/{lead.account_id}/",
        f">{lead.account.employees}<",
        SECRET,
        SECRET.lower(),
    ]


def test_no_page_of_an_open_tasting_names_anybody() -> None:
    people()
    tasting = a_tasting()
    for person in (maya(), sam(), sofia()):
        taste_all(tasting, person, "c-software" if person != maya() else "c-pricing")
    taste_all(tasting, mona(), but=1)
    rows = list(TastingLead.objects.select_related("lead__account"))
    taster, finished = signed_in(mona()), signed_in(sam())
    for row in rows:
        for client in (taster, finished):
            page = client.get(f"/leads/tastings/{tasting.pk}/{row.place}/")
            assert page.status_code == 200
            text = page.content.decode() + str(page.headers)
            assert "Head of IT at …" in text  # the sketch is there, with its holes
            for secret in secrets_of(row.lead):
                assert secret not in text, secret
    text = finished.get(f"/leads/tastings/{tasting.pk}/").content.decode()
    assert "What divides them" in text
    for row in rows:
        for secret in secrets_of(row.lead):
            assert secret not in text, secret


def test_what_is_shown_is_in_the_rough() -> None:
    people()
    tasting = a_tasting()
    row = tasting.leads.get(place=1)
    facts = dict(row.sketch["fit"])
    assert facts["Employees"] in ("10 to 49", "50 to 249")
    assert facts["Phone"] == "left a number"
    assert facts["E-mail"] == "a company’s own address"
    assert not {"City", "Company", "Name"} & set(facts)
    looked = [sentence for each in TastingLead.objects.all() for sentence in each.sketch["behaviour"]]
    assert "Page viewed once, last 2 days ago: Pricing for …." in looked
    assert "Nothing in the last 180 days." in looked


def test_nothing_of_the_verdict_is_shown_to_a_taster() -> None:
    """Neither points nor grade, stage, owner or the text's word for it."""
    people()
    tasting = a_tasting()
    text = signed_in(sam()).get(f"/leads/tastings/{tasting.pk}/1/").content.decode()
    for word in ("points", "grade", "qualif", "threshold"):
        assert word not in text.casefold().replace("what both teams agreed a qualified lead is", ""), word


def test_results_wait_until_one_has_tasted_everything() -> None:
    people()
    tasting = a_tasting()
    taste_all(tasting, maya())
    taste_all(tasting, sam(), but=1)
    url = f"/leads/tastings/{tasting.pk}/"
    assert "Within sales" not in signed_in(sam()).get(url).content.decode()
    assert "shows once you have tasted" in signed_in(sam()).get(url).content.decode()
    assert "Within sales" in signed_in(maya()).get(url).content.decode()
    # Who never tastes cannot be swayed.
    assert "Within sales" in signed_in(ada()).get(url).content.decode()
    tasting_close(tasting=tasting, actor=maya())
    assert "Within sales" in signed_in(sam()).get(url).content.decode()


def test_names_come_back_when_it_is_closed() -> None:
    made = people()
    tasting = a_tasting()
    taste_all(tasting, sam())
    tasting_close(tasting=tasting, actor=maya())
    text = signed_in(sam()).get(f"/leads/tastings/{tasting.pk}/").content.decode()
    drawn = set(tasting.leads.values_list("lead_id", flat=True))
    assert all((lead.get_absolute_url() in text) is (lead.pk in drawn) for lead in made)


def test_one_goes_on_where_one_stopped_and_ends_at_the_results() -> None:
    people()
    tasting = a_tasting()
    client = signed_in(sam())
    url = f"/leads/tastings/{tasting.pk}/"
    posted = {"verdict": "take", "reason": "Looked at prices."}
    assert client.post(f"{url}1/", posted)["Location"] == f"{url}2/"
    assert client.post(f"{url}20/", posted)["Location"] == f"{url}2/"  # round to the first that is left
    page = client.get(url).content.decode()
    assert "Go on with lead 2" in page
    assert 'value="Looked at prices."' in client.get(f"{url}2/").content.decode()
    for place in range(2, 20):
        answer = client.post(f"{url}{place}/", {"verdict": "leave", "reason": "Too small."})
    assert answer["Location"] == url
    assert TastingAnswer.objects.filter(person=sam(), takes=True).count() == 2
    late = client.post(f"{url}1/", {"verdict": "leave", "reason": "Changed my mind."})
    assert late.status_code == 409


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"verdict": "take"},
        {"verdict": "perhaps", "reason": "x"},
        {"reason": "x"},
        {"verdict": "take", "reason": " "},
        {"verdict": "take", "reason": "x" * 301},
        {"verdict": "take", "reason": "\0"},
    ],
)
def test_a_form_that_says_too_little_comes_back(posted: dict[str, str]) -> None:
    people()
    tasting = a_tasting()
    assert signed_in(sam()).post(f"/leads/tastings/{tasting.pk}/1/", posted).status_code == 422
    assert not TastingAnswer.objects.exists()


def test_who_may_not_taste_is_told_why() -> None:
    people()
    tasting = a_tasting()
    page = signed_in(olga()).get(f"/leads/tastings/{tasting.pk}/1/")
    assert page.status_code == 403
    assert "people of marketing and of sales" in page.content.decode()
    assert Client().get(f"/leads/tastings/{tasting.pk}/").status_code == 302
    assert signed_in(sam()).get(f"/leads/tastings/{tasting.pk}/21/").status_code == 404
    assert signed_in(sam()).get("/leads/tastings/987654/").status_code == 404


def test_the_list_starts_one_and_counts_who_tasted(django_assert_max_num_queries: Any) -> None:
    people()
    version = a_version()
    client = signed_in(maya())
    answer = client.post(f"/leads/tastings/start/{version.pk}/")
    tasting = Tasting.objects.get()
    assert answer["Location"] == f"/leads/tastings/{tasting.pk}/"
    for person in (maya(), sam()):
        taste_all(tasting, person)
    with django_assert_max_num_queries(12):
        text = client.get("/leads/tastings/").content.decode()
    cells = re.findall(r'<td class="num" data-label="\w+">(\d+)</td>', text)
    assert cells == ["20", "2", "40"]
    assert "Taste against MQL v1" in text
    assert "Taste against" not in signed_in(olga()).get("/leads/tastings/").content.decode()


def test_results_cost_the_same_for_one_taster_as_for_many(django_assert_num_queries: Any) -> None:
    people()
    tasting = a_tasting()
    taste_all(tasting, maya())
    client = signed_in(maya())
    url = f"/leads/tastings/{tasting.pk}/"
    client.get(url)
    with django_assert_num_queries(9):
        client.get(url)
    for person in (sam(), sofia(), mona()):
        taste_all(tasting, person, "c-software")
    with django_assert_num_queries(9):
        client.get(url)


def test_a_draft_that_changed_since_is_told_with_the_fingerprint_of_the_tasting() -> None:
    people()
    draft = draft_create(definition=a_version().definition, actor=maya(), document=a_document())
    tasting = a_tasting(1, draft)
    url = f"/leads/tastings/{tasting.pk}/"
    client = signed_in(ada())
    assert "has changed since" not in client.get(url).content.decode()
    draft.threshold = 60
    draft.save()
    text = client.get(url).content.decode()
    assert "MQL v2 has changed since" in text
    assert tasting.fingerprint[:12] in text


def test_a_draft_that_cannot_be_read_or_too_few_leads_are_told() -> None:
    version = a_version()
    answer = signed_in(maya()).post(f"/leads/tastings/start/{version.pk}/")
    assert answer.status_code == 422
    assert "only 0 leads" in answer.content.decode()
