"""What scoring reads of a lead is what the lead and its account say."""

import pytest

from leads.facts import mark_touched, refresh
from leads.models import Lead, LeadFit, TouchedLead
from tests.builders import a_lead, an_account

pytestmark = pytest.mark.django_db


def test_a_fit_row_holds_lead_and_account_in_matching_form() -> None:
    account = an_account(name="Große  Werft GmbH", industry="Ship Building", country="Germany", employees=120)
    lead = a_lead(account=account, job_title="Head of Sales & Ops", country="", phone="+49 40 1234")
    fit = LeadFit.objects.get(lead=lead)
    assert fit.company_key == "grosse werft gmbh"
    assert fit.company_words == " grosse werft gmbh "
    assert fit.job_title_key == "head of sales & ops"
    assert fit.job_title_words == " head of sales ops "
    assert (fit.industry_key, fit.country_key, fit.employees) == ("ship building", "germany", 120)
    assert fit.account_kind == "prospect"
    assert fit.captured_at == lead.captured_at
    assert fit.has_phone
    assert fit.role_key is None


@pytest.mark.parametrize(
    ("email", "domain", "is_free", "is_disposable"),
    [
        ("Ada@Example.COM", "example.com", False, False),
        ("ada@gmail.com", "gmail.com", True, False),
        ("ada@eu.yopmail.com", "eu.yopmail.com", False, True),
        ("fcb67ef339b691956cc85fa12be6490c", None, None, None),
    ],
)
def test_the_domain_of_the_address(
    email: str, domain: str | None, is_free: bool | None, is_disposable: bool | None
) -> None:
    fit = LeadFit.objects.get(lead=a_lead(email=email))
    assert (fit.email_domain, fit.is_free_email, fit.is_disposable_email) == (domain, is_free, is_disposable)


@pytest.mark.parametrize(
    ("website", "has_one"),
    [("https://www.werft.example/about", True), ("gmail.com", False), ("none", False), ("", False)],
)
def test_a_business_website_is_one_of_its_own(website: str, has_one: bool) -> None:
    assert LeadFit.objects.get(lead=a_lead(website=website)).has_business_website is has_one


def test_refreshing_again_follows_the_facts_and_renews_the_mark() -> None:
    lead = a_lead(job_title="Clerk")
    before = TouchedLead.objects.get(lead=lead)
    Lead.objects.filter(pk=lead.pk).update(job_title="Director")
    refresh([lead.pk])
    after = TouchedLead.objects.get(lead=lead)
    assert LeadFit.objects.get(lead=lead).job_title_key == "director"
    assert after.stamp != before.stamp
    assert after.marked_at == before.marked_at


def test_a_parked_mark_is_tried_again_when_the_lead_changes() -> None:
    lead = a_lead()
    TouchedLead.objects.filter(lead=lead).update(parked_at=lead.captured_at, attempts=5, error="Broken.")
    mark_touched([lead.pk])
    mark = TouchedLead.objects.get(lead=lead)
    assert (mark.parked_at, mark.attempts, mark.error) == (None, 0, "")


def test_a_merged_lead_has_no_fit_row() -> None:
    stays, goes = a_lead(), a_lead()
    Lead.objects.filter(pk=goes.pk).update(merged_into=stays)
    refresh([goes.pk, stays.pk])
    assert set(LeadFit.objects.values_list("lead_id", flat=True)) == {stays.pk}


def test_text_that_casefolding_lengthens_is_cut_to_the_column() -> None:
    fit = LeadFit.objects.get(lead=a_lead(job_title="ß" * 250))
    assert fit.job_title_key == "s" * 250
    assert fit.job_title_words is None or len(fit.job_title_words) <= 260
