"""The way to a definition in a browser: by the keyboard alone, and each page held against axe-core."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Page, expect

from definitions.models import Persona, RepAnswer, Version
from definitions.services.answers import answer_give
from leads.models import TastingAnswer
from leads.tasting.services import tasting_close
from portal.common.models import User
from tests.builders import a_lead, maya, rita, sam
from tests.leads.tasting.stories import a_tasting, people, taste_all

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, address: str, person: User) -> None:
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": address}
    page.context.add_cookies([cookie])  # type: ignore[list-item]


def test_from_the_steps_to_a_draft_of_a_template(
    page: Page, live_server: Any, assert_accessible: Any
) -> None:
    sam()
    sign_in(page, live_server.url, maya())
    page.goto(f"{live_server.url}/definitions/mql/")
    # The strip came by itself, and is a link where there is no script.
    expect(page.get_by_text("0 of 7 steps done")).to_be_visible()
    page.get_by_role("link", name="Seven steps").click()
    assert_accessible(page)
    page.keyboard.press("n")  # the next step's act
    expect(page).to_have_url(f"{live_server.url}/definitions/mql/start/")
    assert_accessible(page)
    page.get_by_role("button", name="A template for services").press("Enter")
    expect(page.locator("#clause-c-our-work")).to_be_visible()
    page.goto(f"{live_server.url}/definitions/mql/steps/")
    expect(page.locator("#step-fit")).to_contain_text("5 clauses in MQL v1. 5 have no owner.")
    assert Version.objects.get().title == "Services, first agreement"


def test_a_lead_is_tasted_by_the_keyboard_alone(page: Page, live_server: Any, assert_accessible: Any) -> None:
    people()
    tasting = a_tasting()
    sign_in(page, live_server.url, sam())
    page.goto(f"{live_server.url}{tasting.get_absolute_url()}")
    assert_accessible(page)
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lead 1 of 20")
    assert_accessible(page)
    page.keyboard.press("t")
    expect(page.get_by_label("Take it")).to_be_checked()
    page.keyboard.press("l")
    expect(page.get_by_label("Leave it")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("Too little is known.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lead 2 of 20")
    answer = TastingAnswer.objects.get()
    assert (answer.takes, answer.reason, answer.person) == (False, "Too little is known.", sam())


def test_the_pages_of_results_answers_examples_and_promises_are_accessible(
    page: Page, live_server: Any, assert_accessible: Any
) -> None:
    rule = {"attribute": "lead.has_phone", "is": "yes"}
    Persona.objects.create(key="phoner", name="Phoner", role="Picks up", rule=rule)
    made = people()
    a_lead()
    tasting = a_tasting()
    for person in (sam(), rita()):
        taste_all(tasting, person, "c-software")
    taste_all(tasting, maya(), "c-pricing")
    tasting_close(tasting=tasting, actor=maya())
    answer = answer_give(actor=rita(), question=RepAnswer.Question.EASIEST, text="Those who asked.")
    account = made[0].account
    assert account is not None
    sign_in(page, live_server.url, rita())
    for path in (
        tasting.get_absolute_url(),
        "/leads/tastings/",
        "/definitions/answers/",
        f"/leads/answers/{answer.pk}/examples/?q=vorname",
        "/definitions/mql/promises/",
        "/definitions/personas/",
        account.get_absolute_url(),
        made[0].get_absolute_url(),
        "/",
    ):
        page.goto(f"{live_server.url}{path}")
        page.wait_for_load_state("networkidle")
        assert_accessible(page)
