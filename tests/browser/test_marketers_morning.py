"""A marketer's morning in a browser: returned leads picked up and settled, a near miss looked at.

Every page that it comes by is held against axe-core, and nothing may go wrong unseen in the console.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from definitions.models import Version
from leads import invariants
from leads.handoffs.reconcile import handoffs_reconcile
from leads.handoffs.services import handoff_return
from leads.models import Handoff, Lead
from leads.scoring import marks
from tests.browser.visitors import Visitor
from tests.builders import an_activity, maya, rita, sam
from tests.leads.handoffs.stories import a_fit_lead, in_force, open_handoff, reason, rescore

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def visitor(page: Page, open_page: Callable[[], Page], live_server: Any, assert_accessible: Any) -> Visitor:
    return Visitor(page, live_server.url, assert_accessible, open_page)


def a_return(version: Version, name: str, key: str, **says: str) -> Handoff:
    lead = a_fit_lead(first_name=name, last_name="Silva")
    an_activity(lead, at=timezone.now() - timedelta(hours=1), subject="/pricing")
    rescore(version)
    handoffs_reconcile()
    return handoff_return(
        handoff=open_handoff(lead), actor=sam(), reason=reason(key), note="Wrong number.", **says
    )


def test_a_marketers_morning(visitor: Visitor) -> None:
    version = in_force()
    ana = a_return(version, "Ana", "no-way-to-reach", missing_field="phone")
    ben = a_return(version, "Ben", "too-early", challenged_key="c-pricing")
    a_fit_lead(first_name="Cleo", last_name="Diaz")
    rescore(version)
    visitor.be(maya())
    expect(visitor.page.get_by_text("2 leads that sales returned wait to be picked up.")).to_be_visible()
    visitor.follow("Pick up")
    visitor.look()
    put_the_number_right(visitor, ana)
    let_it_rest(visitor, ben)
    look_at_a_near_miss(visitor)
    hold_a_lead_back(visitor, ana.lead)
    see_whose_turn_it_is(visitor)
    assert invariants.breaches() == []


def put_the_number_right(visitor: Visitor, handoff: Handoff) -> None:
    """Ana has waited longest: she stands first."""
    visitor.page.get_by_role("button", name="Pick up Ana Silva").click()
    expect(visitor.page.get_by_text("You look after Ana Silva now.")).to_be_visible()
    visitor.look()
    expect(visitor.page.get_by_label("Which fact")).to_have_value("phone")
    visitor.page.get_by_label("What it really is").fill("+47 22 33 44 55")
    visitor.press("Put it right")
    expect(visitor.page.get_by_text("Put right. Ana Silva is offered again")).to_be_visible()
    visitor.look()
    assert marks.drain() > 0
    handoffs_reconcile()
    assert open_handoff(handoff.lead).is_recycled


def let_it_rest(visitor: Visitor, handoff: Handoff) -> None:
    day = (timezone.now() + timedelta(days=30)).date()
    visitor.page.get_by_role("link", name="Ben Silva").first.click()
    visitor.look()
    visitor.page.get_by_label("Until").fill(day.isoformat())
    visitor.page.get_by_role("textbox", name="Why").first.fill("Their budget opens next month.")
    visitor.press("Let it rest")
    expect(visitor.page.get_by_text("Nothing waits to be picked up")).to_be_visible()
    assert Lead.objects.get(pk=handoff.lead_id).nurture_until == day
    visitor.go("/leads/nurture/")
    expect(visitor.page.get_by_text("Ben Silva").first).to_be_visible()
    visitor.look()


def look_at_a_near_miss(visitor: Visitor) -> None:
    visitor.page.get_by_role("link", name="Near misses").click()
    expect(visitor.page.get_by_role("cell", name="Clause c-pricing")).to_be_visible()
    visitor.look()
    visitor.page.locator("summary", has_text="By the clause that is missing").click()
    visitor.look()
    visitor.page.get_by_role("link", name="Cleo Diaz").first.click()
    expect(visitor.page.get_by_role("heading", name="Decided by hand")).to_be_visible()
    visitor.look()


def hold_a_lead_back(visitor: Visitor, lead: Lead) -> None:
    """From the lead's page, with a reason and a last day; the offer is withdrawn with the words."""
    visitor.go(lead.get_absolute_url())
    visitor.follow("Decide otherwise")
    visitor.page.get_by_label("Up to and including").fill(
        (timezone.now() + timedelta(days=3)).date().isoformat()
    )
    visitor.page.get_by_role("textbox", name="Why").fill("Their trade fair is on.")
    visitor.look()
    visitor.press("Decide so")
    expect(visitor.page.get_by_text("Held back").first).to_be_visible()
    visitor.look()
    handoffs_reconcile()
    visitor.go("/leads/handed-over/?status=withdrawn")
    expect(visitor.page.get_by_text(re.compile("holds it back until")).first).to_be_visible()
    visitor.look()
    visitor.go("/leads/by-hand/")
    visitor.look()


def see_whose_turn_it_is(visitor: Visitor) -> None:
    """Rita adds a pool and a rule for it, by the form of the criteria."""
    visitor.be(rita())
    visitor.go("/leads/turns/")
    visitor.look()
    visitor.follow("Add a pool")
    visitor.page.get_by_role("textbox", name="Name").first.fill("Everybody")
    visitor.page.get_by_label("Sam Okafor").check()
    visitor.look()
    visitor.press("Save the pool")
    visitor.follow("Add a rule")
    visitor.page.get_by_role("textbox", name="Name").first.fill("Norway")
    visitor.page.get_by_label("Goes to").select_option(label="Everybody")
    visitor.page.locator("[name$=-field]").first.select_option("lead.country")
    visitor.page.locator("[name$=-values]").first.fill("Norway")
    expect(visitor.page.get_by_text("Country is Norway").first).to_be_visible()
    visitor.look()
    visitor.press("Save the rule")
    expect(visitor.page.get_by_text("Everybody, round robin")).to_be_visible()
    visitor.look()
