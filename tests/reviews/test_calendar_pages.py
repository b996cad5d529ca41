"""The doors of series, checkpoints, meetings out of the cadence, and the calendar of the workspace."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import vobject
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from definitions.models import Version
from leads.models import OutcomeKind
from portal.common.models import AuditEntry, Workspace
from reviews.models import Meeting, Series
from reviews.selectors.series import calendar_of_person
from reviews.services.calling import meeting_call
from reviews.services.feeds import workspace_feed_renew
from reviews.services.meetings import meeting_cancel, meeting_move
from tests.builders import NOW, a_lead, ada, an_active_version, marco, maya, olga, rita, sam, signed_in
from tests.reviews.builders import a_series
from tests.reviews.test_views import post, scheduled_form

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def at(number: int, series: Series) -> Meeting:
    return series.meetings.select_related("series").order_by("original_at")[number]


# -- scheduling ----------------------------------------------------------------------------------------------


def test_the_form_says_what_was_measured_and_offers_it() -> None:
    client, address = signed_in(rita()), reverse("reviews:series_new")
    page = client.get(address).content.decode()
    assert "Too early to measure your sales cycle: fewer than 5 leads were won." in page
    for days in (100, 110, 120, 130, 140):
        lead = a_lead(captured_at=NOW - timedelta(days=200))
        won_at = NOW - timedelta(days=200 - days)
        lead.outcomes.create(kind=OutcomeKind.WON, at=won_at, source=lead.source, external_id=str(days))
    page = client.get(address).content.decode()
    assert "Of the 5 leads won last, three in four were won within 131 days of capture." in page
    assert "?every_months=5" in page
    assert client.get(f"{address}?every_months=5").context["form"].initial["every_months"] == 5
    assert client.get(f"{address}?every_months=x").status_code == 200


def test_the_consulted_and_the_checkpoints_are_asked_for_where_there_are_assumptions() -> None:
    client, address = signed_in(rita()), reverse("reviews:series_new")
    assert "with_checkpoints" not in client.get(address).context["form"].fields
    version = an_active_version()
    Version.objects.filter(pk=version.pk).update(activated_at=NOW - timedelta(days=3))
    page = client.get(address).content.decode()
    assert "2 of 2 clauses of MQL v1 rest on assumptions, in force since 1 May 2026." in page
    form = scheduled_form(consulted=[str(marco().pk)], with_checkpoints="on")
    assert client.post(address, form).status_code == 302
    series = Series.objects.get()
    assert series.attendees.get(person=marco()).part == "consulted"
    assert series.meetings.filter(trigger_kind="checkpoint").count() == 2
    page = client.get(series.get_absolute_url()).content.decode()
    assert "out of the cadence: Checkpoint of assumptions. 30 days of MQL v1" in page
    assert "Add them and invite" not in page


def test_a_version_that_came_into_force_later_is_offered_its_checkpoints() -> None:
    series, version = a_series(), an_active_version()
    Version.objects.filter(pk=version.pk).update(activated_at=NOW - timedelta(days=3))
    page = signed_in(rita()).get(series.get_absolute_url()).content.decode()
    assert "30 days of MQL v1" in page
    assert post(signed_in(maya()), "checkpoints_add", series.pk).status_code == 403
    assert post(signed_in(rita()), "checkpoints_add", series.pk).status_code == 302
    assert post(signed_in(rita()), "checkpoints_add", series.pk).status_code == 409
    assert series.meetings.filter(is_extra=True).count() == 2


def called(**changes: str) -> dict[str, str]:
    return {
        "call-trigger_kind": "challenged",
        "call-trigger": "Sales sends every second one back.",
        "call-day": "2026-05-20",
        "call-hour": "15:00",
        "call-duration_minutes": "45",
        "call-place": "Room 7",
        **changes,
    }


def test_a_meeting_is_called_out_of_the_cadence() -> None:
    series, client = a_series(), signed_in(rita())
    response = post(client, "meeting_call", series.pk, **called())
    meeting = series.meetings.get(is_extra=True)
    assert response.url == meeting.get_absolute_url()
    assert (meeting.starts_at, meeting.duration_minutes) == (datetime(2026, 5, 20, 13, tzinfo=UTC), 45)
    page = client.get(response.url).content.decode()
    assert "Out of the cadence: Challenged clauses. Sales sends every second one back." in page
    assert "Move all of the series" not in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"call-day": "2026-05-01"}, "That time has passed already."),
        ({"call-day": "soon"}, "Enter a valid date."),
        ({"call-trigger_kind": "boredom"}, "Select a valid choice."),
        ({"call-trigger_kind": "other", "call-trigger": ""}, "Say in a sentence what sets it off."),
    ],
)
def test_a_call_that_needs_mending_comes_back(changes: dict[str, str], sentence: str) -> None:
    series = a_series()
    response = post(signed_in(rita()), "meeting_call", series.pk, **called(**changes))
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert series.meetings.count() == 4


def test_a_member_calls_no_meeting_and_is_shown_no_form() -> None:
    series, client = a_series(), signed_in(maya())
    assert post(client, "meeting_call", series.pk, **called()).status_code == 403
    assert "Call a meeting" not in client.get(series.get_absolute_url()).content.decode()
    assert series.meetings.count() == 4


def test_a_house_without_anybody_is_named() -> None:
    series = a_series(attendees=[sam()])
    assert "has nobody among the attendees" in signed_in(sam()).get(series.get_absolute_url()).text
    post(signed_in(rita()), "attendee_add", series.pk, person=str(maya().pk), part="consulted")
    assert "has nobody among the attendees" in signed_in(sam()).get(series.get_absolute_url()).text
    post(signed_in(rita()), "attendee_add", series.pk, person=str(marco().pk), part="required")
    assert "has nobody among the attendees" not in signed_in(sam()).get(series.get_absolute_url()).text


# -- the calendar of the workspace ---------------------------------------------------------------------------


def the_address() -> str:
    return reverse("reviews:workspace_feed", args=[Workspace.objects.get(pk=1).feed_token])


def test_an_administrator_renews_and_stops_the_calendar_of_the_workspace() -> None:
    series, client = a_series(), signed_in(ada())
    meeting = meeting_call(
        series=series, actor=rita(), starts_at=NOW + timedelta(days=9), trigger_kind="drift"
    )
    assert post(client, "workspace_feed_renew").status_code == 302
    first = the_address()
    assert first in signed_in(maya()).get(reverse("reviews:feed_settings")).content.decode()
    response = Client().get(first)
    assert response["Content-Type"].startswith("text/calendar")
    events = Calendar.from_ical(response.content).walk("VEVENT")
    assert [str(each["UID"]) for each in events] == [series.uid, f"meeting-{meeting.pk}.{series.uid}"]
    assert "ATTENDEE" not in response.content.decode()
    post(client, "workspace_feed_renew")
    assert Client().get(first).status_code == 404
    second = the_address()
    assert Client().get(second).status_code == 200
    assert post(client, "workspace_feed_stop").status_code == 302
    assert Client().get(second).status_code == 404
    assert [entry.verb for entry in AuditEntry.objects.filter(verb__startswith="workspace.feed")] == [
        "workspace.feed_stopped", "workspace.feed_renewed", "workspace.feed_renewed",
    ]  # fmt: skip


@pytest.mark.parametrize("person", [maya, rita])
@pytest.mark.parametrize("name", ["workspace_feed_renew", "workspace_feed_stop"])
def test_nobody_else_does(person: Any, name: str) -> None:
    workspace_feed_renew(actor=ada())
    before = the_address()
    response = post(signed_in(person()), name)
    assert response.status_code == 403
    assert "Only an administrator" in response.content.decode()
    assert the_address() == before


def test_who_may_not_read_reviews_is_not_shown_the_address() -> None:
    workspace_feed_renew(actor=ada())
    assert the_address() not in signed_in(olga()).get(reverse("reviews:feed_settings")).content.decode()


# -- read by others ------------------------------------------------------------------------------------------


def a_year_of_changes() -> Series:
    """One meeting moved, one skipped, one called out of the cadence."""
    series = a_series()
    meeting_move(meeting=at(0, series), actor=rita(), starts_at=datetime(2026, 5, 14, 13, tzinfo=UTC))
    meeting_cancel(meeting=at(1, series), actor=rita())
    meeting_call(
        series=series,
        actor=rita(),
        starts_at=datetime(2026, 9, 1, 8, tzinfo=UTC),
        trigger_kind="launch",
        trigger="Prices change.",
    )
    return series


def test_khal_shows_the_exported_calendar(tmp_path: Path) -> None:
    """The program as people run it, on the calendar that a person downloads."""
    a_year_of_changes()
    file, config = tmp_path / "reviews.ics", tmp_path / "khal.conf"
    file.write_text(calendar_of_person(sam()), encoding="utf-8", newline="")
    config.write_text(
        f"[calendars]\n[[reviews]]\npath = {tmp_path / 'vdir'}\ntype = calendar\n"
        f"[sqlite]\npath = {tmp_path / 'khal.db'}\n"
        "[locale]\nlocal_timezone = Europe/Berlin\ndefault_timezone = Europe/Berlin\n"
        "timeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
        "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
    )
    khal(config, "import", "--batch", "-a", "reviews", str(file))
    shown = khal(
        config, "list", "--day-format", "", "--format", "{start-long} {end-time} {title} {location}",
        "2026-05-01", "2027-05-01",
    )  # fmt: skip
    assert [line for line in shown.splitlines() if line.strip()] == [
        "2026-05-14 15:00 16:30 Quarterly review Room 4",
        "2026-09-01 10:00 11:30 Quarterly review Room 4",
        "2026-11-10 10:00 11:30 Quarterly review Room 4",
        "2027-02-09 10:00 11:30 Quarterly review Room 4",
    ]


def khal(config: Path, *arguments: str) -> str:
    folder = config.parent
    (folder / "vdir").mkdir(exist_ok=True)
    result = subprocess.run(
        [Path(sys.executable).parent / "khal", "-c", config, *arguments],
        env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CACHE_HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_vobject_reads_the_exported_calendar() -> None:
    series = a_year_of_changes()
    read = vobject.readOne(calendar_of_person(sam()))
    whole = next(each for each in read.vevent_list if hasattr(each, "rrule"))
    assert whole.uid.value == series.uid
    days = [each.astimezone(UTC) for each in list(whole.getrruleset()[:3])]
    # What is skipped is left out of the rule; what is moved stands beside it, under the instant that it was.
    assert days == [
        datetime(2026, 5, 12, 8, tzinfo=UTC),
        datetime(2026, 11, 10, 9, tzinfo=UTC),
        datetime(2027, 2, 9, 9, tzinfo=UTC),
    ]
    moved = next(each for each in read.vevent_list if hasattr(each, "recurrence_id"))
    assert moved.recurrence_id.value.astimezone(UTC) == days[0]
    assert moved.dtstart.value.astimezone(UTC) == datetime(2026, 5, 14, 13, tzinfo=UTC)


# -- queries -------------------------------------------------------------------------------------------------


def test_pages_of_series_do_not_query_more_for_more_meetings() -> None:
    series = a_year_of_changes()
    counts = []
    for number in range(2):
        for day in range(10 * number):
            meeting_call(
                series=series, actor=rita(), starts_at=NOW + timedelta(days=30 + day), trigger_kind="drift"
            )
        client = signed_in(rita())
        pages = (
            series.get_absolute_url(),
            reverse("reviews:feed_settings"),
            reverse("reviews:reply_import"),
            reverse("reviews:series_edit", args=[series.pk]),
        )
        for page in pages:
            client.get(page)
        with CaptureQueriesContext(connection) as queries:
            for page in pages:
                assert client.get(page).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
