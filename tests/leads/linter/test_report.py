"""What the linter finds in a draft, with its numbers, and the leads behind each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from definitions.models import Attribute, Criterion, Version
from definitions.services.criteria import criterion_edit
from leads.facts import refresh
from leads.linter.report import Item, report_of
from leads.models import FieldChange, Handoff, Lead, LeadValue, Reason
from leads.scoring.preview import building, looks
from tests.builders import NOW, a_lead, an_account, an_active_version, maya, olga, sam, signed_in
from tests.definitions.drafting import HTMX, a_clause, a_draft
from tests.leads.preview.stories import fresh, some_leads

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def industry(*values: str) -> dict[str, Any]:
    return {"attribute": "account.industry", "is": "one_of", "values": list(values)}


def a_quiet_clause(draft: Version, rule: dict[str, Any], **values: Any) -> Criterion:
    """Owned, dated and worded by its rule: nothing is found but what the leads show."""
    return a_clause(draft, rule=rule, owner=maya(), review_on=NOW.date(), **values)


def a_quiet_draft() -> Version:
    """Its one clause reaches the threshold."""
    draft = a_draft()
    Version.objects.filter(pk=draft.pk).update(threshold=20, grade_bounds=[1, 5, 10, 20])
    return draft


def found(draft: Version, rule: str) -> list[Item]:
    return [item for item in report_of(fresh(draft)).items if item.finding.rule == rule]


def sentences(draft: Version, rule: str) -> list[str]:
    return [item.finding.sentence for item in found(draft, rule)]


def counted(item: Item) -> int:
    """How many leads the list behind a finding has."""
    return signed_in(sam()).get(item.leads_url).context["page"].paginator.count


# -- too broad, dead, redundant ----------------------------------------------------------------------------


def test_a_clause_that_tells_few_apart_is_too_broad() -> None:
    some_leads(software=7, retail=3)
    draft = a_quiet_draft()
    clause = a_quiet_clause(draft, industry("software"))
    broad = found(draft, "broad")
    assert [(item.finding.clause, item.finding.sentence) for item in broad] == [
        ("", "7 of 10 leads (70\u00a0%) would qualify: it tells few apart."),
        (clause.key, "7 of 10 leads (70\u00a0%) meet it: it tells few apart."),
    ]
    assert [counted(item) for item in broad] == [7, 7]
    assert broad[1].url == reverse("definitions:criterion_page", args=[draft.pk, clause.key])
    assert not report_of(fresh(draft)).errors


def test_exactly_three_in_five_are_not_too_broad() -> None:
    some_leads(software=6, retail=4)
    draft = a_quiet_draft()
    a_quiet_clause(draft, industry("software"))
    assert report_of(fresh(draft)).items == []


def test_a_clause_that_nobody_meets_is_dead() -> None:
    some_leads(software=1, retail=1)
    draft = a_quiet_draft()
    a_quiet_clause(draft, industry("mining"))
    assert sentences(draft, "dead") == ["Nobody of 2 leads would qualify.", "Nobody of 2 leads meets it."]


def test_a_clause_that_nobody_can_ever_meet_is_named_once() -> None:
    some_leads(software=1, retail=1)
    draft = a_quiet_draft()
    clause = a_quiet_clause(draft, {"all": [industry("software"), industry("retail")]})
    of_clause = [item for item in report_of(fresh(draft)).items if item.finding.clause == clause.key]
    assert [item.finding.rule for item in of_clause] == ["contradictory"]


def test_clauses_that_the_same_leads_meet_are_redundant() -> None:
    some_leads(software=3, retail=7)
    draft = a_quiet_draft()
    first = a_quiet_clause(draft, industry("software"))
    second = a_quiet_clause(draft, industry("software", "mining"), wording="Makers")
    redundant = found(draft, "redundant")
    assert [(item.finding.clause, item.finding.sentence) for item in redundant] == [
        (second.key, f"The same 3 leads meet it and “{first.wording}”.")
    ]
    assert counted(redundant[0]) == 3


def test_clauses_that_nearly_the_same_leads_meet_say_the_share() -> None:
    some_leads(software=20, retail=20)
    lone = an_account(industry="Mining")
    a_lead(account=lone)
    draft = a_quiet_draft()
    first = a_quiet_clause(draft, industry("software"))
    a_quiet_clause(draft, industry("software", "mining"))
    redundant = found(draft, "redundant")
    assert [item.finding.sentence for item in redundant] == [
        f"Of the 21 leads that meet it or “{first.wording}”, 20 meet both (95\u00a0%)."
    ]
    assert counted(redundant[0]) == 20
    # One more that meets the second alone, and they are two clauses.
    a_lead(account=lone)
    assert found(draft, "redundant") == []


# -- fields ------------------------------------------------------------------------------------------------


def test_a_field_that_is_mostly_unknown_is_named_with_its_leads() -> None:
    software = an_account(industry="Software")
    for _number in range(2):
        a_lead(account=software)
    for _number in range(3):
        a_lead()
    draft = a_quiet_draft()
    clause = a_quiet_clause(
        draft, {"any": [industry("software"), {"attribute": "lead.has_phone", "is": "yes"}]}
    )
    unknown = found(draft, "unknown")
    assert [(item.finding.clause, item.finding.sentence) for item in unknown] == [
        (clause.key, "“Industry” is unknown of 3 of 5 leads (60\u00a0%).")
    ]
    assert counted(unknown[0]) == 3


def test_half_known_is_not_mostly_unknown_and_asking_whether_is_no_fault() -> None:
    software = an_account(industry="Software")
    for _number in range(2):
        a_lead(account=software)
    a_lead()
    draft = a_quiet_draft()
    a_quiet_clause(draft, industry("software"))
    a_quiet_clause(draft, {"attribute": "lead.job_title", "is": "unknown"})
    assert found(draft, "unknown") == []


def handed_over(number: int) -> list[Lead]:
    leads = [a_lead(role="Buyer") for _number in range(number)]
    Handoff.objects.bulk_create(
        Handoff(
            lead=lead,
            version=an_active_version() if not Version.objects.exists() else Version.objects.earliest("pk"),
            points=100,
            grade=5,
            receipt={},
            status="returned",
            reason=_reason(),
            offered_at=NOW - timedelta(days=10),
            due_at=NOW,
            ended_at=NOW,
        )
        for lead in leads
    )
    return leads


def _reason() -> Any:
    return Reason.objects.first()


def was_filled_in(lead: Lead, days_ago: int, *, field: str = "role", before: str = "") -> None:
    FieldChange.objects.create(
        lead=lead, field=field, before=before, after="Buyer", changed_at=NOW - timedelta(days=days_ago)
    )


ROLE = {"attribute": "lead.role", "is": "one_of", "values": ["Buyer"]}


def test_a_field_filled_in_only_after_the_handoff_is_a_leak() -> None:
    leads = handed_over(30)
    for lead in leads[:20]:
        was_filled_in(lead, days_ago=3)
    draft = a_quiet_draft()
    clause = a_quiet_clause(draft, ROLE)
    late = found(draft, "late")
    assert [(item.finding.clause, item.finding.severity, item.finding.sentence) for item in late] == [
        (
            clause.key,
            "warning",
            "“Role” was filled in only after the handoff for 20 of the 30 leads handed over of which it is "
            "known: it may say what sales found out.",
        )
    ]
    page = signed_in(sam()).get(late[0].leads_url)
    assert {lead.pk for lead in page.context["page"].object_list} == {lead.pk for lead in leads[:20]}


NO_LEAKS = [
    ("filled in before the handoff", {"days_ago": 11}),
    ("changed, not filled in", {"days_ago": 3, "before": "Clerk"}),
    ("another field", {"days_ago": 3, "field": "seniority"}),
]


@pytest.mark.parametrize(("case", "change"), NO_LEAKS)
def test_what_was_known_at_the_handoff_is_no_leak(case: str, change: dict[str, Any]) -> None:
    for lead in handed_over(30):
        was_filled_in(lead, **change)
    draft = a_quiet_draft()
    a_quiet_clause(draft, ROLE)
    assert found(draft, "late") == []


def test_a_few_are_no_leak() -> None:
    for lead in handed_over(19):
        was_filled_in(lead, days_ago=3)
    draft = a_quiet_draft()
    a_quiet_clause(draft, ROLE)
    assert found(draft, "late") == []


def test_a_field_known_before_and_changed_after_was_known() -> None:
    for lead in handed_over(30):
        was_filled_in(lead, days_ago=11)
        # Emptied and filled in again afterwards: the first change after the handoff tells.
        was_filled_in(lead, days_ago=3, before="Clerk")
        was_filled_in(lead, days_ago=2)
    draft = a_quiet_draft()
    a_quiet_clause(draft, ROLE)
    assert found(draft, "late") == []


def test_an_attribute_of_the_workspaces_own_leaks_as_well() -> None:
    attribute = Attribute.objects.create(key="budget", label="Budget", holder="lead", value_type="choice")
    for lead in handed_over(25):
        LeadValue.objects.create(lead=lead, attribute=attribute, text="Yes", text_key="yes")
        was_filled_in(lead, days_ago=3, field="budget")
        refresh([lead.pk])
    draft = a_quiet_draft()
    a_quiet_clause(draft, {"attribute": "custom.budget", "is": "one_of", "values": ["Yes"]})
    assert [sentence[:8] for sentence in sentences(draft, "late")] == ["“Budget”"]


# -- the page ----------------------------------------------------------------------------------------------


def test_the_part_is_refreshed_when_the_draft_changes_and_marks_its_clauses() -> None:
    some_leads(software=7, retail=3)
    draft = a_quiet_draft()
    clause = a_quiet_clause(draft, industry("software"))
    address = reverse("leads:draft_lints", args=[draft.pk])
    part = signed_in(olga()).get(address, **HTMX).text
    assert 'hx-trigger="accord:draft-changed from:body delay:300ms"' in part
    assert f'data-lint-of="{clause.key}"' in part
    assert "2 things are worth a look." in part
    assert "<html" not in part
    page = signed_in(olga()).get(address).text
    assert "<html" in page
    assert "meet it: it tells few apart" in page
    criterion_edit(
        criterion=clause, actor=maya(), edit_number=clause.edit_number, rule=industry("retail"), wording=""
    )
    assert "Nothing found." in signed_in(olga()).get(address, **HTMX).text


def test_the_editor_has_a_place_for_it_and_beside_each_clause() -> None:
    draft = a_quiet_draft()
    clause = a_quiet_clause(draft, industry("software"))
    page = signed_in(sam()).get(reverse("definitions:draft_editor", args=[draft.pk])).text
    address = reverse("leads:draft_lints", args=[draft.pk])
    assert f'hx-get="{address}"' in page
    assert f'<a href="{address}">Look for weak spots</a>' in page
    assert f'data-lints-of="{clause.key}"' in page


def test_errors_come_first_and_lead_to_where_they_are_mended() -> None:
    some_leads(software=1, retail=1)
    draft = a_quiet_draft()
    Version.objects.filter(pk=draft.pk).update(threshold=21)
    a_clause(draft, rule=industry("software"))
    report = report_of(fresh(draft))
    assert [item.finding.rule for item in report.errors] == ["unreachable"]
    assert report.items[0] == report.errors[0]
    part = signed_in(sam()).get(reverse("leads:draft_lints", args=[draft.pk]), **HTMX).text
    assert "One error keeps it from the vote." in part
    assert f'href="{reverse("definitions:draft_settings", args=[draft.pk])}"' in part


def test_a_draft_that_cannot_be_read_says_what_is_missing() -> None:
    draft = a_draft()
    draft.groups = [{"key": "a", "label": "A", "cap": -1}]
    draft.save()
    part = signed_in(sam()).get(reverse("leads:draft_lints", args=[draft.pk]), **HTMX).text
    assert "The cap of group “a”" in part


def test_without_leads_only_the_text_is_judged() -> None:
    draft = a_quiet_draft()
    a_clause(draft, rule=industry("software"))
    assert {item.finding.rule for item in report_of(fresh(draft)).items} == {"unowned", "undated"}


def test_what_only_a_worker_can_tell_is_owed_and_told_when_it_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(looks, "FEW_LEADS", -1)
    monkeypatch.setattr(looks, "SOME_LEADS", 4)
    monkeypatch.setattr(looks, "FEW_COLUMNS", 0)
    some_leads(software=1, retail=1)
    for _number in range(3):
        a_lead()
    draft = a_quiet_draft()
    a_clause(draft, rule=industry("software"))
    address = reverse("leads:draft_lints", args=[draft.pk])
    waiting = signed_in(sam()).get(address, **HTMX).text
    assert "every 3s" in waiting
    assert "is being looked up" in waiting
    # What the text shows needs no lead.
    assert "Nobody owns it" in waiting
    building.work_wishes(lambda: True)
    told = signed_in(sam()).get(address, **HTMX).text
    assert "every 3s" not in told
    assert "“Industry” is unknown of 3 of 5 leads" in told


def test_the_time_of_a_look_does_not_depend_on_the_number_of_handoffs(
    django_assert_max_num_queries: Any,
) -> None:
    for lead in handed_over(40):
        was_filled_in(lead, days_ago=3)
    draft = a_quiet_draft()
    a_quiet_clause(draft, ROLE)
    client, address = signed_in(sam()), reverse("leads:draft_lints", args=[draft.pk])
    client.get(address, **HTMX)
    with django_assert_max_num_queries(22):
        assert re.search("Role.*after the handoff", client.get(address, **HTMX).text)
