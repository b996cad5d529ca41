"""The parts beside a draft in a browser: a lead tested, weak spots beside clauses, golden leads kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from definitions.models import Version
from definitions.services.criteria import criterion_edit
from leads.models import Lead
from portal.common.models import User
from tests.builders import a_document, a_lead, an_account, an_active_version, an_activity, maya, sam
from tests.definitions.ballot_stories import a_draft
from tests.leads.golden.stories import a_golden_lead

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


LONG = 60_000  # ms: how long a part may take on a busy machine before the test gives up


def shown(part: Locator) -> None:
    expect(part).to_be_visible(timeout=LONG)


def be(page: Page, address: str, person: User) -> None:
    client = Client()
    client.force_login(person)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": address}])


def some_leads() -> list[Lead]:
    """Grace of a software company has looked at prices; five of a bank have not."""
    lately = timezone.now() - timedelta(days=2)
    grace = a_lead(
        first_name="Grace",
        last_name="Hopper",
        account=an_account(name="A Company With Quite a Long Name of Its Own", industry="Software"),
        captured_at=lately,
    )
    an_activity(grace, at=lately, subject="Pricing")
    bank = an_account(industry="Banking")
    others = [a_lead(first_name=f"Banker {number}", account=bank, captured_at=lately) for number in range(5)]
    return [grace, *others]


def move_points(draft: Version, points: int) -> None:
    clause = draft.criteria.get(key="c-pricing")
    effect = {**clause.effect, "points": points}
    criterion_edit(criterion=clause, actor=maya(), edit_number=clause.edit_number, effect=effect)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_parts_beside_a_draft_follow_it(
    page: Page, live_server: Any, assert_accessible: Callable[[Any], None], width: int
) -> None:
    page.set_default_timeout(LONG)
    page.set_viewport_size({"width": width, "height": 900})
    grace, *_others = some_leads()
    an_active_version()
    a_golden_lead(grace, actor=sam())
    draft = a_draft(a_document())
    be(page, live_server.url, maya())
    page.goto(f"{live_server.url}/definitions/drafts/{draft.pk}/")
    # What is found of a clause stands beside it too.
    clause = page.locator("#clause-c-software")
    shown(clause.get_by_text("Nobody owns it").first)
    shown(page.get_by_text("The golden lead is kept"))
    # A lead is found and tested; the address carries it.
    page.get_by_label("Name, company or e-mail").fill("hopp")
    page.locator("#draft-test-found").get_by_role("link", name="Grace Hopper").click()
    receipts = page.locator("#draft-test-receipts")
    shown(receipts.get_by_text("Qualified: 100 points").first)
    expect(page).to_have_url(re.compile(rf"\?lead={grace.pk}$"), timeout=LONG)
    page.evaluate("scrollTo(0, 0)")
    assert_accessible(page)
    # Somebody else moves the points: the receipt, the golden lead and the weak spots follow within seconds.
    move_points(draft, 49)
    shown(receipts.get_by_text("Not qualified: 1 short of the threshold of 100"))
    shown(page.get_by_text("1 of 1 golden leads is broken"))
    shown(page.get_by_text("One error keeps it from the vote."))
    shown(clause.get_by_text("Nobody owns it").first)
    # Whose queue grows is asked for when it is opened, and stays open while the draft goes on changing.
    page.get_by_text("Whose queue grows", exact=True).click()
    shown(page.get_by_text("no offer would come or go"))
    move_points(draft, 50)
    shown(page.get_by_text("The golden lead is kept"))
    expect(page.locator("#draft-queues-fold")).to_have_attribute("open", "", timeout=LONG)
    # The form of a clause and back: the lead is still there.
    page.goto(f"{live_server.url}/definitions/drafts/{draft.pk}/settings/")
    page.goto(f"{live_server.url}/definitions/drafts/{draft.pk}/")
    shown(receipts.get_by_text("Qualified: 100 points").first)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
