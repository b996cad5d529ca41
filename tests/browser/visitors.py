"""People who use the portal in turn, each in their own browser, and hold what they see against axe-core."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from portal.common.models import User
from tests.builders import PASSWORD

LONG = 120_000  # ms: how long the worker may take on a busy machine before the test gives up


@dataclass
class Visitor:
    """Who is at the portal just now; ``page`` is what they have before them."""

    page: Page
    address: str
    check: Callable[[Any], None]
    open_page: Callable[[], Page]

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def look(self) -> None:
        """Hold the page against axe, from its top: what the fixed bar covers for a moment is no fault."""
        self.page.evaluate("scrollTo(0, 0)")
        self.check(self.page)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=False).first.click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=False).first.click()

    def be(self, person: User) -> None:
        """Somebody else sits down, in a browser of their own.

        In one browser an answer that is still on its way to the last person would bring their cookies.
        """
        self.page.goto("about:blank")  # The other's page asks for news no more.
        self.page = self.open_page()
        sign_in(self.page, self.address, person.email)

    def wait_for(self, text: str) -> None:
        """Wait for a text that the worker's work brings about."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=LONG)


def sign_in(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/accounts/login/")
    page.get_by_label("E-mail", exact=False).or_(page.get_by_label("Email", exact=False)).fill(email)
    page.get_by_label("Password", exact=False).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_title(re.compile("Home"))


def tab_to(page: Page, is_there: Callable[[Page], bool], key: str = "Tab", most: int = 200) -> None:
    """Go on by Tab until the focus is where it should be: whoever has no mouse gets there too."""
    for _ in range(most):
        if is_there(page):
            return
        page.keyboard.press(key)
    raise AssertionError(
        f"not reached by {key}: the focus is at {page.evaluate('document.activeElement.outerHTML')}"
    )


def on(selector: str) -> Callable[[Page], bool]:
    return lambda page: bool(
        page.evaluate("selector => Boolean(document.activeElement?.matches(selector))", selector)
    )
