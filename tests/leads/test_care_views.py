"""Marketing's pages: returned leads, nurture, near misses, and what is decided by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from definitions.models import Version
from leads.handoffs.outcomes import outcome_say
from leads.handoffs.overriding import override_make
from leads.handoffs.qualifying import handoff_qualify
from leads.handoffs.reconcile import handoffs_reconcile
from leads.handoffs.services import handoff_accept
from leads.models import Handoff, Lead, Override, PickUp
from tests.builders import NOW, marco, maya, olga, rita, sam, signed_in
from tests.leads.handoffs.stories import a_fit_lead, an_offer, open_handoff, reason, rescore
from tests.leads.visits import get, post

pytestmark = pytest.mark.usefixtures("clock")

FORMS = ("fix", "reroute", "rest", "rule_out")


def a_return(version: Version, key: str = "no-way-to-reach", **fields: Any) -> Handoff:
    handoff = an_offer(version, **fields)
    says = {"missing_field": "phone"} if key == "no-way-to-reach" else {"criterion": "c-software"}
    response = post(sam(), "handoff_return", handoff.pk, reason=reason(key).pk, note="Wrong number.", **says)
    assert response.status_code == 302
    return handoff


def test_a_marketer_picks_a_return_up_and_puts_the_fact_right(version: Version) -> None:
    handoff = a_return(version, first_name="Ana", last_name="Silva")
    assert "1 lead that sales returned waits to be picked up." in signed_in(maya()).get("/").content.decode()
    listed = get(maya(), "returned_list")
    for words in ("Ana Silva", "Phone number", "Anybody in marketing", "Pick up"):
        assert words in listed
    assert post(maya(), "return_pick_up", handoff.pk).status_code == 302
    assert "Maya Lindqvist looks after it" in get(sam(), "watch_list")
    assert "Maya Lindqvist looks after it" in get(marco(), "nurture")
    assert post(maya(), "return_fix", handoff.pk, field="phone", value="").status_code == 422
    response = post(maya(), "return_fix", handoff.pk, field="phone", value="+47 22 33 44 55")
    assert (response.status_code, response["Location"]) == (302, reverse("leads:returned_list"))
    handoffs_reconcile()
    again = open_handoff(handoff.lead)
    assert (again.is_recycled, again.lead.phone) == (True, "+47 22 33 44 55")
    assert "Put right" in get(maya(), "watch_list")
    assert 'class="empty"' in get(maya(), "returned_list")


def test_a_return_says_until_when_marketing_promised_to_pick_it_up(
    version: Version, clock: time_machine.Traveller
) -> None:
    """Sales sees its due times everywhere; so does marketing: 16 working hours from Monday noon."""
    handoff = a_return(version)
    pages = (reverse("leads:returned_list"), reverse("leads:returned_page", args=[handoff.pk]), "/")
    for at, words in ((NOW, "due"), (NOW + timedelta(days=3), "was due")):
        clock.move_to(at)
        for page in pages:
            html = " ".join(signed_in(maya()).get(page).content.decode().split())
            assert f'</svg>{words} <time datetime="2026-05-06T' in html, page
    post(maya(), "return_pick_up", handoff.pk)
    assert "picked up <time" in get(marco(), "returned_list")


def test_two_marketers_and_one_return(version: Version) -> None:
    handoff = a_return(version)
    assert post(maya(), "return_pick_up", handoff.pk).status_code == 302
    for response in (
        post(marco(), "return_pick_up", handoff.pk),
        post(marco(), "return_rest", handoff.pk, until="2026-06-01"),
    ):
        assert response.status_code == 409
        assert "Maya Lindqvist has picked this lead up. Take it over first." in response.content.decode()
    page = get(marco(), "returned_page", handoff.pk)
    assert ("Take it over" in page, reverse("leads:return_rest", args=[handoff.pk]) in page) == (True, False)
    assert post(marco(), "return_pick_up", handoff.pk, instead_of=maya().pk).status_code == 302
    assert post(marco(), "return_rest", handoff.pk, until="2026-06-01").status_code == 302
    assert post(maya(), "return_reroute", handoff.pk).status_code == 409


@pytest.mark.parametrize("who", [sam, rita, olga], ids=lambda each: each.__name__)
def test_only_marketing_settles_returns(version: Version, who: Any) -> None:
    handoff = a_return(version)
    page = get(who(), "returned_page", handoff.pk)
    assert "Only marketing picks up what sales returned." in page
    for name in ("pick_up", *FORMS):
        assert reverse(f"leads:return_{name}", args=[handoff.pk]) not in page
        assert post(who(), f"return_{name}", handoff.pk).status_code == 403
    assert post(who(), "nurture_change", handoff.lead_id, until="2026-06-01").status_code == 403
    assert not PickUp.objects.exists()


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("rest", {"until": "2026-05-04"}, "Choose a day from tomorrow"),
        ("rest", {"until": "soon"}, "Enter a valid date."),
        ("rule_out", {}, "Choose why this lead is ruled out."),
        ("rule_out", {"reason": "other-disqualify"}, "needs a sentence"),
        ("fix", {"field": "email", "value": "nobody"}, "This is no e-mail address."),
        ("fix", {"field": "email", "value": "TAKEN@example.com"}, "has this address already"),
        ("fix", {"field": "employees", "value": "many"}, "Give the number of employees in digits."),
        ("fix", {"field": "country", "value": "x" * 121}, "At most 120 characters."),
        ("fix", {"field": "shoe_size", "value": "44"}, "Select a valid choice."),
    ],
)
def test_what_makes_no_sense_is_mended_in_place(
    version: Version, name: str, values: dict[str, str], sentence: str
) -> None:
    a_fit_lead(email="taken@example.com")
    handoff = a_return(version)
    if "reason" in values:
        values = {"reason": reason(values["reason"]).pk}
    response = post(maya(), f"return_{name}", handoff.pk, **values)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not PickUp.objects.exists(), "a form that is sent back has picked nothing up"


def test_a_rest_that_is_over_says_so(version: Version) -> None:
    """Only leads that do not qualify stay beyond their day."""
    handoff = a_return(version)
    assert post(maya(), "return_rest", handoff.pk, until="2026-06-01").status_code == 302
    Lead.objects.filter(pk=handoff.lead_id).update(nurture_until=NOW.date() - timedelta(days=2))
    html = get(maya(), "nurture")
    assert "offered as soon as it qualifies" in html
    assert "Its rest is over: it is offered as soon as it qualifies." in get(
        sam(), "lead_page", handoff.lead_id
    )
    assert "No usable phone or e-mail" in html


def test_what_was_lost_rests_for_that_and_not_for_an_older_return(version: Version) -> None:
    returned = a_return(version)
    Lead.objects.filter(pk=returned.lead_id).update(phone="1", nurture_until=NOW.date())
    handoffs_reconcile()
    again = handoff_accept(handoff=open_handoff(returned.lead), actor=sam())
    handoff_qualify(handoff=again, actor=sam())
    outcome_say(handoff=again, actor=sam(), kind="lost", value=None, seen_stage="sales_qualified")
    html = get(maya(), "nurture")
    assert "after sales had qualified it" in html
    assert "No usable phone or e-mail" not in html.partition("<tbody>")[2]


def test_nobody_is_asked_to_pull_what_is_offered(version: Version) -> None:
    offered, near = an_offer(version).lead, a_fit_lead()
    rescore(version)
    for lead, is_shown in ((offered, False), (near, True)):
        page = get(sam(), "lead_page", lead.pk)
        assert (reverse("leads:lead_pull", args=[lead.pk]) in page) is is_shown


def test_nurture_until_a_day_or_fresh_behaviour(version: Version) -> None:
    handoff = a_return(version)
    assert (
        post(maya(), "return_rest", handoff.pk, until="2026-06-01", note="Budget in June.").status_code == 302
    )
    lead = Lead.objects.get(pk=handoff.lead_id)
    assert (lead.nurture_until, lead.stage) == (date(2026, 6, 1), "nurture")
    change = {"seen": "2026-06-01", "until": ""}
    assert post(maya(), "nurture_change", lead.pk, **change).status_code == 302
    assert post(marco(), "nurture_change", lead.pk, **change).status_code == 409
    lead.refresh_from_db()
    assert lead.nurture_until is None
    assert "it does something" in get(maya(), "nurture")


# -- near misses -------------------------------------------------------------------------------------------


def test_a_near_miss_names_its_clause_and_is_pulled(version: Version) -> None:
    lead = a_fit_lead(first_name="Ben", last_name="Okri")
    rescore(version)
    page = get(sam(), "near_misses")
    for words in ("Ben Okri", "Clause c-pricing", "1 near misses among the 1 leads"):
        assert words in page
    assert "Ben Okri" in get(sam(), "near_misses", clause="c-pricing")
    assert "Ben Okri" not in get(sam(), "near_misses", clause="c-software")
    assert "Ben Okri" in get(sam(), "near_misses", clause="nonsense")
    assert post(sam(), "lead_pull", lead.pk, reason="").status_code == 422
    response = post(sam(), "lead_pull", lead.pk, reason="Met at the fair.")
    handoff = open_handoff(lead)
    assert (response.status_code, response["Location"]) == (302, handoff.get_absolute_url())
    page = get(sam(), "handoff_page", handoff.pk)
    for words in ("Pulled", "Sam Okafor pulled it: Met at the fair.", "Not qualified: 50 short"):
        assert words in page
    assert "Pulled" in get(maya(), "watch_list", status="pulled")


@pytest.mark.parametrize("who", [maya, olga], ids=lambda each: each.__name__)
def test_only_sales_pulls(version: Version, who: Any) -> None:
    lead = a_fit_lead()
    rescore(version)
    assert reverse("leads:lead_pull", args=[lead.pk]) not in get(who(), "near_misses")
    assert post(who(), "lead_pull", lead.pk, reason="Mine.").status_code == 403
    assert "Only sales can pull" in get(who(), "lead_pull", lead.pk)
    assert not Handoff.objects.exists()


# -- by hand -----------------------------------------------------------------------------------------------


def test_a_decision_by_hand_is_shown_wherever_the_lead_is(version: Version) -> None:
    lead = a_fit_lead(first_name="Ben", last_name="Okri")
    rescore(version)
    assert (
        reverse("leads:override_new", args=[lead.pk])
        in signed_in(maya()).get(lead.get_absolute_url()).content.decode()
    )
    values = {"kind": "qualify", "ends_on": "2026-05-08", "reason": "Met at the fair."}
    assert post(maya(), "override_new", lead.pk, **{**values, "ends_on": "2026-05-03"}).status_code == 422
    assert post(maya(), "override_new", lead.pk, **values).status_code == 302
    handoffs_reconcile()
    for page in (
        get(sam(), "queue"),
        signed_in(sam()).get(lead.get_absolute_url()).content.decode(),
        get(sam(), "handoff_page", open_handoff(lead).pk),
        get(sam(), "override_list"),
    ):
        assert "hand" in page
        assert "50" in page
    assert "Decided by hand" in get(sam(), "queue")
    override = Override.objects.get()
    assert post(sam(), "override_end", override.pk).status_code == 403
    assert post(rita(), "override_end", override.pk).status_code == 302
    assert post(rita(), "override_end", override.pk).status_code == 409


def test_sales_reads_why_it_may_not_decide_otherwise(version: Version) -> None:
    lead = a_fit_lead()
    assert "Only marketing or a manager" in get(sam(), "override_new", lead.pk)
    values = {"kind": "hold", "ends_on": "2026-05-08", "reason": "x"}
    assert post(sam(), "override_new", lead.pk, **values).status_code == 403
    assert not Override.objects.exists()


def test_lists_need_no_more_queries_when_they_grow(
    version: Version, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        a_return(version)
    for number in range(4):
        override_make(
            lead=a_fit_lead(), kind="hold", reason=f"No {number}.", ends_on=date(2026, 5, 8), actor=maya()
        )
    rescore(version)
    for name in ("returned_list", "override_list", "near_misses", "turns"):
        client = signed_in(maya())
        with django_assert_max_num_queries(15):
            assert client.get(reverse(f"leads:{name}")).status_code == 200


def test_only_the_last_word_of_a_lead_waits(version: Version) -> None:
    """It was offered and returned once more: the older return is answered, and nobody is sent there."""
    first = a_return(version, "wrong-company")
    Lead.objects.filter(pk=first.lead_id).update(nurture_until=NOW.date())
    handoffs_reconcile()
    second = open_handoff(first.lead)
    says = {"reason": reason("wrong-company").pk, "criterion": "c-software"}
    assert post(sam(), "handoff_return", second.pk, **says).status_code == 302
    page = get(maya(), "watch_list")
    pages = [reverse("leads:returned_page", args=[row.pk]) in page for row in (first, second)]
    assert pages == [False, True]
    assert page.count("to pick up") == 1
