"""A whole quarter in a browser: scheduled, invited by mail, prepared, met by three, amended, voted, rescored,
written down. The worker, the mail server and the calendar program are real.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import expect

from definitions.models import Ballot, Version, Vote
from leads.models import Lead, Score
from reviews.models import ItemOutcome, Meeting
from tests.browser.visitors import Visitor
from tests.builders import a_lead, a_term, an_account, an_active_version, an_activity, maya, mona, rita, sam
from tests.common.receivers import MailSink, mail_sink
from tests.reviews.builders import a_handoff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATIENCE = 120.0  # seconds: how long the worker may take on a busy machine before the test gives up


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailSink]:
    """The mail server that the worker is told of: asked for before the worker is."""
    with mail_sink() as sink:
        monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{sink.port}")
        yield sink


@pytest.fixture
def quarter(transactional_db: None) -> Version:
    """A definition in force, and what sales made of the leads that it let through."""
    version, now = an_active_version(), timezone.now()
    for number in range(12):
        account = an_account(industry="software" if number % 2 else "retail")
        lead = a_lead(account=account)
        if number % 3:
            an_activity(lead, at=now - timedelta(days=2), subject=a_term("Pricing"))
    for days in (20, 15, 10):
        a_handoff(version, now - timedelta(days=days), "accepted")
        a_handoff(version, now - timedelta(days=days), "returned", challenged_key="c-pricing")
    for person in (maya(), mona(), sam(), rita()):
        assert person.is_active
    return version


def wait_for(what: str, is_so: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (found := is_so()):
        assert time.monotonic() < deadline, f"waited for {what}"
        time.sleep(0.3)
    return found


def mails_about(sink: MailSink, words: str) -> list[EmailMessage]:
    return [mail for mail in list(sink.mails) if words in str(mail["Subject"])]


def test_a_quarter(mails: MailSink, quarter: Version, visitor: Visitor, tmp_path: Path) -> None:
    meeting = schedule(visitor)
    read_the_invitations(mails, meeting, tmp_path)
    read_the_agenda(visitor, meeting, mails)
    draft = amend(visitor, meeting)
    vote_in_the_room(visitor, meeting, draft)
    wait_for("the amended definition in force", lambda: Version.objects.filter(pk=draft.pk, status="active"))
    assert Score.objects.filter(version=draft).count() == Lead.objects.count()
    close(visitor, meeting)
    read_the_minutes(mails, visitor, meeting)


def schedule(visitor: Visitor) -> Meeting:
    """Rita asks three more people, for a day of next week."""
    visitor.be(rita())
    page = visitor.page
    visitor.go("/reviews/new")
    page.locator("[name=cadence][value=every_days]").check()
    page.locator("[name=starts_on]").fill((timezone.localdate() + timedelta(days=6)).isoformat())
    page.locator("[name=place]").fill("Room 4")
    for person in (maya(), mona(), sam()):
        page.locator(f"[name=attendees][value='{person.pk}']").check()
    visitor.look()
    visitor.press("Schedule and invite")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Quarterly review")
    visitor.look()
    meeting = Meeting.objects.order_by("starts_at").first()
    assert meeting is not None
    return meeting


def read_the_invitations(sink: MailSink, meeting: Meeting, folder: Path) -> None:
    """Each of the four has one in the mailbox; the calendar program on Maya's desk says when it is."""
    people = {maya().email, mona().email, sam().email, rita().email}
    wait_for("four invitations", lambda: len(mails_about(sink, "Invitation")) == len(people))
    invitations = mails_about(sink, "Invitation")
    assert {str(mail["To"]) for mail in invitations} == people
    texts = [
        part.get_content()
        for mail in invitations
        for part in mail.walk()
        if part.get_content_type() == "text/calendar"
    ]
    calendars = [Calendar.from_ical(text) for text in texts]
    assert {str(calendar["METHOD"]) for calendar in calendars} == {"REQUEST"}
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    assert {(str(event["UID"]), int(event["SEQUENCE"])) for event in events} == {(meeting.series.uid, 0)}
    assert khal_list(folder, texts[0], meeting.starts_at.date()) == [
        "10:00-11:30 Quarterly review of the definition"
    ]


