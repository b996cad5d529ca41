"""Leads by the words that people remember, and by segment."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse

from definitions.models import Version
from leads.facts import refresh
from leads.invariants import breaches
from leads.models import Lead, LeadWords
from leads.words import words_match
from tests.builders import a_lead, an_account, sam, signed_in
from tests.leads.queue.stories import offers, shown


@pytest.mark.parametrize(
    ("sought", "is_found"),
    [
        pytest.param("Zoë", True, id="first name"),
        pytest.param("zoë MÜLLER", True, id="both names, whatever the case"),
        pytest.param("ller", True, id="the end of a name"),
        pytest.param("müller gears", True, id="name and account"),
        pytest.param("@acme.ex", True, id="part of the e-mail"),
        pytest.param("STRASSE", True, id="company, folded"),
        pytest.param("zo", True, id="two letters that begin a word"),
        pytest.param("le", False, id="two letters within a word"),
        pytest.param("müller nobody", False, id="one word that is not there"),
        pytest.param("%", False, id="no pattern"),
        pytest.param("_ü", False, id="no pattern either"),
        pytest.param("  ", True, id="nothing sought"),
    ],
)
def test_words_are_found_in_name_email_company_and_account(db: None, sought: str, is_found: bool) -> None:
    lead = a_lead(
        first_name="Zoë",
        last_name="Müller",
        email="z@acme.example",
        company="Hauptstraße AG",
        account=an_account(name="Nordic Gears"),
    )
    assert list(Lead.objects.filter(words_match(sought))) == ([lead] if is_found else [])


@pytest.mark.servers
def test_the_database_keeps_enough_texts_to_tell_a_rare_word_from_a_common_one(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attstattarget FROM pg_attribute "
            "WHERE attrelid = 'leads_leadwords'::regclass AND attname = 'text'"
        )
        assert cursor.fetchone() == (1000,)


def test_words_follow_the_lead_and_go_with_a_merged_one(db: None) -> None:
    account = an_account(name="Nordic Gears")
    lead, other = a_lead(account=account), a_lead(account=account)
    account.name = "Southern Bearings"
    account.save()
    Lead.objects.filter(pk=other.pk).update(merged_into=lead)
    refresh([lead.pk, other.pk])
    assert list(Lead.objects.filter(words_match("bearings"))) == [lead]
    assert not Lead.objects.filter(words_match("gears")).exists()
    assert list(LeadWords.objects.values_list("lead", flat=True)) == [lead.pk]


def test_leads_without_their_words_are_a_breach(db: None) -> None:
    lead = a_lead()
    assert breaches() == []
    LeadWords.objects.all().delete()
    assert breaches() == [f"Leads without the words by which they are found: 1 ({lead.pk})"]


def test_a_segment_is_what_the_company_is_and_where_the_lead_came_from(version: Version) -> None:
    fjord = an_account(industry="Software", name="Fjord", employee_band="51-200", country="Norway")
    (ours,) = offers(version, 1, account=fjord, lead_source="Webinar", channel="Paid Search")
    (other,) = offers(version, 1, account=an_account(industry="Software", country="Spain"), country="France")
    for name, value in (
        ("source", "webinar"),
        ("channel", "paid  search"),
        ("size", "51-200"),
        ("country", "NORWAY"),
    ):
        assert shown(sam(), **{name: value}) == [ours.pk], name
    assert shown(sam(), country="France") == [other.pk], "the lead's own country goes before the account's"
    assert sorted(shown(sam(), industry="software")) == [ours.pk, other.pk]
    assert shown(sam(), industry="Software", country="Spain") == []


def test_the_segments_to_choose_are_those_of_the_offered_leads(version: Version) -> None:
    a_lead(account=an_account(industry="Retail"))
    offers(version, 1, lead_source="Webinar", account=an_account(industry="Software", country="Norway"))
    address = reverse("leads:queue_segment")
    html = signed_in(sam()).get(address, {"country": "Atlantis"}).content.decode()
    for value in ("Webinar", "Software", "Norway", "Atlantis"):
        assert f'<option value="{value}"' in html
    assert "Retail" not in html
    # Without a script the same stands on the page itself, and else nobody asks for it.
    assert (
        "Norway</option>" in signed_in(sam()).get(reverse("leads:queue"), {"segment": "1"}).content.decode()
    )
    folded = signed_in(sam()).get(reverse("leads:queue"), {"country": "Norway"}).content.decode()
    assert '<input type="hidden" name="country" value="Norway">' in folded
