"""The pre-read: mailed a week ahead, once to everyone invited; its page; its PDF, where it can be made."""

from __future__ import annotations

import re
import zlib
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from definitions.models import Version
from portal.common import printing
from portal.common.models import Notification, OutgoingMail
from reviews.models import Meeting, Participation
from reviews.services.ahead import item_defer_ahead
from reviews.services.attending import attendee_add
from reviews.services.meetings import meeting_cancel, meeting_move
from reviews.services.preparing import agendas_prepare_due
from reviews.services.preread import prereads_owe_due
from reviews.tasks import keep_reviews_ready
from tests.builders import NOW, a_version, an_active_version, marco, maya, mona, olga, rita, sam, signed_in
from tests.reviews.agenda_stories import a_persona, a_prepared_meeting, a_quarter, item_of
from tests.reviews.builders import a_handoff, a_series, first_meeting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
INVITED = {"maya@example.com", "mona@example.com", "rita@example.com", "sam@example.com"}


def mailed() -> list[str]:
    rows = OutgoingMail.objects.filter(key__startswith="review-preread:").order_by("to_email")
    return list(rows.values_list("to_email", flat=True))


# -- by mail -----------------------------------------------------------------------------------------------


def test_it_is_mailed_a_week_ahead_once_to_everyone_invited(version: Version) -> None:
    meeting = first_meeting(a_series())
    a_handoff(version, NOW - timedelta(days=3), "returned", challenged_key="c-software")
    week_ahead = meeting.starts_at - timedelta(days=7)
    with time_machine.travel(week_ahead - timedelta(minutes=1), tick=False):
        keep_reviews_ready()
        assert mailed() == []
    with time_machine.travel(week_ahead, tick=False):
        keep_reviews_ready()
        keep_reviews_ready()
    assert set(mailed()) == INVITED
    assert len(mailed()) == 4
    mail = OutgoingMail.objects.get(key__startswith="review-preread:", to_email="sam@example.com")
    assert mail.subject == "To read before Quarterly review"
    assert "Clause c-software (needs an outcome)" in mail.text
    assert reverse("reviews:preread", args=[meeting.pk]) in mail.text
    assert reverse("reviews:preread_pdf", args=[meeting.pk]) in mail.html
    # After the invitation of the same person, never before it.
    assert mail.sequence_key == f"{meeting.series.uid}:{sam().pk}"
    assert Notification.objects.filter(person=sam(), key=f"review-preread:{meeting.pk}").count() == 1


def test_who_is_invited_late_gets_it_too(version: Version) -> None:
    meeting = a_prepared_meeting()
    with time_machine.travel(meeting.starts_at - timedelta(days=3), tick=False):
        assert prereads_owe_due() == 4
        attendee_add(series=meeting.series, actor=rita(), person=marco())
        assert prereads_owe_due() == 1
        assert prereads_owe_due() == 0
    assert set(mailed()) == INVITED | {"marco@example.com"}


def test_no_agenda_no_mail(version: Version) -> None:
    meeting = first_meeting(a_series())
    with time_machine.travel(meeting.starts_at - timedelta(days=3), tick=False):
        assert prereads_owe_due() == 0
        agendas_prepare_due()
        assert prereads_owe_due() == 4


def test_a_skipped_meeting_is_not_read_for(version: Version) -> None:
    meeting = a_prepared_meeting()
    meeting_cancel(meeting=meeting, actor=rita())
    assert prereads_owe_due(meeting.starts_at - timedelta(days=3)) == 0


def test_a_moved_meeting_is_not_mailed_again(version: Version) -> None:
    meeting = a_prepared_meeting()
    now = meeting.starts_at - timedelta(days=3)
    with time_machine.travel(now, tick=False):
        assert prereads_owe_due() == 4
        meeting_move(meeting=first_meeting(meeting.series), actor=rita(), starts_at=now + timedelta(days=5))
        keep_reviews_ready()
    assert len(mailed()) == 4


def test_whoever_has_left_gets_none(version: Version) -> None:
    meeting = a_prepared_meeting()
    person = maya()
    person.is_active = False
    person.save(update_fields=["is_active"])
    assert prereads_owe_due(meeting.starts_at - timedelta(days=3)) == 3
    assert not Participation.objects.filter(person=person).exclude(preread_at=None).exists()


