"""Sales answers in a browser: accept, undo, a challenge tapped on the receipt, and the rep's own checks."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from leads.handoffs.reconcile import handoffs_reconcile
from leads.handoffs.services import handoff_accept
from leads.models import Handoff, SalesCheck
from tests.browser.test_guide import sign_in
from tests.builders import a_criterion, a_document, a_lead, an_account, an_active_version, rita, sam
from tests.leads.handoffs.stories import SOFTWARE, rescore

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BUDGET = a_criterion(
    "c-budget",
    {"attribute": "lead.department", "is": "one_of", "values": ["budget holder"]},
    {"kind": "required"},
    wording="The budget is confirmed",
)


def some_offers(count: int) -> None:
    version = an_active_version(a_document(SOFTWARE, threshold=50))
    for number in range(count):
        account = an_account(industry="Software")
        a_lead(account=account, first_name="Ana", last_name=f"Number {number}")
    rescore(version)
    handoffs_reconcile()


def tap(page: Page, place: Locator) -> None:
    """As a finger does: whatever lies on top there is pressed."""
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_accept_undo_and_challenge(page: Page, live_server: Any, assert_accessible: Any) -> None:
    some_offers(2)
    sign_in(page, live_server.url, sam())
    page.goto(f"{live_server.url}/leads/")
    page.get_by_role("button", name="Accept").first.click()
    expect(page.locator("#toasts").get_by_role("button", name="Undo")).to_be_visible()
    assert_accessible(page)
    assert Handoff.objects.filter(status="accepted").count() == 1
    page.keyboard.press("u")
    expect(page.locator("#messages").get_by_text("Taken back.")).to_be_visible()
    assert Handoff.objects.filter(status="accepted").count() == 0
    # A line of the receipt beside an offer leads to the return with that line chosen.
    handoff = Handoff.objects.filter(status="offered").order_by("pk")[0]
    page.goto(f"{live_server.url}{handoff.get_absolute_url()}")
    page.get_by_role("link", name="Clause c-software").click()
    assert_accessible(page)
    expect(page.locator("#challenge-c-software")).to_be_checked()
    page.get_by_label("Too early in their buying").check()
    # The whole line is the target, its points as well.
    page.locator("#challenge-missing").check()
    tap(page, page.locator("tr", has=page.locator("#challenge-c-software")).locator(".pts"))
    expect(page.locator("#challenge-c-software")).to_be_checked()
    page.get_by_role("button", name="Return this lead").click()
    expect(page.locator("#messages").get_by_role("button", name="Undo")).to_be_visible()
    handoff.refresh_from_db()
    assert (handoff.status, handoff.challenged_key) == ("returned", "c-software")


def test_the_reps_checks_and_the_lists(page: Page, live_server: Any, assert_accessible: Any) -> None:
    some_offers(1)
    an_active_version(a_document(BUDGET, SOFTWARE, stage="sql", threshold=50))
    handoff = handoff_accept(handoff=Handoff.objects.get(), actor=sam())
    sign_in(page, live_server.url, sam())
    page.goto(live_server.url + reverse("leads:handoff_qualify", args=[handoff.pk]))
    assert_accessible(page)
    page.get_by_role("button", name="It holds").click()
    expect(page.get_by_role("heading", name="The definition says yes")).to_be_visible()
    assert SalesCheck.objects.get().checked_by == sam()
    page.get_by_role("button", name="Make it sales-qualified").click()
    page.get_by_role("link", name="Say where it stands").click()
    assert_accessible(page)
    page.get_by_label("Won").check()
    page.get_by_label("Value").fill("1200")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1,200 EUR")).to_be_visible()
    assert_accessible(page)
    sign_in(page, live_server.url, rita())
    for name in ("reason_list", "reason_new", "challenge_list"):
        page.goto(live_server.url + reverse(f"leads:{name}"))
        assert_accessible(page)
