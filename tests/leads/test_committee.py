"""The buying committee: who of the personas is among an account's people, and who is missing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from definitions.models import Attribute, Persona
from leads.facts import refresh
from leads.models import Account, Lead, LeadValue
from leads.selectors.committee import committee_of
from tests.builders import a_lead, a_version, an_account, maya

pytestmark = pytest.mark.django_db

HEAD = {"attribute": "lead.job_title", "is": "contains_word", "values": ["head"]}


def a_persona(key: str, rule: dict[str, Any], **values: Any) -> Persona:
    return Persona.objects.create(key=key, name=key.capitalize(), rule=rule, **values)


def personas() -> None:
    a_persona("boss", HEAD, role="Decides")
    a_persona("phoner", {"attribute": "lead.has_phone", "is": "yes"}, role="Is called")
    a_persona("banker", {"attribute": "account.industry", "is": "one_of", "values": ["Banking"]}, role="Pays")


def seats(account: Account) -> dict[str, tuple[int, list[str]]]:
    return {
        seat.persona.key: (seat.count, [lead.first_name for lead in seat.people])
        for seat in committee_of(account).seats
    }


def test_each_persona_is_covered_by_those_who_fit_its_rule() -> None:
    personas()
    account, other = an_account(industry="Software"), an_account(industry="Banking")
    a_lead(account=account, first_name="Ines", job_title="Head of IT", phone="+49 1")
    a_lead(account=account, first_name="Otto", job_title="Clerk", phone="+49 2")
    a_lead(account=other, first_name="Else", job_title="Head of Money")
    assert seats(account) == {"banker": (0, []), "boss": (1, ["Ines"]), "phoner": (2, ["Ines", "Otto"])}
    assert seats(other) == {"banker": (1, ["Else"]), "boss": (1, ["Else"]), "phoner": (0, [])}
    committee = committee_of(account)
    assert [seat.persona.key for seat in committee.covered] == ["boss", "phoner"]
    assert [seat.persona.key for seat in committee.missing] == ["banker"]
    assert [each.key for each in committee.fitted_by(Lead.objects.get(first_name="Otto"))] == ["phoner"]


def test_people_merged_into_others_and_retired_personas_do_not_sit() -> None:
    personas()
    account = an_account()
    first, second = a_lead(account=account, job_title="Head"), a_lead(account=account, job_title="Head")
    assert seats(account)["boss"][0] == 2
    Lead.objects.filter(pk=first.pk).update(merged_into=second)
    refresh([first.pk])
    Persona.objects.filter(key="banker").update(retired_at="2026-01-01T00:00Z")
    assert seats(account) == {"boss": (1, [second.first_name]), "phoner": (0, [])}


def test_a_rule_over_an_own_attribute_and_one_that_cannot_be_read() -> None:
    attribute = Attribute.objects.create(key="seat", label="Seat", value_type="choice")
    rule = {"attribute": "custom.seat", "is": "one_of", "values": ["Window"]}
    a_persona("sitter", rule)
    a_persona("broken", {"attribute": "custom.gone", "is": "yes"})
    account = an_account()
    lead = a_lead(account=account)
    LeadValue.objects.create(lead=lead, attribute=attribute, text="Window", text_key="window")
    assert seats(account)["sitter"][0] == 1
    committee = committee_of(account)
    assert committee.missing == []  # nobody can say whether the broken one is there
    page = _page(account.get_absolute_url())
    assert "can no longer be read" in page


def test_more_personas_ask_no_more_queries() -> None:
    account = an_account()
    a_lead(account=account)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            committee_of(account)
        return len(queries)

    a_persona("one", HEAD)
    few = count()
    for number in range(60):
        a_persona(f"more{number}", HEAD)
    assert count() == few


def _page(address: str) -> str:
    client = Client()
    client.force_login(maya())
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_account_says_who_is_missing_and_a_lead_says_it_in_a_line() -> None:
    a_version()
    personas()
    account = an_account(industry="Software")
    lead = a_lead(account=account, first_name="Ines", job_title="Head of IT", phone="+49 1")
    page = _page(account.get_absolute_url())
    assert "2 of 3 roles covered" in page
    assert page.count("status-warn") == 1
    assert "Decides" in page
    page = " ".join(_page(lead.get_absolute_url()).split())
    assert "Fits Boss, Phoner." in page
    assert "2 of 3 roles of the buying committee are covered here; missing: Banker." in page


def test_without_personas_the_page_says_what_to_do() -> None:
    account = an_account()
    lead = a_lead(account=account)
    assert "No persona is described yet" in _page(account.get_absolute_url())
    assert "buying committee" not in _page(lead.get_absolute_url())


def test_a_persona_lists_the_clauses_that_serve_it_or_ask_for_it() -> None:
    from_document = {
        "key": "c-boss",
        "half": "fit",
        "wording": "Fits the persona Boss",
        "rule": {"any": [{"persona": "boss"}, HEAD]},
        "effect": {"kind": "points", "points": 50, "count": "once"},
    }
    personas()
    document = {**a_version().document, "personas": {"boss": {"name": "Boss", "rule": HEAD}}}  # type: ignore[dict-item]
    document["criteria"] = [
        {**document["criteria"][0], "personas": ["phoner"], "wording": "Works in software"},
        {**document["criteria"][0], **from_document, "personas": []},
    ]
    a_version(document, status="proposed")
    page = _page("/definitions/personas/")
    assert page.count("Works in software") == 1
    assert page.count("Fits the persona Boss") == 1
    assert page.count("No clause names it.") == 1
