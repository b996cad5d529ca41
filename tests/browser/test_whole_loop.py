"""The whole loop in a browser, with a real worker: import, draft, vote, rescore, hand off, review, amend.

Every page that it comes by is held against axe-core, and nothing may go wrong unseen in the console.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from definitions.models import Ballot, Version
from leads.models import Activity, Handoff, Import, Lead, Score
from portal.common.models import OutgoingMail
from portal.tasks import sweep
from reviews.models import Meeting
from tests.browser.visitors import LONG, Visitor
from tests.builders import PASSWORD, marco, maya, mona, rita, sam, sofia

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def write_leads(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(
            ["Id", "Email", "First name", "Last name", "Company", "Industry", "Job title", "Score of old"]
        )
        for number in range(1, 41):
            industry = "Software" if number % 2 else "Retail"
            title = "Head of Sales" if number % 3 else "Student"
            address = f"lead{number}@firm{number}.example"
            out.writerow(
                [number, address, f"Jo{number}", f"Ek{number}", f"Firm {number}", industry, title, number]
            )
        out.writerow([41, "broken", "No", "Body", "", "", "", "x"])


def write_activities(path: Path) -> None:
    recent = timezone.now() - timedelta(days=3)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["message_id", "lead_id", "kind", "occurred_at", "subject"])
        for number in range(1, 21):
            for visit in range(3):
                at = (recent + timedelta(minutes=visit)).isoformat()
                out.writerow([f"m{number}-{visit}", number, "page_viewed", at, "Pricing"])


def test_the_whole_loop(visitor: Visitor, tmp_path: Path) -> None:
    set_up(visitor)
    import_files(visitor, tmp_path)
    draft = draft_definition(visitor)
    ballot = propose(visitor, draft)
    vote(visitor, ballot)
    watch_the_run(visitor, draft)
    work_the_queue(visitor)
    see_what_became(visitor)
    hold_the_review(visitor)


def set_up(visitor: Visitor) -> None:
    """The first page makes the administrator, who invites a colleague."""
    # The server of these tests has met people in earlier ones; a fresh one leads here by itself.
    visitor.go("/welcome")
    visitor.look()
    for label, value in (
        ("Your company", "Nordlicht"),
        ("Your name", "Ada Lund"),
        ("Your e-mail", "ada@example.com"),
        ("Password", PASSWORD),
    ):
        visitor.page.get_by_label(label, exact=False).first.fill(value)
    visitor.press("Create the administrator")
    expect(visitor.page.get_by_text("Explore with sample data")).to_be_visible()
    visitor.look()
    visitor.go("/people/invite")
    visitor.page.get_by_label("E-mail", exact=False).fill("noor@example.com")
    visitor.look()
    visitor.press("Invite")
    link = visitor.page.get_by_label("Link for joining").input_value()
    visitor.look()
    assert OutgoingMail.objects.get().to_email == "noor@example.com"
    visitor.page = visitor.open_page()
    visitor.go("/join/" + link.rsplit("/", 1)[-1])
    visitor.page.get_by_label("Your name", exact=False).fill("Noor Aziz")
    visitor.page.get_by_label("Password", exact=False).fill(PASSWORD)
    visitor.look()
    visitor.press("Join")
    expect(visitor.page.get_by_text("Welcome, Noor")).to_be_visible()
    for person in (maya(), marco(), mona(), sam(), sofia(), rita()):
        assert person.is_active


def import_files(visitor: Visitor, folder: Path) -> None:
    """Leads, then what they did: mapped, imported by the worker, counted to the last line."""
    visitor.be(maya())
    visitor.look()
    for kind, name, write in (
        ("leads", "leads.csv", write_leads),
        ("activities", "visits.csv", write_activities),
    ):
        path = folder / name
        write(path)
        visitor.go("/leads/imports/new/")
        visitor.look()
        visitor.page.locator("input[type=file]").set_input_files(path)
        visitor.page.locator("[name=kind]").select_option(kind)
        visitor.page.locator("[name=source]").fill("Our CRM")
        visitor.press("Look at the columns")
        expect(visitor.page.get_by_role("heading", name="What each column is")).to_be_visible()
        visitor.look()
        visitor.press("Import it")
        visitor.wait_for("Every line of the file is counted below.")
        visitor.look()
    leads, visits = Import.objects.order_by("pk")
    assert (leads.created, leads.rejected, leads.line) == (40, 1, 41)
    assert (visits.created, visits.rejected) == (60, 0)
    assert (Lead.objects.count(), Activity.objects.count()) == (40, 60)


def add_clause(visitor: Visitor, half: str, fill: Callable[[Page], None], **effect: str) -> None:
    """The form of a new clause opens with one condition of the half's usual kind."""
    visitor.follow(f"Add a {half} clause")
    page = visitor.page
    fill(page)
    for field, value in effect.items():
        control = page.locator(f"[name={field}]")
        if control.evaluate("node => node.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
    visitor.look()
    visitor.press("Add the clause")
    expect(page.get_by_role("heading", name="Fit: who they are")).to_be_visible()


def draft_definition(visitor: Visitor) -> Version:
    """Maya writes three clauses in the browser and sees at once who would qualify."""
    visitor.go("/definitions/mql/")
    visitor.look()
    visitor.follow("Start a draft")
    visitor.look()
    visitor.page.locator("[name=source][value=empty]").check()
    visitor.press("Start the draft")
    expect(visitor.page.get_by_role("heading", name="Fit: who they are")).to_be_visible()
    visitor.look()

    def industry(page: Page) -> None:
        page.locator("[name$=-field]").first.select_option("account.industry")
        expect(page.get_by_role("list", name="Values of Industry")).to_be_visible()
        page.locator("[name$=-values]").first.fill("Software")

    def visits(page: Page) -> None:
        page.locator("[name$=-kind]").first.select_option("page_viewed")
        page.locator("[name$=-number]").first.fill("2")
        page.locator("[name$=-within_days]").first.fill("30")

    def student(page: Page) -> None:
        page.locator("[name$=-field]").first.select_option("lead.job_title")
        page.locator("[name$=-is]").first.select_option(
            "contains_word"
        )  # while the first answer is under way
        expect(page.get_by_label("Words or phrases, one a line")).to_be_visible()
        page.locator("[name$=-values]").first.fill("student")

    add_clause(visitor, "fit", industry, points="50")
    add_clause(visitor, "behaviour", visits, points="50")
    add_clause(visitor, "fit", student, effect_kind="disqualifies")
    # Odd numbers are software, 1 to 20 looked twice, every third is a student: 1, 5, 7, 11, 13, 17, 19.
    expect(visitor.page.get_by_text(re.compile(r"\b7\b.*40|40.*\b7\b")).first).to_be_visible(timeout=LONG)
    visitor.look()
    draft = Version.objects.get()
    assert draft.criteria.count() == 3
    return draft


def propose(visitor: Visitor, draft: Version) -> Ballot:
    visitor.go(f"/definitions/drafts/{draft.pk}/")
    visitor.follow("Propose it")
    visitor.look()
    visitor.page.locator("[name=statement]").fill("Software firms that looked at prices.")
    visitor.press("Propose")
    expect(visitor.page.get_by_text("Who has not voted yet")).to_be_visible()
    visitor.look()
    return Ballot.objects.get()


def vote(visitor: Visitor, ballot: Ballot) -> None:
    """Both houses vote; nothing is in force until the second key turns."""
    for person, choice in (
        (maya(), "agree"),
        (sam(), "disagree"),
        (marco(), "agree"),
        (sofia(), "agree"),
        (rita(), "agree"),
    ):
        visitor.be(person)
        visitor.go(f"/definitions/ballots/{ballot.pk}/")
        visitor.page.locator(f"[name=choice][value={choice}]").check()
        if choice == "disagree":
            visitor.page.locator("[name=reason]").fill("Two visits are thin.")
        visitor.look()
        assert not Version.objects.filter(status__in=("ratified", "active")).exists()
        visitor.press("Cast")
        visitor.page.wait_for_load_state()
    ballot.refresh_from_db()
    assert ballot.status == "ratified", ballot.outcome
    visitor.look()


def watch_the_run(visitor: Visitor, draft: Version) -> None:
    """The worker scores all leads; the page survives a reload; the flip activates."""
    run = draft.runs.get()
    visitor.go(f"/leads/runs/{run.pk}/")
    visitor.page.reload()
    visitor.wait_for("became active when the last lead was scored")
    visitor.look()
    draft.refresh_from_db()
    assert draft.status == "active"
    assert Score.objects.filter(version=draft).count() == 40
    visitor.go("/definitions/mql/")
    visitor.look()


def work_the_queue(visitor: Visitor) -> None:
    """Sam accepts one lead and returns another, naming the clause that misled."""
    visitor.be(sam())
    visitor.look()
    visitor.go("/leads/")
    for _ in range(20):
        if Handoff.objects.count() == 7:
            break
        sweep.delay()
        visitor.page.wait_for_timeout(500)
    assert Handoff.objects.filter(status="offered").count() == 7
    visitor.go("/leads/")
    visitor.look()
    visitor.page.get_by_role("button", name="Accept").first.click()
    expect(visitor.page.get_by_text("Accepted by you").first).to_be_visible()
    assert Handoff.objects.get(status="accepted").owner == sam()
    visitor.go("/leads/")
    visitor.page.locator("tbody a", has_text="Return").first.click()
    visitor.page.get_by_label("No real interest behind the activity").check()
    visitor.page.locator(".receipt input[type=radio]").nth(1).check()
    visitor.look()
    visitor.page.locator("main").get_by_role("button", name="Return").first.click()
    visitor.page.wait_for_load_state()
    returned = Handoff.objects.get(status="returned")
    assert returned.challenged_key in {line["key"] for line in returned.receipt["lines"] if line["is_met"]}
    visitor.go("/leads/mine/")
    visitor.look()
    accepted = Handoff.objects.get(status="accepted")
    visitor.go(f"/leads/{accepted.lead_id}/")
    visitor.look()
    visitor.go(f"/leads/handoffs/{accepted.pk}/")
    visitor.look()
    visitor.follow("Sales-qualified")
    visitor.look()
    visitor.press("Make it sales-qualified")
    visitor.page.wait_for_load_state()
    accepted.refresh_from_db()
    assert accepted.status == "sales_qualified"


def see_what_became(visitor: Visitor) -> None:
    visitor.be(maya())
    for path in (
        "/leads/handed-over/",
        "/leads/nurture/",
        "/leads/near-misses/",
        "/leads/all/",
        "/leads/imports/",
    ):
        visitor.go(path)
        visitor.look()
    visitor.go("/leads/handed-over/?status=returned")
    expect(
        visitor.page.locator("tbody").get_by_text("No real interest behind the activity").first
    ).to_be_visible()


def hold_the_review(visitor: Visitor) -> None:
    """Rita schedules the series, opens the review, decides every item, amends a clause and closes."""
    visitor.be(rita())
    page = visitor.page
    visitor.go("/reviews/")
    visitor.look()
    visitor.go("/reviews/new")
    starts = timezone.localdate() + timedelta(days=2)
    page.locator("[name=starts_on]").fill(starts.isoformat())
    page.locator("[name=attendees]").locator("visible=true").first.wait_for()
    for person in (maya(), sam()):
        page.get_by_role("group", name="Invited").get_by_label(person.name).check()
    visitor.look()
    visitor.press("Schedule and invite")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Quarterly review")
    visitor.look()
    # One to the series, and one to each checkpoint of the assumptions that the new definition rests on.
    asked = OutgoingMail.objects.filter(calendar_method="REQUEST", to_user=maya())
    assert (asked.count(), Meeting.objects.filter(is_extra=True).count()) == (3, 2)
    meeting = Meeting.objects.filter(is_extra=False).earliest("starts_at")
    visitor.go(f"/reviews/meetings/{meeting.pk}")
    page.get_by_role("button", name=re.compile("Prepare it now|Renew the evidence")).click()
    expect(page.locator("#agenda .agenda > li").first).to_be_visible(timeout=LONG)
    visitor.look()
    page.locator("summary", has_text="Open the meeting").click()
    visitor.press("Open it now")
    page.wait_for_load_state()
    visitor.look()
    challenged = meeting.items.filter(needs_outcome=True).exclude(criterion_key="").first()
    assert challenged is not None
    for item in meeting.items.filter(needs_outcome=True):
        visitor.go(f"/reviews/meetings/{meeting.pk}?item={item.pk}")
        verdict = "Amend" if item == challenged else "Keep"
        page.get_by_label(verdict, exact=True).check()
        page.get_by_label("Why").fill("Two visits in a minute are no interest.")
        visitor.look()
        visitor.press("Record the outcome")
        row = page.locator("#room-state .agenda > li", has_text=item.title)
        expect(row).to_contain_text(verdict, timeout=LONG)
    amended = Version.objects.get(status="draft")
    assert amended.criteria.count() == 3
    visitor.go(f"/reviews/meetings/{meeting.pk}")
    page.locator("summary", has_text="Close the meeting").click()
    visitor.press("Close it")
    page.wait_for_load_state()
    visitor.look()
    meeting.refresh_from_db()
    assert (meeting.status, meeting.numbers is not None) == ("closed", True)
    visitor.go("/reviews/insights")
    visitor.look()
    visitor.go(f"/definitions/drafts/{amended.pk}/")
    visitor.look()
    visitor.go("/")
    visitor.look()
