"""A rep's morning in a browser: twelve leads with the keyboard alone, with colleagues at the same queue."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from definitions.models import Version
from leads.handoffs import services
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import Handoff, Lead
from tests.browser.visitors import on, sign_in, tab_to
from tests.builders import an_account, an_activity, sam, sofia
from tests.leads.handoffs.stories import a_fit_lead, in_force, rescore

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = "Ana Ben Cleo Dan Eva Finn Gia Hugo Ida Jan Kim Leo".split()  # noqa: SIM905
LONG = 60_000  # ms: how long an answer may take on a busy machine before the test gives up


def offer(version: Version, *names: str) -> None:
    """One offer each, in this order of urgency."""
    account = an_account(industry="Software", name="Fjord Systems")
    for name in names:
        lead = a_fit_lead(account=account, first_name=name, last_name="Silva")
        an_activity(lead, at=timezone.now() - timedelta(hours=1), subject="/pricing")
    rescore(version)
    handoffs_reconcile()


def status(name: str) -> str:
    return Handoff.objects.get(lead__first_name=name).status


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


@pytest.fixture(autouse=True)
def patience(page: Page) -> Iterator[None]:
    page.set_default_timeout(LONG)
    expect.set_options(timeout=LONG)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def version(transactional_db: None) -> Version:
    return in_force()


def test_twelve_leads_with_the_keyboard_alone(
    page: Page, live_server: Any, version: Version, look: Callable[[Page], None]
) -> None:
    offer(version, *NAMES)
    sign_in(page, live_server.url, sam().email)
    page.goto(f"{live_server.url}/leads/")
    look(page)
    started, keyboard = time.perf_counter(), page.keyboard

    # Five by j and a.
    for name in NAMES[:5]:
        keyboard.press("j")
        assert focused(page) == f"{name} Silva"
        keyboard.press("a")
        expect(page.locator("tr.is-accepted", has_text=name)).to_contain_text("Accepted by you")

    # One goes back, with its reason; the queue comes again.
    keyboard.press("j")
    keyboard.press("r")
    expect(page.get_by_role("heading", name=f"Return {NAMES[5]} Silva")).to_be_visible()
    tab_to(page, on("[name=reason]"))
    keyboard.press("Space")
    tab_to(page, on("[name=criterion]"))
    keyboard.press("Space")
    tab_to(page, on(".form-actions [type=submit]"))
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Offered leads")).to_be_visible()
    page.wait_for_load_state()  # what listens to keys is there
    assert status(NAMES[5]) == "returned"

    # Three are chosen and taken together, after k has gone back to one.
    for key in ("j", "x", "j", "x", "j", "j", "x", "k"):
        keyboard.press(key)
    assert focused(page) == f"{NAMES[8]} Silva"
    expect(page.locator(".choose input:checked")).to_have_count(3)
    keyboard.press("Shift+A")
    expect(page.locator("#queue-said")).to_contain_text("You accepted 3 leads.")
    expect(page.locator("tr.is-accepted")).to_have_count(3)
    look(page)

    # The one between them is found by its name: / goes to the search of the queue.
    keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    keyboard.type(NAMES[8])
    expect(page.locator("table.queue tbody tr")).to_have_count(1)
    keyboard.press("ArrowDown")
    # Enter opens it; its page says what to do, and the same key does it.
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Accept it, or return it with a reason.")).to_be_visible()
    look(page)
    keyboard.press("a")
    expect(page.get_by_role("heading", name="Call or write, and note how it went.")).to_be_visible()

    # ? says which keys there are, those of a marked lead as well while none is.
    page.goto(f"{live_server.url}/leads/")
    keyboard.press("?")
    keys = page.locator("#key-help dt")
    expect(keys.first).to_be_visible()
    assert set("jkarx/?") <= set(keys.all_text_contents())
    keyboard.press("Escape")
    keyboard.press("j")
    for name in NAMES[10:]:
        keyboard.press("a")
        expect(page.locator("tr.is-accepted", has_text=name)).to_be_visible()
        keyboard.press("j")
    assert not Handoff.objects.filter(status="offered").exists()
    assert Handoff.objects.filter(status="accepted", owner=sam()).count() == 11
    print(f"\ntwelve leads by keyboard: {time.perf_counter() - started:.0f} s, three looks with axe included")


def test_what_others_do_appears_and_nothing_moves(
    page: Page, live_server: Any, version: Version, look: Callable[[Page], None]
) -> None:
    offer(version, *NAMES)
    sign_in(page, live_server.url, sam().email)
    page.goto(f"{live_server.url}/leads/")
    for _ in range(3):
        page.keyboard.press("j")
    page.locator("tr", has_text="Dan Silva").locator("summary").click()
    expect(page.locator("tr", has_text="Dan Silva").locator(".receipt")).to_be_visible()
    page.locator("tr", has_text="Cleo Silva").get_by_role("link", name="Cleo Silva", exact=True).focus()
    place = page.locator("tr", has_text="Ida Silva").bounding_box()

    # A colleague takes the lead that is marked, another one goes, and one is new.
    for name in ("Cleo", "Eva"):
        services.handoff_accept(handoff=Handoff.objects.get(lead__first_name=name), actor=sofia())
    offer(version, "Nora")
    expect(page.locator("tr.is-gone")).to_have_count(2)
    expect(page.locator("tr.is-gone").first).to_contain_text("Sofia Petrova")
    expect(page.locator("#queue-news")).to_contain_text("One new offer: Nora Silva")
    expect(page.locator("#queue-count-all")).to_contain_text("11")
    assert focused(page) == "Cleo Silva", "the focus is where it was"
    expect(page.locator("tr.is-current")).to_contain_text("Cleo Silva")
    expect(page.locator("tr", has_text="Dan Silva").locator(".receipt")).to_be_visible()
    assert page.locator("tr", has_text="Ida Silva").bounding_box() == place, "nothing moved"
    look(page)

    # The reader goes on from there, and the new one stands in the list when asked for.
    page.keyboard.press("j")
    assert focused(page) == "Dan Silva"
    page.keyboard.press("n")
    expect(
        page.locator("table.queue tbody").get_by_role("link", name="Nora Silva", exact=True)
    ).to_be_visible()
    expect(page.locator("tr.is-gone")).to_have_count(0)


def test_one_thumb_on_a_phone(
    page: Page, live_server: Any, version: Version, look: Callable[[Page], None]
) -> None:
    offer(version, *NAMES[:6])
    # So high that the bar at its foot covers no row by half: what it covers for a moment is no fault.
    page.set_viewport_size({"width": 390, "height": 3000})
    sign_in(page, live_server.url, sam().email)
    page.goto(f"{live_server.url}/leads/")
    look(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for name in ("Next lead", "Previous lead", "Return", "Accept"):
        box = page.locator(".thumb").get_by_role("button", name=name).bounding_box()
        assert box is not None
        # In the lower third, and large enough for a thumb.
        assert box["y"] > 844 * 2 / 3
        assert min(box["height"], box["width"]) >= 44
    thumb = page.locator(".thumb")
    # Where no lead is marked yet, the first press marks one and says which; it does nothing to it.
    thumb.get_by_role("button", name="Accept").click()
    expect(thumb).to_contain_text("Ana Silva")
    expect(page.locator("tr.is-current")).to_contain_text("Ana Silva")
    thumb.get_by_role("button", name="Next lead").click()
    expect(thumb).to_contain_text("Ben Silva")
    assert status("Ana") == "offered"
    thumb.get_by_role("button", name="Accept").click()
    expect(page.locator("tr.is-accepted")).to_contain_text("Ben Silva")
    thumb.get_by_role("button", name="Next lead").click()
    thumb.get_by_role("button", name="Return").click()
    expect(page.get_by_role("heading", name=re.compile("Return Cleo"))).to_be_visible()
    assert Lead.objects.get(first_name="Ben").owner == sam()


def test_without_a_script_everything_is_there(
    open_page: Callable[..., Page], live_server: Any, version: Version
) -> None:
    offer(version, *NAMES[:4])
    page = open_page(java_script_enabled=False)
    sign_in(page, live_server.url, sam().email)
    page.goto(f"{live_server.url}/leads/")
    page.get_by_role("checkbox", name="Choose Ana Silva").check()
    page.get_by_role("checkbox", name="Choose Ben Silva").check()
    page.get_by_role("button", name="Accept the chosen leads").click()
    expect(page.get_by_text("You accepted 2 leads.")).to_be_visible()
    page.get_by_text("Segment", exact=True).click()
    page.get_by_role("link", name="Choose by source").click()
    page.get_by_label("Industry").select_option("Software")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("table.queue tbody tr")).to_have_count(2)
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of what you see now").fill("Software")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("navigation", name="Your views").get_by_role("link")).to_have_text("Software")


def test_when_the_session_has_ended_the_queue_says_so_once_and_stops_asking(
    page: Page, live_server: Any, version: Version, look: Callable[[Page], None], page_faults: list[str]
) -> None:
    offer(version, "Ana")
    sign_in(page, live_server.url, sam().email)
    page.clock.install()
    page.goto(f"{live_server.url}/leads/?tab=shared")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/news/" in request.url else None)
    page.context.clear_cookies(name="sessionid")

    page.clock.run_for(5_000)
    told = page.locator("#toasts .alert")
    expect(told).to_contain_text("You are signed out, and this page is not kept up to date any more.")
    expect(page.locator("tr", has_text="Ana Silva")).to_be_visible()
    page_faults[:] = [fault for fault in page_faults if "401" not in fault]
    look(page)
    before = len(asked)
    page.clock.run_for(60_000)
    assert len(asked) == before
    expect(told).to_have_count(1)

    # Whoever presses on reads it again, and nothing is done.
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(told.last).to_contain_text("so nothing was saved")
    assert status("Ana") == "offered"
    told.last.get_by_role("link", name="Sign in").click()
    page.get_by_label("Password", exact=False).wait_for()
    assert page.url.endswith("next=%2Fleads%2F%3Ftab%3Dshared")
    page_faults[:] = [fault for fault in page_faults if "401" not in fault]
