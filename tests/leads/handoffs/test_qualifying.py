"""Sales-qualified: by the facts, by the rep's own checks, or against the definition with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from definitions.models import Version
from leads import invariants
from leads.handoffs import services
from leads.handoffs.qualifying import (
    handoff_qualify,
    sales_answer,
    sales_check_add,
    sales_check_remove,
)
from leads.handoffs.undoing import handoff_undo
from leads.models import Handoff, Lead, SalesCheck, SalesQualification
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry
from tests.builders import NOW, a_criterion, a_document, an_active_version, maya, rita, sam, signed_in, sofia
from tests.leads.handoffs.stories import PRICING, an_offer

BUDGET = a_criterion(
    "c-budget",
    {"attribute": "lead.department", "is": "one_of", "values": ["budget holder"]},
    {"kind": "required"},
    wording="The budget is confirmed",
)
SIZE = a_criterion("c-size", {"attribute": "account.employees", "is": "at_least", "value": 50})
STUDENT = a_criterion(
    "c-student",
    {"attribute": "lead.department", "is": "one_of", "values": ["student"]},
    {"kind": "disqualifies"},
)


@pytest.fixture
def sales_version(version: Version) -> Version:
    """The budget is required; size 50, pricing 50, threshold 100."""
    return an_active_version(a_document(BUDGET, SIZE, PRICING, STUDENT, stage="sql"))


def an_accepted(version: Version) -> Handoff:
    return services.handoff_accept(handoff=an_offer(version), actor=sam())


def _counts() -> tuple[int, ...]:
    return (SalesCheck.objects.count(), SalesQualification.objects.count(), AuditEntry.objects.count())


def test_facts_and_checks_qualify_together(version: Version, sales_version: Version) -> None:
    handoff = an_accepted(version)
    answer = sales_answer(handoff)
    assert answer is not None
    # What it did the activities say, and what would rule it out is nothing to check.
    assert answer.open_keys == {"c-budget", "c-size"}
    assert (answer.receipt["points"], answer.is_met) == (50, False)
    for key in ("c-budget", "c-size"):
        sales_check_add(handoff=handoff, actor=sam(), key=key)
    answer = sales_answer(handoff)
    assert answer is not None
    assert (answer.receipt["points"], answer.is_met, answer.by_facts["points"]) == (100, True, 50)
    assert [check.checked_at for _key, _wording, check in answer.questions if check] == [NOW, NOW]
    handoff = handoff_qualify(handoff=handoff, actor=sam())
    kept = SalesQualification.objects.get(handoff=handoff)
    assert (kept.version, kept.is_met, kept.reason) == (sales_version, True, "")
    assert kept.receipt["points"] == 100
    assert [line["note"] for line in kept.receipt["lines"] if line["key"] == "c-size"] == [
        "checked by Sam Okafor"
    ]
    assert Lead.objects.get().stage == "sales_qualified"
    assert invariants.breaches() == []


def test_going_on_although_the_definition_says_no(version: Version, sales_version: Version) -> None:
    handoff = an_accepted(version)
    before = _counts()
    with pytest.raises(Invalid, match=r"a required clause is not met: The budget is confirmed\. Say why"):
        handoff_qualify(handoff=handoff, actor=sam(), note="  ")
    assert (_counts(), Lead.objects.get().stage) == (before, "sal")
    handoff_qualify(handoff=handoff, actor=sam(), note="Their director called me.")
    kept = SalesQualification.objects.get()
    assert (kept.is_met, kept.reason) == (False, "Their director called me.")
    html = signed_in(maya()).get(handoff.get_absolute_url()).content.decode()
    for words in (
        "Sam Okafor went on although the definition said no",
        "Their director called me.",
        "SQL v1",
    ):
        assert words in html


def test_a_check_is_kept_once_and_can_be_taken_back(version: Version, sales_version: Version) -> None:
    handoff = an_accepted(version)
    first = sales_check_add(handoff=handoff, actor=sam(), key="c-budget")
    assert sales_check_add(handoff=handoff, actor=rita(), key="c-budget") == first
    sales_check_remove(handoff=handoff, actor=sam(), key="c-budget")
    sales_check_remove(handoff=handoff, actor=sam(), key="c-budget")
    verbs = AuditEntry.objects.filter(verb__startswith="sales_check").values_list("verb", flat=True)
    assert sorted(verbs) == ["sales_check.added", "sales_check.removed"]
    assert SalesCheck.objects.count() == 0


@pytest.mark.parametrize("key", ["c-pricing", "c-student", "c-nowhere"])
def test_what_is_not_the_reps_to_check(version: Version, sales_version: Version, key: str) -> None:
    handoff = an_accepted(version)
    before = _counts()
    with pytest.raises(Invalid, match="not for you to check"):
        sales_check_add(handoff=handoff, actor=sam(), key=key)
    assert _counts() == before


def test_only_whoever_works_the_lead_checks(version: Version, sales_version: Version) -> None:
    handoff = an_accepted(version)
    before = _counts()
    for person in (sofia(), maya()):
        with pytest.raises(Refused):
            sales_check_add(handoff=handoff, actor=person, key="c-budget")
    assert _counts() == before


def test_a_checked_lead_is_not_given_back_by_undo(version: Version, sales_version: Version) -> None:
    handoff = an_accepted(version)
    sales_check_add(handoff=handoff, actor=sam(), key="c-budget")
    with pytest.raises(Conflict, match="since, so the lead stays with you"):
        handoff_undo(handoff=handoff, actor=sam())


def test_without_a_definition_it_is_the_reps_judgement(version: Version) -> None:
    handoff = an_accepted(version)
    page = signed_in(sam()).get(reverse("leads:handoff_qualify", args=[handoff.pk])).content.decode()
    assert "this is your judgement alone" in page
    handoff_qualify(handoff=handoff, actor=sam())
    assert SalesQualification.objects.count() == 0
    assert signed_in(sam()).get(handoff.get_absolute_url()).status_code == 200


def test_the_page(version: Version, sales_version: Version, django_assert_max_num_queries: Any) -> None:
    handoff, client = an_accepted(version), signed_in(sam())
    url = reverse("leads:handoff_qualify", args=[handoff.pk])
    with django_assert_max_num_queries(40):
        html = client.get(url).content.decode()
    assert "So far the definition says no" in html
    add = reverse("leads:sales_check_add", args=[handoff.pk, "c-budget"])
    assert f'action="{add}"' in html
    assert client.post(add, follow=True).status_code == 200
    assert client.post(reverse("leads:sales_check_add", args=[handoff.pk, "c-student"])).status_code == 422
    remove = reverse("leads:sales_check_remove", args=[handoff.pk, "c-budget"])
    assert f'action="{remove}"' in client.get(url).content.decode()
    response = client.post(url, {"note": ""})
    assert response.status_code == 422
    assert "Say why you make it sales-qualified all the same." in response.content.decode()
    assert client.post(url, {"note": "I know them."}).status_code == 302
    assert "Only an accepted lead can become sales-qualified." in client.get(url).content.decode()
    assert "Sam Okafor works this lead" in signed_in(sofia()).get(url).content.decode()
    assert signed_in(sofia()).post(url, {"note": "Mine."}).status_code == 403
