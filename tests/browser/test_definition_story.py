"""Two marketers and three reps write one definition, from a template to the two keys, in a browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from definitions.models import Ballot, RepAnswer, Version
from leads.models import Score
from portal.common.models import User
from tests.browser.visitors import Visitor
from tests.builders import a_lead, an_account, an_activity, marco, maya, rita, sam, sofia

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAID = {
    "Sam Okafor": "Somebody who can sign, and who looked at prices.",
    "Sofia Petrova": "No students, please.",
    "Rita Novak": "A software company of some size.",
}


def test_from_a_template_to_a_ratified_definition(visitor: Visitor) -> None:
    marketers, reps = (maya(), marco()), (sam(), sofia(), rita())
    _leads_of_a_year()
    _ask_the_reps(visitor, reps)
    draft = _start_from_the_template(visitor)
    _reflect_what_they_said(visitor, draft)
    _argue_and_settle(visitor, draft)
    ballot = _propose(visitor, draft)
    _vote(visitor, ballot, (*marketers, *reps))
    _read_the_treaty(visitor, draft, reps)


def _leads_of_a_year() -> None:
    for number in range(24):
        account = an_account(industry="software" if number % 2 else "retail", employees=20 * (number + 1))
        lead = a_lead(
            account=account,
            job_title=("CTO", "Head of IT", "Student")[number % 3],
            captured_at=timezone.now() - timedelta(days=14 * number + 1),
        )
        for day in range(number % 5):
            an_activity(lead, at=timezone.now() - timedelta(days=day + 1))


def _ask_the_reps(visitor: Visitor, reps: tuple[User, ...]) -> None:
    """Each rep answers the first of the two questions; who has not is named until then."""
    for rep in reps:
        visitor.be(rep)
        visitor.go("/definitions/answers/")
        visitor.look()
        question = visitor.page.get_by_role("region", name="What is a qualified lead for you?")
        question.get_by_label("Your answer").first.fill(SAID[rep.name])
        question.get_by_role("button", name="Keep my answer").click()
        expect(visitor.page.locator(".answer-list").get_by_text(SAID[rep.name])).to_be_visible()
    assert RepAnswer.objects.count() == len(reps)


def _start_from_the_template(visitor: Visitor) -> Version:
    visitor.be(maya())
    visitor.go("/definitions/mql/start/")
    visitor.look()
    visitor.press("Start from it")
    expect(visitor.page.get_by_role("heading", name="Fit: who they are")).to_be_visible()
    draft = Version.objects.get()
    # A first guess moved where it stands: it saves itself, and its step can be undone.
    threshold = visitor.page.get_by_label("Threshold", exact=True)
    before = draft.threshold
    threshold.fill(str(before + 15))
    threshold.press("Enter")
    expect(visitor.page.get_by_role("button", name=re.compile("Undo")).first).to_be_enabled()
    visitor.look()
    draft.refresh_from_db()
    assert draft.threshold == before + 15
    return draft


def _reflect_what_they_said(visitor: Visitor, draft: Version) -> None:
    """For each answer the clause that follows it, or why the draft does not."""
    visitor.go(f"/definitions/drafts/{draft.pk}/answers/")
    visitor.look()
    for text, through, why in (
        (SAID["Sam Okafor"], "whole", ""),
        (SAID["Sofia Petrova"], "no", "A student may be the one who brings it to the head of IT."),
        (SAID["Rita Novak"], draft.criteria.filter(half="fit").earliest("pk").key, ""),
    ):
        line = visitor.page.locator("li", has_text=text)
        line.get_by_label("In the draft").select_option(through)
        line.get_by_label("Why not").fill(why)
        line.get_by_role("button", name="Keep this").click()
        visitor.page.wait_for_load_state()
    assert draft.reflections.filter(is_reflected=True).count() == 2


def _argue_and_settle(visitor: Visitor, draft: Version) -> None:
    """Sofia is concerned, so the draft cannot be proposed; Marco answers, and she settles it."""
    visitor.be(sofia())
    visitor.go(f"/definitions/drafts/{draft.pk}/")
    words = visitor.page.locator("#comments")
    words.get_by_label("Kind").select_option("concern")
    words.get_by_label("Your words").fill("Students cost us a day a week.")
    words.get_by_role("button", name="Say it").click()
    expect(visitor.page.get_by_text("One concern is open.").first).to_be_visible()
    visitor.be(marco())
    visitor.go(f"/leads/versions/{draft.pk}/propose/")
    expect(visitor.page.get_by_text("Not passed").first).to_be_visible()
    expect(visitor.page.get_by_role("button", name="Propose")).to_have_count(0)
    visitor.look()
    visitor.go(f"/definitions/drafts/{draft.pk}/")
    visitor.page.locator("#comments summary", has_text="Answer").first.click()
    visitor.page.get_by_label("Your answer").first.fill("They stay below the threshold: they have no budget.")
    visitor.press("Send the answer")
    visitor.be(sofia())
    visitor.go(f"/definitions/drafts/{draft.pk}/")
    expect(visitor.page.get_by_text("They stay below the threshold: they have no budget.")).to_be_visible()
    visitor.press("Settled")
    expect(visitor.page.get_by_text("One concern is open.")).to_have_count(0)


def _propose(visitor: Visitor, draft: Version) -> Ballot:
    visitor.be(maya())
    visitor.go(f"/leads/versions/{draft.pk}/propose/")
    visitor.look()
    visitor.page.locator("[name=statement]").fill("A first agreement; the first review tests the points.")
    visitor.press("Propose")
    expect(visitor.page.get_by_text("Who has not voted yet")).to_be_visible()
    return Ballot.objects.get()


def _vote(visitor: Visitor, ballot: Ballot, people: tuple[User, ...]) -> None:
    """Two keys: marketing alone ratifies nothing, and one rep who disagrees says why."""
    for person in people:
        visitor.be(person)
        visitor.go(f"/definitions/ballots/{ballot.pk}/")
        choice = "disagree" if person == sofia() else "agree"
        visitor.page.locator(f"[name=choice][value={choice}]").check()
        if choice == "disagree":
            visitor.page.locator("[name=reason]").fill("I would rather leave students out altogether.")
        assert not Version.objects.filter(status__in=("ratified", "active")).exists()
        visitor.press("Cast")
        visitor.page.wait_for_load_state()
    ballot.refresh_from_db()
    assert ballot.status == "ratified", ballot.outcome
    visitor.look()
    expect(visitor.page.get_by_text("I would rather leave students out altogether.").first).to_be_visible()


def _read_the_treaty(visitor: Visitor, draft: Version, reps: tuple[User, ...]) -> None:
    """The worker scores everybody; then anyone reads one page, signed by both houses."""
    visitor.go(f"/leads/runs/{draft.runs.get().pk}/")
    visitor.wait_for("became active when the last lead was scored")
    assert Score.objects.filter(version=draft).count() == 24
    visitor.go("/definitions/mql/")
    visitor.look()
    for person in (maya(), marco(), *reps):
        if person != sofia():
            expect(visitor.page.locator("main").get_by_text(person.name).first).to_be_visible()
    visitor.go("/definitions/mql/steps/")
    visitor.look()
    expect(visitor.page.locator("#step-fit")).to_contain_text("MQL v1")