# -- the page ----------------------------------------------------------------------------------------------


@pytest.fixture
def full() -> Meeting:
    """An agenda with every kind of table and chart."""
    active, before = an_active_version(), a_version(status="superseded")
    a_persona()
    a_quarter([active, active, before])
    return a_prepared_meeting()


def test_the_page_has_everything_unfolded(full: Meeting) -> None:
    item_defer_ahead(item=item_of(full, "sla"), actor=sam())
    response = signed_in(marco()).get(reverse("reviews:preread", args=[full.pk]))
    page = response.content.decode()
    assert "Tuesday 12 May 2026, 10:00 (Europe/Berlin)" in page
    assert "By what they looked at last before the offer" in page
    assert page.count('<figure class="chart"') == 2
    assert page.count("<svg") > page.count('<svg class="icon')
    assert "More evidence" not in page
    assert re.search(r"Deferred to the next meeting</h2>\s*<ul><li>Promises both ways", page)
    assert reverse("reviews:preread_pdf", args=[full.pk]) in page


def test_the_page_of_the_meeting_folds_it(full: Meeting) -> None:
    page = signed_in(marco()).get(full.get_absolute_url()).content.decode()
    assert "More evidence" in page
    assert reverse("reviews:preread", args=[full.pk]) in page


def test_before_it_is_prepared_there_is_nothing_to_read(version: Version) -> None:
    meeting = first_meeting(a_series())
    for name in ("preread", "preread_pdf"):
        response = signed_in(sam()).get(reverse(f"reviews:{name}", args=[meeting.pk]))
        assert response.status_code == 409
        assert "prepares itself two weeks ahead" in response.content.decode()


@pytest.mark.parametrize("name", ["preread", "preread_pdf"])
def test_without_a_team_there_is_a_reason_and_no_page(full: Meeting, name: str) -> None:
    response = signed_in(olga()).get(reverse(f"reviews:{name}", args=[full.pk]))
    assert response.status_code == 403
    assert "You are in no team" in response.content.decode()
    assert signed_in(sam()).get(reverse(f"reviews:{name}", args=[999_999])).status_code == 404


def queries(person: Any, name: str, pk: int) -> int:
    client = signed_in(person)
    client.get(reverse("reviews:series_list"))
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse(f"reviews:{name}", args=[pk])).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["preread", "meeting_page"])
def test_a_longer_agenda_takes_no_more_queries(full: Meeting, name: str) -> None:
    few = queries(mona(), name, full.pk)
    for number in range(12):
        full.items.create(
            source_key=f"by-hand:{number}",
            kind="free",
            title=f"Item {number}",
            added_by=maya(),
            carried_from=full.items.earliest("pk"),
        )
    assert queries(mona(), name, full.pk) == few
    assert few <= 20


# -- on paper ----------------------------------------------------------------------------------------------


def words_in(pdf: bytes) -> int:
    """How many pieces of text the pages draw."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S)
    inflated = [zlib.decompress(each) for each in streams if each[:1] == b"\x78"]
    return sum(each.count(b"TJ") + each.count(b"Tj") for each in inflated)


def test_the_pdf_is_the_same_agenda(full: Meeting) -> None:
    response = signed_in(sam()).get(reverse("reviews:preread_pdf", args=[full.pk]))
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == 'inline; filename="agenda-2026-05-12.pdf"'
    assert response.content.startswith(b"%PDF-")
    assert words_in(response.content) > 300
    assert words_in(printing.pdf_of("shared/paper.html", {})) < 10


def test_where_no_pdf_can_be_written_the_page_says_so(full: Meeting, cannot_print: None) -> None:
    page = signed_in(sam()).get(reverse("reviews:preread", args=[full.pk])).content.decode()
    assert "This portal cannot write a PDF. Print this page from your browser" in page
    assert reverse("reviews:preread_pdf", args=[full.pk]) not in page
    response = signed_in(sam()).get(reverse("reviews:preread_pdf", args=[full.pk]))
    assert response.status_code == 501
    assert "Print the page from your browser" in response.content.decode()