def khal_list(folder: Path, text: str, day: date) -> list[str]:
    """What khal shows of that day, after it has imported the invitation."""
    for name in ("config", "data", "cache", "calendar"):
        (folder / name).mkdir()
    (folder / "invitation.ics").write_text(text, encoding="utf-8")
    (folder / "khal.conf").write_text(
        f"[calendars]\n[[reviews]]\npath = {folder / 'calendar'}\n"
        f"[sqlite]\npath = {folder / 'khal.db'}\n"
        "[locale]\nlocal_timezone = UTC\ndefault_timezone = UTC\ntimeformat = %H:%M\n"
        "dateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%d %H:%M\n"
        "longdatetimeformat = %Y-%m-%d %H:%M\n",
        encoding="utf-8",
    )
    places = {"XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data", "XDG_CACHE_HOME": "cache"}
    environment = {
        **os.environ,
        **{name: str(folder / place) for name, place in places.items()},
        "LC_ALL": "C.UTF-8",
    }
    khal = [str(Path(sys.executable).parent / "khal"), "-c", str(folder / "khal.conf")]
    subprocess.run([*khal, "import", "--batch", str(folder / "invitation.ics")], env=environment, check=True)
    shown = subprocess.run(
        [
            *khal,
            "list",
            "--day-format",
            "",
            "--format",
            "{start-time}-{end-time} {title}",
            day.isoformat(),
            "1d",
        ],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return [line for line in shown.stdout.splitlines() if line.strip()]


def read_the_agenda(visitor: Visitor, meeting: Meeting, sink: MailSink) -> None:
    """The worker has written it, and mailed the pre-read, since the day is near."""
    wait_for("the agenda", lambda: meeting.items.exists())
    visitor.go(meeting.get_absolute_url())
    expect(visitor.page.get_by_role("heading", name="Agenda")).to_be_visible()
    visitor.look()
    wait_for("the pre-read", lambda: len(mails_about(sink, "To read before")) == 4)


def amend(visitor: Visitor, meeting: Meeting) -> Version:
    """The clause that sales challenged is amended; Mona writes what it says from now on."""
    page = visitor.page
    page.locator("summary", has_text="Open the meeting").click()
    visitor.press("Open it now")
    page.wait_for_load_state()
    clause = meeting.items.get(criterion_key="c-pricing")
    for item in meeting.items.filter(needs_outcome=True):
        visitor.go(f"{meeting.get_absolute_url()}?item={item.pk}")
        outcome = page.locator("#room-outcome")
        outcome.get_by_label("Amend" if item == clause else "Keep", exact=True).check()
        outcome.get_by_label("Why").fill("One look at the prices is no interest.")
        outcome.get_by_role("button", name="Record the outcome").click()
        wait_for("the outcome", lambda item=item: ItemOutcome.objects.filter(item=item).exists())
    draft = Version.objects.get(status="draft")
    visitor.be(mona())
    page = visitor.page
    visitor.go(f"/definitions/drafts/{draft.pk}/")
    points = page.locator("#points-c-pricing input[name=value], [id='points-c-pricing'][name=value]").first
    points.fill("60")
    points.press("Enter")
    wait_for("the points", lambda: draft.criteria.get(key="c-pricing").effect["points"] == 60)
    visitor.go(f"/leads/versions/{draft.pk}/propose/")
    page.locator("[name=statement]").fill("A look at the prices says more than the industry does.")
    visitor.press("Propose")
    expect(page.get_by_text("Who has not voted yet")).to_be_visible()
    return draft


def vote_in_the_room(visitor: Visitor, meeting: Meeting, draft: Version) -> None:
    """Nobody leaves the meeting's page to turn the two keys."""
    item = meeting.items.get(criterion_key="c-pricing")
    for person in (maya(), mona(), sam(), rita()):
        visitor.be(person)
        visitor.go(f"{meeting.get_absolute_url()}?item={item.pk}")
        vote = visitor.page.locator("#room-vote")
        vote.locator("[name=choice][value=agree]").check()
        assert not Version.objects.filter(pk=draft.pk, status__in=("ratified", "active")).exists()
        vote.get_by_role("button", name="Cast my vote").click()
        wait_for("the vote", lambda person=person: Vote.objects.filter(person=person).exists())
    assert Ballot.objects.get().status == "ratified"


def close(visitor: Visitor, meeting: Meeting) -> None:
    page = visitor.page
    visitor.go(meeting.get_absolute_url())
    visitor.look()
    page.locator("summary", has_text="Close the meeting").click()
    visitor.press("Close it")
    expect(page).to_have_title(re.compile("Minutes"))
    visitor.look()


def read_the_minutes(sink: MailSink, visitor: Visitor, meeting: Meeting) -> None:
    """Mailed to everybody, and one address gives them as a file to print."""
    wait_for("the minutes", lambda: len(mails_about(sink, "Minutes")) == 4)
    text = mails_about(sink, "Minutes")[0].get_body(("plain",)).get_content()
    assert "Amend" in text
    assert "One look at the prices is no interest." in text
    answer = visitor.page.context.request.get(f"{visitor.address}/reviews/meetings/{meeting.pk}/minutes.pdf")
    assert (answer.status, answer.body()[:5]) == (200, b"%PDF-")
