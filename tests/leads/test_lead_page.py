"""The page of one lead: what to do now, what is missing, how old each fact is, and the whole story."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from definitions.models import Version
from leads.care.returned import return_fix, return_pick_up, return_rest
from leads.handoffs import services
from leads.handoffs.next_step import next_step
from leads.handoffs.outcomes import outcome_say
from leads.handoffs.qualifying import handoff_qualify
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import FieldChange, Handoff, Import, Lead, Outcome
from leads.scoring.receipt import receipt
from leads.selectors.missing import missing_of
from leads.selectors.timeline import handoffs_of, stages_of, timeline_of
from portal.common.models import User
from tests.builders import NOW, a_lead, a_source, an_account, marco, maya, rita, sam, sofia
from tests.leads.handoffs.stories import a_fit_lead, an_offer, open_handoff, reason, rescore

pytestmark = pytest.mark.usefixtures("clock")


def _page(person: User, lead: Lead) -> str:
    client = Client()
    client.force_login(person)
    response = client.get(lead.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def _step(person: User, lead: Lead, version: Version | None) -> tuple[str, str, bool]:
    """Sentence, control and whether it acts."""
    lead.refresh_from_db()
    now = receipt(version, lead.pk, as_of=NOW) if version else None
    step = next_step(person, lead, handoffs_of(lead), now)
    return step.sentence, step.action, step.is_act


def test_the_next_step_follows_from_where_the_lead_stands(version: Version) -> None:
    handoff = an_offer(version)
    lead = handoff.lead
    assert _step(sam(), lead, version) == ("Accept it, or return it with a reason.", "Accept", True)
    assert _step(maya(), lead, version) == ("Sales decides on it.", "Look at the offer", False)
    services.handoff_accept(handoff=handoff, actor=sam())
    assert _step(sam(), lead, version)[0] == "Call or write, and note how it went."
    assert _step(rita(), lead, version)[1] == "Note a follow-up"
    assert _step(sofia(), lead, version)[:2] == ("Sam Okafor works it.", "Look at the handoff")
    services.follow_up_add(handoff=handoff, actor=sam(), has_reached=True)
    assert _step(sam(), lead, version)[0].startswith("Bring it to an end")
    handoff_qualify(handoff=handoff, actor=sam())
    assert _step(sam(), lead, version) == ("Nothing is to be decided.", "", False)


def test_in_nurture_it_says_until_when_or_what_to_find_out(version: Version) -> None:
    first, second = an_offer(version), an_offer(version)
    services.handoff_return(
        handoff=first, actor=sam(), reason=reason("wrong-role"), challenged_key="c-software"
    )
    resting = "Leave it to marketing until 2 Aug 2026, or until it does something itself."
    assert _step(sam(), first.lead, version)[0] == resting
    assert _step(maya(), first.lead, version)[:2] == (
        "Pick it up: let it rest, offer it again, or rule it out.",
        "Open the return",
    )
    return_pick_up(handoff=first, actor=marco())
    assert _step(maya(), first.lead, version)[0] == "Marco Ferri looks after it."
    return_rest(handoff=first, actor=marco(), until=date(2026, 8, 2))
    assert _step(maya(), first.lead, version)[0] == resting
    services.handoff_return(
        handoff=second, actor=sam(), reason=reason("no-way-to-reach"), missing_field="phone"
    )
    assert _step(maya(), second.lead, version)[:2] == (
        "Find out what sales missed: Phone number.",
        "Put it right",
    )
    assert _step(sam(), second.lead, version)[1] == ""
    return_fix(handoff=second, actor=maya(), field="phone", value="1")
    assert _step(maya(), second.lead, version)[0].startswith("Its rest is over"), "it is put right"


def test_of_a_lost_lead_it_says_that_the_day_alone_counts(version: Version) -> None:
    handoff = services.handoff_accept(handoff=an_offer(version), actor=sam())
    handoff_qualify(handoff=handoff, actor=sam())
    outcome_say(handoff=handoff, actor=sam(), kind="lost", seen_stage="sales_qualified")
    assert _step(maya(), handoff.lead, version)[0] == "Leave it to marketing until 2 Aug 2026."
    Lead.objects.update(nurture_until=None)
    assert _step(maya(), handoff.lead, version)[0] == "Leave it to marketing until it does something itself."


def test_before_it_is_offered_it_says_what_is_short(version: Version) -> None:
    near = a_fit_lead()
    assert _step(maya(), near, version)[0] == "Nothing yet: it goes on by what it does itself."
    version.document["threshold"] = 55  # type: ignore[index]
    assert _step(maya(), near, version)[:2] == (
        "Look at it yourself: it is only 5 points short.",
        "Look at the near misses",
    )
    assert _step(maya(), near, None)[1] == "Look at the definition"


def test_accepting_from_the_page_comes_back_to_it(version: Version) -> None:
    handoff = an_offer(version)
    client = Client()
    client.force_login(sam())
    address = handoff.lead.get_absolute_url()
    page = client.get(address).content.decode()
    assert f'name="next" value="{address}"' in page
    response = client.post(reverse("leads:handoff_accept", args=[handoff.pk]), {"next": address})
    assert response["Location"] == address


def test_what_is_missing_is_what_sales_missed_and_what_clauses_ask_for(version: Version) -> None:
    bare = a_lead()
    assert [(each.label, each.why) for each in missing_of(bare, version, [])] == [
        ("Industry", "Asked for by “Clause c-software”.")
    ]
    handoff = an_offer(version)
    services.handoff_return(
        handoff=handoff, actor=sam(), reason=reason("no-way-to-reach"), missing_field="phone"
    )
    lead = handoff.lead
    assert [(each.label, each.why) for each in missing_of(lead, version, handoffs_of(lead))] == [
        ("Phone number", "Sam Okafor returned it for want of this.")
    ]
    assert "What is missing" in _page(maya(), lead)


def test_a_fact_says_where_it_came_from_and_how_old_it_is(version: Version) -> None:
    batch = Import.objects.create(
        source=a_source(), kind="leads", file_name="contacts.csv", started_at=NOW - timedelta(days=20)
    )
    lead = a_lead(phone="1", job_title="CTO", provenance={"phone": str(batch.pk), "job_title": str(batch.pk)})
    FieldChange.objects.create(lead=lead, field="job_title", before="", changed_at=NOW - timedelta(days=3))
    html = " ".join(_page(maya(), lead).split()).partition("What is known")[2]
    assert "contacts.csv (CRM) <time datetime=" in html
    assert html.index("20 days ago") < html.index("CTO") < html.index("3 days ago")


def test_one_story_of_marketing_and_sales(version: Version, clock: time_machine.Traveller) -> None:
    handoff = an_offer(version)
    lead = handoff.lead
    clock.move_to(NOW + timedelta(hours=1))
    services.handoff_return(handoff=handoff, actor=sam(), reason=reason("wrong-territory"), note="Spain.")
    clock.move_to(NOW + timedelta(hours=2))
    services.handoff_accept(handoff=open_handoff(lead), actor=sofia())
    Outcome.objects.create(
        lead=lead, kind="won", at=NOW + timedelta(hours=3), value=1200, source=a_source(), external_id="o-1"
    )
    FieldChange.objects.create(
        lead=lead, field="job_title", before="Clerk", after="CTO", changed_at=NOW + timedelta(hours=4)
    )
    entries, _older = timeline_of(lead)
    assert [(entry["text"], entry["detail"]) for entry in entries[:5]] == [
        ("A fact changed", "Job title: Clerk → CTO"),
        ("Won", "CRM · 1,200"),
        ("MQL → Sales-accepted", ""),
        ("Offered again", "Shared queue: Sam Okafor passed it on."),
        ("Passed on", "Belongs to another territory or rep · Spain."),
    ]


def test_stages_say_how_long_each_lasted(version: Version, clock: time_machine.Traveller) -> None:
    handoff = an_offer(version)
    clock.move_to(NOW + timedelta(hours=2))
    services.handoff_accept(handoff=handoff, actor=sam())
    assert [(change.after, stayed) for change, stayed in stages_of(handoff.lead)] == [
        ("sal", None),
        ("mql", timedelta(hours=2)),
    ]
    assert "for 2 hours" in _page(maya(), handoff.lead)


def test_a_handoff_says_what_became_of_it(version: Version) -> None:
    handoff = an_offer(version)
    services.handoff_return(
        handoff=handoff,
        actor=sam(),
        reason=reason("wrong-role"),
        challenged_key="c-software",
        note="An intern.",
    )
    html = _page(maya(), handoff.lead)
    for words in ("Returned", "“Clause c-software”", "An intern."):
        assert words in html


@pytest.mark.parametrize("who", [sam, maya, rita], ids=lambda each: each.__name__)
def test_a_bare_lead_has_a_page(db: None, who: Callable[[], User]) -> None:
    lead = a_lead(first_name="", last_name="", email=None)
    html = _page(who(), lead)
    assert "Never offered to sales." in html
    assert "It has not moved yet." in html


def test_the_page_needs_no_more_queries_for_a_long_story(
    version: Version, django_assert_max_num_queries: Any
) -> None:
    account = an_account(industry="Software", name="Fjord Systems")
    handoff = an_offer(version, account=account)
    for _ in range(9):
        a_fit_lead(account=account)
    for number in range(9):
        FieldChange.objects.create(lead=handoff.lead, field="role", after=str(number), changed_at=NOW)
    rescore(version)
    handoffs_reconcile()
    assert Handoff.objects.count() == 1
    client = Client()
    client.force_login(sam())
    with django_assert_max_num_queries(40):
        client.get(handoff.lead.get_absolute_url())
