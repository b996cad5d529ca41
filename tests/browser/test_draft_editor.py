"""A draft worked on in a browser: by keyboard alone, by two people at once, and through a crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from definitions.models import Comment, Criterion, UnsavedClause, Version
from tests.browser.visitors import on, sign_in, tab_to
from tests.builders import a_lead, an_account, maya, sam
from tests.definitions.drafting import a_clause, a_draft

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = 30_000  # ms: how long the others' page may take on a busy machine before the test gives up


@pytest.fixture
def draft(transactional_db: None) -> Version:
    for industry in ("Software", "Software", "Retail"):
        a_lead(account=an_account(industry=industry))
    return a_draft(title="Next quarter")


def arrow_to(page: Page, label: str) -> None:
    """Choose in the list that has the focus. Its letters would not do: it forgets them after a second."""
    chosen = "document.activeElement.selectedOptions[0].label.trim()"
    page.keyboard.press("Home")
    while page.evaluate(chosen) != label:
        before = page.evaluate("document.activeElement.selectedIndex")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.selectedIndex") > before, f"No choice “{label}”."


def test_a_person_with_only_the_keyboard_writes_moves_comments_and_undoes(
    page: Page, live_server: Any, draft: Version, look: Callable[[Page], None]
) -> None:
    a_clause(draft, wording="Was here first")
    sign_in(page, live_server.url, maya().email)
    page.goto(f"{live_server.url}/definitions/drafts/{draft.pk}/")
    expect(page.locator("#draft-numbers .draft-count")).to_contain_text("of 3 leads would qualify")
    look(page)
    keyboard = page.keyboard
    # A criterion: f opens the form of a fit clause.
    keyboard.press("f")
    expect(page.get_by_role("heading", name="New clause")).to_be_visible()
    tab_to(page, on("[name=r0-field]"))
    arrow_to(page, "Industry")
    expect(page.get_by_role("list", name="Values of Industry")).to_be_visible()
    tab_to(page, on("[name=r0-values]"))
    keyboard.type("Software")
    tab_to(page, on("[name=points]"))
    keyboard.press("Control+A")
    keyboard.type("120")
    look(page)
    keyboard.press("Enter")
    expect(page.get_by_text("The clause is added.")).to_be_visible()
    clause = Criterion.objects.latest("pk")
    assert (clause.effect["points"], clause.rule["values"]) == (120, ["Software"])
    # Its points, where they stand; the numbers answer.
    expect(page.locator("#draft-numbers .tile-value")).to_have_text("2")
    tab_to(page, on(f"#points-{clause.key}-value"))
    keyboard.press("Control+A")
    keyboard.type("15")
    keyboard.press("Enter")
    expect(page.locator("#draft-numbers .tile-value")).to_have_text("0")
    # Moved, and told so; the focus stays with the clause.
    tab_to(page, on(f"#up-{clause.key}"))
    keyboard.press("Enter")
    expect(page.locator("#draft-said")).to_contain_text("is now 1 of 2.")
    expect(page.locator(f"#up-{clause.key}")).to_be_focused()
    assert draft.criteria.order_by("position").first() == clause
    # Commented.
    tab_to(page, on(f"#clause-{clause.key} a.btn"), "Shift+Tab")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Comments on this clause")).to_be_visible()
    tab_to(page, on("#comments textarea[name=text]"))
    keyboard.type("Which size?")
    tab_to(page, on("#comments button[type=submit]"))
    keyboard.press("Enter")
    expect(page.locator(".comment-body", has_text="Which size?")).to_be_visible()
    assert Comment.objects.get().criterion_key == clause.key
    look(page)
    # Undone: the move, then the points; and done again.
    page.goto(f"{live_server.url}/definitions/drafts/{draft.pk}/")
    expect(page.locator("#undo")).to_contain_text("moved")
    keyboard.press("Control+z")
    expect(page.locator("#draft-said")).to_have_text("Undone.")
    expect(page.locator("#undo")).to_contain_text("+120 points → +15 points")
    keyboard.press("Control+z")
    expect(page.locator(f"#points-{clause.key}-value")).to_have_value("120")
    expect(page.locator("#draft-numbers .tile-value")).to_have_text("2")
    keyboard.press("Control+Shift+Z")
    expect(page.locator(f"#points-{clause.key}-value")).to_have_value("15")
    look(page)


def test_two_people_at_once_see_each_other_and_lose_nothing(
    page: Page,
    page_faults: list[str],
    open_page: Callable[..., Page],
    live_server: Any,
    draft: Version,
    look: Callable[[Page], None],
) -> None:
    clause = a_clause(draft, wording="Works in software")
    other = open_page()
    for each, person in ((page, maya()), (other, sam())):
        sign_in(each, live_server.url, person.email)
        each.goto(f"{live_server.url}/definitions/drafts/{draft.pk}/")
    expect(page.locator(".people-here")).to_contain_text("Sam Okafor", timeout=LONG)
    # Maya is typing when Sam saves: what she types stays, and both values are shown.
    box = page.locator("#number-threshold-value")
    box.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("80")
    other.locator("#number-threshold-value").fill("90")
    other.locator("#number-threshold-value").press("Enter")
    expect(other.locator("#undo")).to_contain_text("threshold 100 → 90")
    with page.expect_response(lambda answer: "/clauses/" in answer.url and answer.status == 200):
        pass
    expect(box).to_have_value("80")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Sam Okafor made this 90 while you made it 80.")
    # The refusal is one that the browser notes.
    page_faults[:] = [fault for fault in page_faults if "409" not in fault]
    look(page)
    page.get_by_role("button", name="Make it 80").click()
    expect(page.locator("#undo")).to_contain_text("threshold 90 → 80")
    expect(other.locator("#number-threshold-value")).to_have_value("80", timeout=LONG)
    # Sam opens the clause; Maya sees it at the clause.
    other.goto(f"{live_server.url}/definitions/drafts/{draft.pk}/criteria/{clause.key}/")
    expect(page.locator(f"#clause-{clause.key}")).to_contain_text("Sam Okafor is editing this", timeout=LONG)


def test_what_was_typed_survives_the_browser(
    page: Page, live_server: Any, draft: Version, look: Callable[[Page], None]
) -> None:
    clause = a_clause(draft, wording="Works in software")
    sign_in(page, live_server.url, maya().email)
    address = f"{live_server.url}/definitions/drafts/{draft.pk}/criteria/{clause.key}/"
    page.goto(address)
    page.locator("[name=reason]").fill("Because they bu")
    expect(page.get_by_text("Kept for you, not saved yet.")).to_be_visible()
    # As after a crash: nothing of the page is left.
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator("[name=reason]")).to_have_value("")
    expect(page.get_by_role("heading", name="You typed something here and did not save it")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Take it up again").click()
    expect(page.locator("[name=reason]")).to_have_value("Because they bu")
    page.locator("[name=reason]").fill("Because they buy.")
    page.get_by_role("button", name="Save the clause").last.click()
    expect(page.get_by_text("The clause is saved.")).to_be_visible()
    assert Criterion.objects.get(pk=clause.pk).reason == "Because they buy."
    assert not UnsavedClause.objects.exists()


def test_a_clause_is_dragged_to_its_place_and_into_a_group(
    page: Page, live_server: Any, draft: Version
) -> None:
    first, second, third = (a_clause(draft, wording=each) for each in ("First", "Second", "Third"))
    # Nothing has to be scrolled to: a page that scrolls between press and move drags nothing.
    page.set_viewport_size({"width": 1280, "height": 1800})
    sign_in(page, live_server.url, maya().email)
    page.goto(f"{live_server.url}/definitions/drafts/{draft.pk}/")
    page.get_by_label("Name of the group", exact=True).fill("Visits")
    page.get_by_label("Counts at most", exact=True).fill("30")
    page.get_by_role("button", name="Make a group").click()
    expect(page.locator(".group-row")).to_have_count(1)

    def drag(clause: Criterion, target: str, **where: Any) -> None:
        page.locator(f"#clause-{clause.key} .clause-grip").drag_to(page.locator(target), **where)

    drag(third, f"#clause-{first.key}", target_position={"x": 20, "y": 3})
    expect(page.locator("#draft-said")).to_contain_text("“Third” is now 1 of 3.")
    drag(second, ".group-row")
    expect(page.locator("#draft-said")).to_contain_text("“Second” is now 1 of 1 in the group “Visits”.")
    drag(first, f"#clause-{second.key}", target_position={"x": 20, "y": 3})
    expect(page.locator("#draft-said")).to_contain_text("“First” is now 1 of 2 in the group “Visits”.")
    drag(second, f"#clause-{third.key}", target_position={"x": 20, "y": 3})
    expect(page.locator("#draft-said")).to_contain_text("“Second” is now 1 of 2.")
    rows = draft.criteria.order_by("position").values_list("wording", "group")
    assert [wording for wording, group in rows if not group] == ["Second", "Third"]
    assert [wording for wording, group in rows if group] == ["First"]
