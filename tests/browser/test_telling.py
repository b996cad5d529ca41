"""What people are told and by which way, in a browser: each page held against axe-core, wide and narrow."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal.common.mail_choices import choices_of, stop_link
from portal.common.models import OutgoingCall, OutgoingMail, Topic, Webhook, WorkingHours
from tests.browser.test_guide import sign_in
from tests.builders import ada, sam

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (1280, 390)


def look(page: Page, check: Any) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("scrollTo(0, 0)")
        check(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def test_an_administrator_tries_again_and_adds_a_webhook(
    page: Page, live_server: Any, assert_accessible: Any
) -> None:
    values: dict[str, Any] = {"status": "parked", "error": "No route to host", "due_at": timezone.now()}
    OutgoingMail.objects.create(key="m", to_email="a@example.com", subject="Time", text="", **values)
    hook = Webhook.objects.create(url="https://example.com/in", secret="whsec_AAAA", created_by=ada())
    OutgoingCall.objects.create(webhook=hook, key="c", event="clock.due", body="{}", **values)
    sign_in(page, live_server.url, ada())
    page.goto(f"{live_server.url}/settings/outbox")
    look(page, assert_accessible)
    page.get_by_role("button", name="Try again clock.due").press("Enter")
    expect(page.get_by_text("It is tried again now.")).to_be_visible()
    page.get_by_role("button", name="Try all of them again").press("Enter")
    expect(page.get_by_text("Everything has arrived")).to_be_visible()
    page.get_by_role("link", name="Webhooks").click()
    look(page, assert_accessible)
    page.get_by_label("Address").fill("https://pager.example.com/in")
    page.get_by_role("button", name="Add it").press("Enter")
    secret = page.get_by_label("Secret").input_value()
    assert secret == Webhook.objects.get(url="https://pager.example.com/in").secret
    look(page, assert_accessible)


def test_an_administrator_gives_a_team_a_break(page: Page, live_server: Any, assert_accessible: Any) -> None:
    sign_in(page, live_server.url, ada())
    page.goto(f"{live_server.url}/settings/hours/sales")
    look(page, assert_accessible)
    page.get_by_label("Monday, stretch 1, to").fill("12:00")
    page.get_by_label("Monday, stretch 2, from").fill("13:00")
    page.get_by_label("Monday, stretch 2, to").fill("17:00")
    page.get_by_role("button", name="Save the week").press("Enter")
    expect(page.get_by_text("Clocks that already run keep their due time.")).to_be_visible()
    assert WorkingHours.objects.filter(team="sales", weekday=0).count() == 2
    look(page, assert_accessible)


def test_a_rep_chooses_and_stops_mails(page: Page, live_server: Any, assert_accessible: Any) -> None:
    sign_in(page, live_server.url, sam())
    page.goto(f"{live_server.url}/profile")
    page.get_by_role("link", name="Choose what comes by mail").click()
    look(page, assert_accessible)
    page.get_by_role("group", name="Time that runs out").get_by_label("Once a day").check()
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.context.clear_cookies()
    page.goto(live_server.url + stop_link(sam(), Topic.CLOCKS).removeprefix("http://127.0.0.1:8000"))
    look(page, assert_accessible)
    page.get_by_role("button", name="Stop them").press("Enter")
    expect(page.get_by_text("They have stopped.")).to_be_visible()
    look(page, assert_accessible)
    assert choices_of(sam())["clocks"] == "none"
