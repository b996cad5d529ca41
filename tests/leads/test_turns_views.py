"""The pages of whose turn it is, and of leads that are handed on, through the door."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from definitions.models import Version
from leads.handoffs import turn_rules
from leads.models import Absence, Pool, TurnRule
from tests.builders import maya, olga, rita, sam, signed_in, sofia
from tests.leads.handoffs.stories import a_qualified_lead, an_offer, open_handoff
from tests.leads.visits import get, post

pytestmark = pytest.mark.usefixtures("clock")

ROWS = {
    "rule_form": "rows",
    "join": "all",
    "r0-type": "attribute",
    "r0-field": "lead.country",
    "r0-is": "one_of",
}
A_RULE = {"name": "North", "kind": "facts", "which": "some", "do": "save", **ROWS, "r0-values": "Norway"}


def test_a_manager_sets_up_a_territory(version: Version) -> None:
    """A pool, a rule that deals to it, and the lead that shows what it would do."""
    assert post(rita(), "turn_pool_new", name="Nordics", people=[sam().pk, sofia().pk]).status_code == 302
    pool = Pool.objects.get()
    response = post(rita(), "turn_rule_new", **A_RULE, goes_to=f"pool:{pool.pk}")
    assert response.status_code == 302
    rule = TurnRule.objects.get(name="North")
    assert rule.rule == {"attribute": "lead.country", "is": "one_of", "values": ["Norway"]}
    lead = a_qualified_lead(country="Norway", first_name="Ana", last_name="Silva")
    page = get(rita(), "turns", lead=lead.pk)
    for words in ("Nordics, round robin", "North, round robin.", "Sam Okafor", "Nobody owns the account."):
        assert words in page
    assert "Ana Silva" in get(rita(), "turns", q="silva")


def test_everybody_sees_the_rules_and_only_managers_change_them(version: Version) -> None:
    rule = TurnRule.objects.get()
    for person in (sam(), maya(), olga()):
        page = get(person, "turns")
        assert "Only a sales manager or an administrator sets whose turn it is." in page
        assert reverse("leads:turn_rule_new") not in page
        for name, args in (("turn_rule_new", ()), ("turn_rule", (rule.pk,)), ("turn_pool_new", ())):
            assert signed_in(person).get(reverse(f"leads:{name}", args=args)).status_code == 403
        assert post(person, "turn_rule_remove", rule.pk).status_code == 403
        assert post(person, "turn_rule_move", rule.pk, do="up", position=1).status_code == 403
        assert post(person, "turn_capacity", sam().pk, weekly=3).status_code == 403
        assert post(person, "leads_hand_on", sam().pk, to=sofia().pk, reason="x").status_code == 403
    assert Client().get(reverse("leads:turns")).status_code == 302
    assert TurnRule.objects.get() == rule


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": ""}, "Fill this in."),
        ({"goes_to": ""}, "Choose a pool or one rep."),
        ({"goes_to": "pool:99"}, "Select a valid choice."),
        ({"r0-values": ""}, "value"),
        ({"rule_form": "text", "rule_text": "{"}, "The rule is not valid JSON"),
        ({"rule_form": "text", "rule_text": "{}"}, "add a condition"),
        (
            {"rule_form": "text", "rule_text": '{"activity": "page_viewed", "at_least": 1}'},
            "facts about the lead",
        ),
    ],
    ids=["no name", "nobody", "no such pool", "no value", "no JSON", "empty JSON", "what a lead did"],
)
def test_a_rule_is_mended_in_place(version: Version, values: dict[str, str], sentence: str) -> None:
    response = post(rita(), "turn_rule_new", **{**A_RULE, "goes_to": f"person:{sam().pk}", **values})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert TurnRule.objects.count() == 1


def test_a_button_of_the_builder_keeps_what_was_typed(version: Version) -> None:
    response = post(rita(), "turn_rule_new", **{**A_RULE, "do": "add", "add_type": "attribute"})
    page = response.content.decode()
    assert (response.status_code, "r1-field" in page, 'value="North"' in page) == (200, True, True)
    assert "is-invalid" not in page


def test_a_stale_save_shows_both_texts(version: Version) -> None:
    rule = turn_rules.turn_rule_add(
        actor=rita(), name="North", kind="facts", rule={}, pool=None, person=sam()
    )
    mine = {**A_RULE, "name": "Mine", "goes_to": f"person:{sofia().pk}", "edit_number": 0}
    assert post(rita(), "turn_rule", rule.pk, **{**mine, "name": "Theirs"}).status_code == 302
    response = post(rita(), "turn_rule", rule.pk, **mine)
    page = response.content.decode()
    assert response.status_code == 409
    for words in ("Theirs", 'value="Mine"', 'name="edit_number" value="1"'):
        assert words in page
    assert post(rita(), "turn_rule", rule.pk, **{**mine, "edit_number": 1}).status_code == 302
    pool = turn_rules.pool_add(name="N", people=[sam()], actor=rita())
    change = {"name": "M", "people": [sofia().pk], "edit_number": 0}
    assert post(rita(), "turn_pool", pool.pk, **change).status_code == 302
    assert post(rita(), "turn_pool", pool.pk, **change).status_code == 409


def test_order_and_removal(version: Version) -> None:
    rule = turn_rules.turn_rule_add(
        actor=rita(), name="North", kind="facts", rule={}, pool=None, person=sam()
    )
    assert post(rita(), "turn_rule_move", rule.pk, do="up", position=2).status_code == 302
    assert [row.name for row in TurnRule.objects.all()] == ["North", "Owner of the account"]
    assert post(rita(), "turn_rule_move", rule.pk, do="up", position=2).status_code == 409
    assert post(rita(), "turn_rule_remove", rule.pk).status_code == 302
    assert post(rita(), "turn_rule_remove", rule.pk).status_code == 404


def test_a_reps_week_and_days_away(version: Version) -> None:
    assert post(rita(), "turn_capacity", sam().pk, weekly="x").status_code == 422
    assert post(rita(), "turn_capacity", sam().pk, weekly=7).status_code == 302
    assert "At most 7 offers a week." in get(sam(), "turn_rep", sam().pk)
    days = {"first_on": "2026-05-06", "last_on": "2026-05-05"}
    assert "comes before the first" in post(sam(), "absence_add", sam().pk, **days).content.decode()
    assert post(sam(), "absence_add", sam().pk, **{**days, "last_on": "2026-05-09"}).status_code == 302
    assert post(sam(), "absence_add", sofia().pk, **{**days, "last_on": "2026-05-09"}).status_code == 403
    absence = Absence.objects.get()
    assert "9 May 2026" in get(sam(), "turn_rep", sam().pk)
    assert post(sofia(), "absence_remove", absence.pk).status_code == 403
    assert post(sam(), "absence_remove", absence.pk).status_code == 302
    assert signed_in(rita()).get(reverse("leads:turn_rep", args=[maya().pk])).status_code == 404


def test_a_lead_is_handed_on_from_its_page(version: Version) -> None:
    handoff = an_offer(version, seller=sam())
    url = reverse("leads:handoff_reassign", args=[handoff.pk])
    assert url in get(sam(), "handoff_page", handoff.pk)
    assert url not in get(sofia(), "handoff_page", handoff.pk)
    assert "Only Sam Okafor or a sales manager" in get(sofia(), "handoff_reassign", handoff.pk)
    assert post(sofia(), "handoff_reassign", handoff.pk, to=sofia().pk, reason="x").status_code == 403
    assert post(sam(), "handoff_reassign", handoff.pk, to=sofia().pk).status_code == 422
    assert post(sam(), "handoff_reassign", handoff.pk, to=maya().pk, reason="Hers.").status_code == 422
    assert post(sam(), "handoff_reassign", handoff.pk, to=sofia().pk, reason="Hers.").status_code == 302
    assert open_handoff(handoff.lead).owner == sofia()


def test_all_open_leads_are_handed_on(version: Version) -> None:
    first, second = an_offer(version, seller=sam()), an_offer(version, seller=sam())
    assert "2 offered and 0 accepted leads" in get(rita(), "turn_rep", sam().pk)
    assert post(rita(), "leads_hand_on", sam().pk, to=sofia().pk).status_code == 422
    values = {"to": sofia().pk, "reason": "Sam is ill."}
    assert post(rita(), "leads_hand_on", sam().pk, **values).status_code == 302
    assert post(rita(), "leads_hand_on", sam().pk, **values).status_code == 409
    assert [open_handoff(row.lead).owner for row in (first, second)] == [sofia(), sofia()]
