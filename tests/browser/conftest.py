"""What the stories in a browser share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from portal.tasks import sweep
from tests.browser.visitors import Visitor

BEAT = 5.0  # seconds


@pytest.fixture
def beat(real_worker: Any) -> Iterator[None]:
    """The bell that rings by itself: a worker that sees due work wait for half a minute would stop."""
    is_over = threading.Event()

    def ring() -> None:
        while not is_over.wait(BEAT):
            sweep.delay()

    thread = threading.Thread(target=ring)
    thread.start()
    yield
    is_over.set()
    thread.join()


@pytest.fixture
def visitor(
    page: Page, open_page: Callable[[], Page], live_server: Any, beat: None, assert_accessible: Any
) -> Visitor:
    return Visitor(page, live_server.url, assert_accessible, open_page)


@pytest.fixture
def look(assert_accessible: Callable[[Any], None]) -> Callable[[Page], None]:
    """Holds the page against axe, from its top: what the fixed bars cover for a moment is no fault."""

    def check(page: Page) -> None:
        page.evaluate("scrollTo(0, 0)")
        assert_accessible(page)

    return check
