"""Accounts are known by id, domain or name; a change of an account reaches the leads that work for it."""

from pathlib import Path

import pytest

from leads.models import Account, AccountValue, LeadFit, TouchedLead
from tests.builders import a_lead
from tests.leads.intake.bringing import bring, counts, reasons

pytestmark = pytest.mark.django_db
ACCOUNTS = """id,name,website,industry,number_of_employees,type,tier
1,Werft,https://www.werft.example/,Ships,"1,200",Customer,A
2,Navy,navy.example,Defence,,Prospect,B
"""


def test_accounts_come_in_once(tmp_path: Path) -> None:
    assert counts(bring(tmp_path, ACCOUNTS, "accounts", columns={"type": "kind"})) == (2, 0, 0, 0, 0)
    werft = Account.objects.get(external_id="1")
    assert (werft.domain, werft.employees, werft.kind) == ("werft.example", 1200, "customer")
    assert AccountValue.objects.count() == 2
    assert counts(bring(tmp_path, ACCOUNTS, "accounts")) == (0, 0, 2, 0, 0)


def test_a_changed_account_refreshes_its_leads(tmp_path: Path) -> None:
    bring(tmp_path, ACCOUNTS, "accounts")
    lead = a_lead(account=Account.objects.get(external_id="1"))
    TouchedLead.objects.all().delete()
    assert counts(bring(tmp_path, ACCOUNTS.replace("Ships", "Yachts"), "accounts")) == (0, 1, 1, 0, 0)
    assert LeadFit.objects.get(lead=lead).industry_key == "yachts"
    assert list(TouchedLead.objects.values_list("lead", flat=True)) == [lead.pk]


def test_an_account_met_by_name_gets_the_id(tmp_path: Path) -> None:
    bring(tmp_path, "id,email,company\n7,ada@gmail.com,werft\n", "leads")
    assert counts(bring(tmp_path, ACCOUNTS, "accounts")) == (1, 1, 0, 0, 0)
    assert Account.objects.get(external_id="1").leads.count() == 1


def test_equal_names_with_different_ids_are_different_accounts(tmp_path: Path) -> None:
    assert counts(bring(tmp_path, "id,name\n1,Blue\n2,Blue\n", "accounts")) == (2, 0, 0, 0, 0)


def test_deleted_ones_are_rejected_with_the_reason(tmp_path: Path) -> None:
    batch = bring(tmp_path, "id,name,is_deleted\n1,Werft,true\n2,Navy,FALSE\n", "accounts")
    assert counts(batch) == (1, 0, 0, 0, 1)
    assert reasons(batch) == [(2, "is_deleted", "The source says that this one was deleted.")]
