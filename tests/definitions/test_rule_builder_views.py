"""The rule builder through its door: every condition type, with and without scripts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse

from definitions.models import Criterion, Persona
from tests.builders import maya, signed_in
from tests.definitions.drafting import HTMX, SOFTWARE, a_clause, a_draft, posted

pytestmark = pytest.mark.django_db


def test_without_scripts_a_rule_is_built_by_reposting() -> None:
    draft = a_draft()
    client, address = signed_in(maya()), f"/definitions/drafts/{draft.pk}/criteria/new/"
    page = client.post(address, posted(do="add", add_type="activity", points="35"))
    text = page.content.decode()
    assert page.status_code == 200
    assert 'name="r1-kind"' in text
    assert 'value="35"' in text  # nothing typed is lost
    changed = client.post(address, posted(do="refresh", **{"r0-field": "lead.captured_on"})).content.decode()
    assert 'value="before" selected' in changed
    assert 'type="date"' in changed
    dropped = client.post(address, posted(do="drop-0")).content.decode()
    assert "No condition yet" in dropped
    assert not draft.criteria.exists()


RULES: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({}, SOFTWARE),
    (
        {"r0-field": "account.employees", "r0-is": "between", "r0-value": "50", "r0-value_to": "500"},
        {"attribute": "account.employees", "is": "between", "values": [50, 500]},
    ),
    (
        {"r0-field": "lead.captured_on", "r0-is": "after", "r0-value": "2026-01-31"},
        {"attribute": "lead.captured_on", "is": "after", "value": "2026-01-31"},
    ),
    ({"r0-field": "lead.has_phone", "r0-is": "yes"}, {"attribute": "lead.has_phone", "is": "yes"}),
    (
        {
            "r0-type": "activity",
            "r0-kind": "page_viewed",
            "r0-number": "2",
            "r0-within_days": "30",
            "r0-w0_on": "subject",
            "r0-w0_values": "pricing\nplans",
            "r0-w1_on": "property",
            "r0-w1_property": "device",
            "r0-w1_values": "phone",
        },
        {
            "activity": "page_viewed",
            "where": [
                {"on": "subject", "is": "contains_word", "values": ["pricing", "plans"]},
                {"on": "property", "is": "one_of", "property": "device", "values": ["phone"]},
            ],
            "within_days": 30,
            "at_least": 2,
        },
    ),
    (
        {
            "r0-type": "activity",
            "r0-kind": "session",
            "r0-count": "within_any_hours",
            "r0-number": "3",
            "r0-hours": "24",
        },
        {"activity": "session", "at_least": 3, "within_any_hours": 24},
    ),
    (
        {"r0-type": "activity", "r0-kind": "session", "r0-count": "total_seconds", "r0-number": "300"},
        {"activity": "session", "total_seconds": 300},
    ),
    (
        {"r0-type": "activity", "r0-kind": "any", "r0-count": "different_subjects", "r0-number": "3"},
        {"activity": "any", "different_subjects": 3},
    ),
    (
        {"r0-type": "silence", "r0-silence_days": "60", "r0-kind": "any"},
        {"silence_days": 60, "activity": "any"},
    ),
    ({"r0-type": "persona", "r0-persona": "boss"}, {"persona": "boss"}),
    (
        {
            "r0-type": "account_people",
            "r0-people": "2",
            "r0-meet_type": "activity",
            "r0-kind": "any",
            "r0-number": "1",
        },
        {"account_people": 2, "meet": {"activity": "any", "at_least": 1}},
    ),
    (
        {"r0-type": "account_roles", "r0-roles": "IT\nBuyer", "r0-roles_at_least": "2"},
        {"account_roles": ["IT", "Buyer"], "at_least": 2},
    ),
    ({"join": "none"}, {"none": [SOFTWARE]}),
    (
        {"join": "any", "r1-type": "attribute", "r1-field": "lead.has_phone", "r1-is": "no"},
        {"any": [SOFTWARE, {"attribute": "lead.has_phone", "is": "no"}]},
    ),
]


@pytest.mark.parametrize(("values", "rule"), RULES, ids=[json.dumps(rule)[:40] for _values, rule in RULES])
def test_every_kind_of_condition_is_written_and_opened_again(
    values: dict[str, str], rule: dict[str, Any]
) -> None:
    Persona.objects.create(key="boss", name="Boss", rule={"attribute": "lead.has_phone", "is": "yes"})
    draft = a_draft()
    client, address = signed_in(maya()), f"/definitions/drafts/{draft.pk}/criteria/new/"
    answer = client.post(address, posted(**values))
    assert answer.status_code == 302, answer.content.decode()
    clause = draft.criteria.get()
    assert clause.rule == rule
    assert clause.wording
    page = client.get(f"/definitions/drafts/{draft.pk}/criteria/{clause.key}/")
    assert page.context["desk"].builder.rule() == rule
    assert page.context["desk"].form.initial["auto_wording"]


def test_points_each_time_with_a_limit_and_fading() -> None:
    draft = a_draft()
    activity = {"r0-type": "activity", "r0-kind": "session", "r0-number": "1"}
    effect = {"count": "each", "points": "4", "times": "3", "per_days": "30", "fade_days": "60"}
    signed_in(maya()).post(f"/definitions/drafts/{draft.pk}/criteria/new/", posted(**activity, **effect))
    assert draft.criteria.get().effect == {
        "kind": "points",
        "points": 4,
        "count": "each",
        "times": 3,
        "per_days": 30,
        "fade_days": 60,
    }


def test_a_rule_deeper_than_the_form_is_edited_as_text() -> None:
    draft = a_draft()
    deep = {"all": [SOFTWARE, {"none": [{"attribute": "lead.has_phone", "is": "no"}]}]}
    clause = a_clause(draft, rule=deep)
    client, address = signed_in(maya()), f"/definitions/drafts/{draft.pk}/criteria/{clause.key}/"
    assert 'name="rule_text"' in client.get(address).content.decode()
    as_text = {"rule_form": "text", "edit_number": "1"}
    wrong = client.post(address, posted(**as_text, rule_text="{"))
    assert wrong.status_code == 422
    assert "not valid JSON" in wrong.content.decode()
    right = client.post(address, posted(**as_text, rule_text=json.dumps({"any": deep["all"]})))
    assert right.status_code == 302
    assert Criterion.objects.get(pk=clause.pk).rule == {"any": deep["all"]}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"r0-values": ""}, "needs at least one value"),
        ({"points": ""}, "How many points?"),
        ({"points": "ten"}, "whole number"),
        ({"auto_wording": "", "wording": " "}, "Write the wording"),
        ({"fade_days": "30"}, "activity"),
        ({"r0-field": "account.employees", "r0-is": "at_least", "r0-value": "many"}, "numbers"),
    ],
)
def test_what_is_wrong_with_a_clause_is_said_and_nothing_typed_is_lost(
    values: dict[str, str], sentence: str
) -> None:
    draft = a_draft()
    page = signed_in(maya()).post(
        f"/definitions/drafts/{draft.pk}/criteria/new/", posted(reason="Because it was so.", **values)
    )
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert "Because it was so." in page.content.decode()
    assert not draft.criteria.exists()


def test_the_fragments_of_the_builder_answer_alone() -> None:
    client = signed_in(maya())
    builder = client.post(reverse("definitions:rule_builder"), posted(do="add", add_type="silence"), **HTMX)
    assert builder.content.decode().count("rule-row") == 2
    assert "<html" not in builder.content.decode()
    preview = client.post(reverse("definitions:rule_preview"), posted(do=""), **HTMX).content.decode()
    assert "Industry is Software" in preview
    assert "+20 points" in preview
    lacking = client.post(reverse("definitions:rule_preview"), posted(**{"r0-values": ""}), **HTMX)
    assert "needs at least one value" in lacking.content.decode()
