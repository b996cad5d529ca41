"""A review with three people in three browsers: in step, all writing, by keyboard, to the minutes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from reviews.models import AgendaItem, Meeting
from reviews.services.meetings import meeting_open
from reviews.services.preparing import meeting_prepare
from tests.browser.visitors import on, sign_in, tab_to
from tests.builders import an_active_version, maya, rita, sam
from tests.reviews.builders import a_handoff, a_series, first_meeting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = 60_000  # ms: how long an answer may take on a busy machine before the test gives up


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    expect.set_options(timeout=LONG)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def meeting(transactional_db: None) -> Meeting:
    """Open since a moment ago; sales has challenged one clause."""
    version, now = an_active_version(), timezone.now()
    a_handoff(version, now - timedelta(days=3), "returned", challenged_key="c-software")
    a_handoff(version, now - timedelta(days=3), "accepted")
    tomorrow = timezone.localdate() + timedelta(days=1)
    series = a_series(cadence="every_days", every_days=90, starts_on=tomorrow)
    meeting_prepare(meeting=first_meeting(series), actor=None)
    return meeting_open(meeting=first_meeting(series), actor=rita())


@pytest.fixture
def seat(open_page: Callable[..., Page], live_server: Any) -> Callable[..., Page]:
    """Gives each person a browser of their own, at the meeting."""

    def sit_down(person: Any, meeting: Meeting, width: int = 1280) -> Page:
        own = open_page(viewport={"width": width, "height": 900})
        own.set_default_timeout(LONG)
        sign_in(own, live_server.url, person.email)
        own.goto(f"{live_server.url}{meeting.get_absolute_url()}")
        return own

    return sit_down


def item_at(number: int) -> AgendaItem:
    return AgendaItem.objects.order_by("position")[number]


def is_at(page: Page, item: AgendaItem) -> None:
    expect(page.locator("#room-item-title")).to_have_text(item.title)


def notes(page: Page) -> Any:
    return page.get_by_role("textbox", name="Notes")


def press(page: Page, selector: str, key: str = "Enter") -> None:
    tab_to(page, on(selector))
    page.keyboard.press(key)


def test_three_people_hold_a_review(
    seat: Callable[..., Page], meeting: Meeting, look: Callable[[Page], None], page_faults: list[str]
) -> None:
    runs, writes, listens = seat(rita(), meeting), seat(maya(), meeting), seat(sam(), meeting, width=390)
    for each in (runs, writes, listens):
        is_at(each, item_at(0))
        look(each)
    assert listens.evaluate("document.documentElement.scrollWidth") <= 390

    # Everybody's own screen goes where the wall goes.
    runs.keyboard.press("p")
    expect(runs.get_by_role("heading", level=1)).to_have_text(item_at(0).title)
    look(runs)
    runs.keyboard.press("ArrowRight")
    expect(runs.get_by_role("heading", level=1)).to_have_text(item_at(1).title)
    for each in (writes, listens):
        is_at(each, item_at(1))
    runs.keyboard.press("ArrowLeft")
    is_at(listens, item_at(0))
    is_at(writes, item_at(0))

    # Sam saves while Maya writes: she reads it at once, and what she types stays.
    notes(writes).fill("Maya: bought lists.")
    notes(listens).fill("Sam: agencies.")
    listens.get_by_role("button", name="Save the notes").click()
    expect(writes.get_by_text("Notes, saved by Sam Okafor")).to_be_visible()
    expect(notes(writes)).to_have_value("Maya: bought lists.")
    runs.keyboard.press("ArrowRight")
    expect(writes.get_by_text("The room has moved on.")).to_be_visible()
    expect(notes(writes)).to_have_value("Maya: bought lists.")
    is_at(listens, item_at(1))
    # She saves: both texts stand there, and none is lost.
    writes.get_by_role("button", name="Save the notes").click()
    expect(writes.get_by_text("Saved meanwhile by Sam Okafor")).to_be_visible()
    page_faults[:] = [each for each in page_faults if "409" not in each]
    expect(notes(writes)).to_have_value("Maya: bought lists.")
    look(writes)
    notes(writes).fill("Sam: agencies. Maya: bought lists.")
    writes.get_by_role("button", name="Save the notes").click()
    is_at(writes, item_at(1))  # which she follows again, as soon as nothing of hers is unsaved
    assert item_at(0).notes == "Sam: agencies. Maya: bought lists."

    # Rita decides with the keyboard alone, and everybody sees it.
    clause = AgendaItem.objects.get(needs_outcome=True)
    while item_at_the_wall(runs) != clause.title:
        before = item_at_the_wall(runs)
        runs.keyboard.press("ArrowRight")
        expect(runs.get_by_role("heading", level=1)).not_to_have_text(before)
    runs.keyboard.press("o")
    is_at(runs, clause)
    press(runs, "[name='outcome-verdict']", "Space")
    press(runs, "#room-outcome [type='submit']")
    for each in (writes, listens):
        expect(each.locator("#room-state")).to_contain_text("everything is decided")
    clause.refresh_from_db()
    assert (clause.outcome.verdict, clause.outcome.owner) == ("keep", rita())

    # Who is here, the closing round, and the close.
    listens.get_by_role("button", name="I am here").click()
    expect(writes.locator("#room-state")).to_contain_text("2 of 4 here")
    writes.get_by_text("How sure are you?").click()
    writes.get_by_label("4", exact=True).check()
    writes.get_by_label("In a sentence").fill("A start.")
    writes.get_by_role("button", name="Say it", exact=True).click()
    expect(runs.locator("#room-state")).to_contain_text("4/5")
    expect(runs.locator("#room-state")).to_contain_text(
        "The closing round still asks Rita Novak, Sam Okafor."
    )
    look(runs)
    runs.locator("summary", has_text="Close the meeting").click()
    runs.get_by_role("button", name="Close it").click()
    for each in (runs, writes, listens):
        expect(each).to_have_title(re.compile("Minutes of Quarterly review"))
        expect(each.get_by_text("A start.").first).to_be_visible()
    look(writes)


def item_at_the_wall(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def test_the_timer_counts_on_after_a_reload(seat: Callable[..., Page], meeting: Meeting) -> None:
    Meeting.objects.update(
        opened_at=timezone.now() - timedelta(minutes=95), current_since=timezone.now() - timedelta(minutes=12)
    )
    page = seat(rita(), meeting)
    for _ in range(2):
        expect(page.locator(".lede .timer")).to_have_text(
            re.compile(r"^9[5-9]:\d\d of 90:00, [5-9]:\d\d over$")
        )
        expect(page.locator("#room-now .timer")).to_have_text(
            re.compile(r"^1\d:\d\d of 10:00, \d:\d\d over$")
        )
        page.reload()


def test_the_room_without_javascript(
    open_page: Callable[..., Page], live_server: Any, meeting: Meeting
) -> None:
    page = open_page(java_script_enabled=False)
    page.set_default_timeout(LONG)
    sign_in(page, live_server.url, rita().email)
    page.goto(f"{live_server.url}{meeting.get_absolute_url()}")
    notes(page).fill("By hand.")
    page.get_by_role("button", name="Save the notes").click()
    expect(page.get_by_text("0 of 10 min")).to_be_visible()
    assert item_at(0).notes == "By hand."
    page.get_by_role("link", name="For the projector").click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(item_at(1).title)
