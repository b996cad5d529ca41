"""The doors: every page in every state, for those who run, attend and read; and what they answer."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from definitions.models import Version
from portal.common.models import OutgoingMail, User
from reviews.models import Action, AgendaItem, Meeting, Series
from reviews.services.items import item_decide, item_note
from tests.builders import NOW, a_document, a_version, marco, maya, olga, rita, sam, signed_in
from tests.reviews.builders import a_handoff, a_series, an_open_meeting, first_meeting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def post(client: Client, name: str, *args: Any, **data: Any) -> Any:
    return client.post(reverse(f"reviews:{name}", args=args), data)


def scheduled_form(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Quarterly review",
        "cadence": "nth_weekday",
        "nth": "-1",
        "weekday": "4",
        "every_months": "3",
        "every_days": "90",
        "starts_on": "2026-06-01",
        "local_time": "14:30",
        "time_zone": "America/New_York",
        "duration_minutes": "60",
        "place": "",
        "facilitator": str(rita().pk),
        "attendees": [str(maya().pk), str(sam().pk)],
        **changes,
    }


def test_a_manager_schedules_a_review() -> None:
    client = signed_in(rita())
    assert client.get(reverse("reviews:series_new")).status_code == 200
    response = client.post(reverse("reviews:series_new"), scheduled_form())
    series = Series.objects.get()
    assert response.url == series.get_absolute_url()
    assert first_meeting(series).starts_at == datetime(2026, 6, 26, 18, 30, tzinfo=UTC)
    page = client.get(series.get_absolute_url()).content.decode()
    assert "The last Friday of every 3 months at 14:30 (America/New_York), 60 minutes" in page
    assert client.get(reverse("reviews:series_edit", args=[series.pk])).status_code == 200
    response = client.post(reverse("reviews:series_edit", args=[series.pk]), scheduled_form(place="Room 1"))
    assert response.status_code == 302
    series.refresh_from_db()
    assert (series.place, series.sequence) == ("Room 1", 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("time_zone", "Mars/Olympus"),
        ("local_time", "25:00"),
        ("every_months", "0"),
        ("attendees", []),
    ],
)
def test_a_form_that_needs_mending_comes_back(field: str, value: Any) -> None:
    response = signed_in(rita()).post(reverse("reviews:series_new"), scheduled_form(**{field: value}))
    assert response.status_code == 422
    assert "is-invalid" in response.content.decode() or "invalid-feedback" in response.content.decode()
    assert not Series.objects.exists()


def test_a_member_does_not_schedule() -> None:
    response = signed_in(maya()).post(reverse("reviews:series_new"), scheduled_form())
    assert response.status_code == 403
    assert "managers and by revenue operations" in response.content.decode()
    assert not Series.objects.exists()


@pytest.mark.parametrize("person", [rita, maya, marco])
@pytest.mark.parametrize("name", ["series_list", "insights", "feed_settings"])
def test_lists_open_for_everyone_with_a_team(meeting: Meeting, person: Any, name: str) -> None:
    assert signed_in(person()).get(reverse(f"reviews:{name}")).status_code == 200


@pytest.mark.parametrize("person", [rita, maya, marco])
def test_a_meeting_shows_before_in_and_after(version: Version, person: Any) -> None:
    meeting = an_open_meeting(version, NOW)
    client = signed_in(person())
    ahead = meeting.series.meetings.filter(status="scheduled").first()
    assert client.get(ahead.get_absolute_url()).status_code == 200
    assert client.get(meeting.series.get_absolute_url()).status_code == 200
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert 'id="room-state"' in page
    item = AgendaItem.objects.select_related("meeting__series__definition__active_version").get(
        meeting=meeting, source_key="clause:c-software"
    )
    assert "Clause c-software" in client.get(f"{meeting.get_absolute_url()}?item={item.pk}").content.decode()
    item_decide(item=item, actor=rita(), verdict="amend", reason="Agencies slip in.")
    assert signed_in(rita()).post(reverse("reviews:meeting_close", args=[meeting.pk])).status_code == 302
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert "Agencies slip in." in page
    assert "MQL v2" in page
    assert client.get(reverse("reviews:minutes_download", args=[meeting.pk])).status_code == 200


@pytest.mark.parametrize("name", ["series_list", "insights", "insights_csv"])
def test_without_a_team_there_is_a_reason_and_no_page(meeting: Meeting, name: str) -> None:
    response = signed_in(olga()).get(reverse(f"reviews:{name}"))
    assert response.status_code == 403
    assert "You are in no team" in response.content.decode()
    assert signed_in(olga()).get(meeting.get_absolute_url()).status_code == 403


def test_nobody_reads_without_signing_in(meeting: Meeting) -> None:
    for address in (meeting.get_absolute_url(), reverse("reviews:insights"), reverse("reviews:series_list")):
        assert Client().get(address).status_code == 302


def test_the_meeting_before_and_its_buttons(version: Version) -> None:
    meeting = first_meeting(a_series())
    client = signed_in(maya())
    assert "not prepared yet" in client.get(meeting.get_absolute_url()).content.decode()
    assert post(client, "meeting_prepare", meeting.pk).status_code == 403
    assert post(signed_in(rita()), "meeting_prepare", meeting.pk).status_code == 302
    assert post(client, "meeting_reply", meeting.pk, reply="declined").status_code == 302
    assert post(client, "meeting_reply", meeting.pk, reply="nonsense").status_code == 422
    assert (
        post(client, "item_add", meeting.pk, **{"item-title": "The fair", "item-minutes": "10"}).status_code
        == 302
    )
    assert post(client, "item_add", meeting.pk, **{"item-title": "", "item-minutes": "10"}).status_code == 422
    last = meeting.items.order_by("-position")[0]
    assert post(client, "item_move", last.pk, to="up").status_code == 302
    moved = {
        "move-day": "2026-05-13",
        "move-hour": "11:15",
        "move-duration_minutes": "60",
        "move-place": "Room 9",
    }
    assert post(signed_in(rita()), "meeting_move", meeting.pk, **moved).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.starts_at, meeting.place) == (datetime(2026, 5, 13, 9, 15, tzinfo=UTC), "Room 9")
    past = {**moved, "move-day": "2026-05-01"}
    response = post(signed_in(rita()), "meeting_move", meeting.pk, **past)
    assert response.status_code == 422
    assert "That time has passed already." in response.content.decode()
    assert post(signed_in(rita()), "meeting_cancel", meeting.pk).status_code == 302
    assert "This meeting is skipped" in client.get(meeting.get_absolute_url()).content.decode()


def test_the_room_and_its_buttons(meeting: Meeting) -> None:
    client, item = signed_in(rita()), meeting.items.get(source_key="clause:c-software")
    assert post(client, "item_take_up", item.pk).status_code == 302
    saved = {"notes-text": "Agencies.", "notes-edit_number": "1"}
    assert post(client, "item_note", item.pk, **saved).status_code == 302
    response = post(client, "item_decide", item.pk, **{"outcome-verdict": "amend", "outcome-reason": ""})
    assert response.status_code == 422
    assert "Say why" in response.content.decode()
    good = {"outcome-verdict": "amend", "outcome-reason": "So.", "outcome-owner": str(maya().pk)}
    assert post(client, "item_decide", item.pk, **good).status_code == 302
    free = meeting.items.exclude(source_key="clause:c-software").first()
    assert post(client, "item_leave", free.pk, how="defer").status_code == 302
    promise = {"action-text": "Ask", "action-owner": str(sam().pk), "action-due_on": "2026-06-01"}
    assert post(client, "action_add", meeting.pk, item=str(item.pk), **promise).status_code == 302
    assert (
        post(client, "action_add", meeting.pk, **{**promise, "action-due_on": "2026-01-01"}).status_code
        == 422
    )
    action = Action.objects.get()
    response = post(signed_in(sam()), "action_settle", action.pk, how="done", seen_in=str(meeting.pk))
    assert response.url.endswith(f"{meeting.pk}#actions")
    assert post(client, "attendance_set", meeting.pk, present=[str(maya().pk), "x"]).status_code == 302
    assert (
        post(signed_in(maya()), "confidence_say", meeting.pk, **{"confidence-score": "5"}).status_code == 302
    )
    assert (
        post(signed_in(maya()), "confidence_say", meeting.pk, **{"confidence-score": "9"}).status_code == 422
    )
    assert post(client, "meeting_close", meeting.pk).status_code == 302


def test_an_early_close_says_what_is_missing(meeting: Meeting) -> None:
    response = post(signed_in(rita()), "meeting_close", meeting.pk)
    assert response.status_code == 409
    assert "still need an outcome: “Clause c-software”" in response.content.decode()


def test_stale_notes_show_both_texts(meeting: Meeting) -> None:
    item = meeting.items.select_related("meeting").first()
    item_note(item=item, actor=sam(), text="What Sam wrote.", edit_number=1)
    response = post(
        signed_in(maya()),
        "item_note",
        item.pk,
        **{"notes-text": "What Maya wrote.", "notes-edit_number": "1"},
    )
    assert response.status_code == 409
    page = response.content.decode()
    assert "What Sam wrote." in page
    assert "What Maya wrote." in page
    assert 'name="notes-edit_number" value="2"' in page


def test_the_room_answers_204_until_something_changes(meeting: Meeting) -> None:
    client, address = signed_in(maya()), reverse("reviews:room_state", args=[meeting.pk])
    response = client.get(address, headers={"HX-Request": "true"})
    stamp = response.content.decode().split('data-stamp="')[1].split('"')[0]
    assert client.get(f"{address}?stamp={stamp}").status_code == 204
    item_note(item=meeting.items.select_related("meeting").first(), actor=sam(), text="New.", edit_number=1)
    assert client.get(f"{address}?stamp={stamp}").status_code == 200
    assert 'id="room-work"' in client.get(reverse("reviews:room_work", args=[meeting.pk])).content.decode()


def test_people_are_invited_and_removed_on_the_page() -> None:
    series, client = a_series(), signed_in(rita())
    assert post(client, "attendee_add", series.pk, person=str(marco().pk)).status_code == 302
    assert post(client, "attendee_add", series.pk, person=str(olga().pk)).status_code == 422
    assert post(client, "attendee_remove", series.pk, marco().pk).status_code == 302
    assert post(client, "attendee_remove", series.pk, rita().pk).status_code == 409
    assert post(signed_in(maya()), "series_end", series.pk).status_code == 403
    assert post(client, "series_end", series.pk).status_code == 302


def test_somebody_who_was_deactivated_is_named_and_can_be_removed() -> None:
    series, client = a_series(), signed_in(rita())
    assert "Left" not in client.get(series.get_absolute_url()).content.decode()
    User.objects.filter(pk=sam().pk).update(is_active=False)
    page = client.get(series.get_absolute_url()).content.decode()
    assert ("Sam Okafor" in page, "Left" in page) == (True, True)
    mails = OutgoingMail.objects.count()
    assert post(client, "attendee_remove", series.pk, sam().pk).status_code == 302
    client.get(series.get_absolute_url())  # It says that he is no longer invited.
    assert "Sam Okafor" not in client.get(series.get_absolute_url()).content.decode()
    assert not series.meetings.filter(participations__person=sam()).exists()
    assert OutgoingMail.objects.count() == mails, "nothing is sent to an account that is closed"
    assert post(client, "attendee_remove", series.pk, sam().pk).status_code == 409


# -- the feed ----------------------------------------------------------------------------------------------


def test_the_feed_opens_by_its_secret_alone_and_closes_when_renewed() -> None:
    a_series()
    client = signed_in(maya())
    assert post(client, "feed_renew").status_code == 302
    first = User.objects.get(pk=maya().pk).feed_token
    page = client.get(reverse("reviews:feed_settings")).content.decode()
    assert f"/reviews/feed/{first}.ics" in page
    response = Client().get(reverse("reviews:feed", args=[first]))
    assert response["Content-Type"].startswith("text/calendar")
    assert len(Calendar.from_ical(response.content).walk("VEVENT")) == 1
    post(client, "feed_renew")
    assert Client().get(reverse("reviews:feed", args=[first])).status_code == 404
    second = User.objects.get(pk=maya().pk).feed_token
    assert Client().get(reverse("reviews:feed", args=[second])).status_code == 200
    User.objects.filter(pk=maya().pk).update(is_active=False)
    assert Client().get(reverse("reviews:feed", args=[second])).status_code == 404


def test_a_feed_that_is_switched_off_is_gone() -> None:
    client = signed_in(maya())
    post(client, "feed_renew")
    token = User.objects.get(pk=maya().pk).feed_token
    post(client, "feed_stop")
    assert Client().get(reverse("reviews:feed", args=[token])).status_code == 404
    assert Client().get(reverse("reviews:feed", args=["None"])).status_code == 404


# -- insights ----------------------------------------------------------------------------------------------


def test_every_number_of_the_insights_opens_as_many_leads(version: Version) -> None:
    other = a_version(a_document(threshold=90), "superseded")
    for number, status in enumerate(["offered", "accepted", "returned", "returned", "sales_qualified"] * 3):
        challenged = {"challenged_key": "c-software"} if status == "returned" and number % 2 else {}
        a_handoff(version if number % 3 else other, NOW - timedelta(days=number), status, **challenged)
    client = signed_in(maya())
    response = client.get(reverse("reviews:insights"))
    assert response.status_code == 200
    context = response.context
    numbers = [each for each in context["headline"] if each["value"].isdigit()]
    cells = [cell for row in [*context["versions"], *context["channels"]] for cell in row["cells"]]
    links = [(int(each["value"]), each["url"]) for each in [*numbers, *cells]]
    links += [(row["returned"], row["url"]) for row in [*context["reasons"], *context["criteria"]]]
    assert len(links) > 20
    for value, url in links:
        assert client.get(url).context["page"].paginator.count == value, url


def test_the_period_is_this_quarter_unless_both_ends_make_sense(version: Version) -> None:
    client = signed_in(maya())
    quarter = (date(2026, 4, 1), date(2026, 6, 30))
    for query, expected in (
        ("", quarter),
        ("?from=2026-01-01&to=2026-02-28", (date(2026, 1, 1), date(2026, 2, 28))),
        ("?from=2026-02-28&to=2026-01-01", quarter),
        ("?from=31.02.2026&to=x", quarter),
        ("?from=0001-01-01&to=9999-12-31", quarter),
    ):
        period = client.get(reverse("reviews:insights") + query).context["period"]
        assert (period.first, period.last) == expected, query


def test_the_same_numbers_for_a_spreadsheet(version: Version) -> None:
    a_handoff(version, NOW - timedelta(days=1), "returned", challenged_key="c-software")
    lead = a_handoff(version, NOW - timedelta(days=1), "accepted").lead
    type(lead).objects.filter(pk=lead.pk).update(channel="=1+1")
    response = signed_in(maya()).get(reverse("reviews:insights_csv"))
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert ["period", "2026-04-01 to 2026-06-30", "offered_in_all", "2"] in rows
    assert ["criterion", "Clause c-software", "carried", "2"] in rows
    assert ["channel", "'=1+1", "ever_accepted", "1"] in rows


# -- queries -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["scheduled", "open"])
def test_pages_do_not_query_more_for_a_longer_agenda(version: Version, state: str) -> None:
    meeting = an_open_meeting(version, NOW)
    meeting = meeting if state == "open" else meeting.series.meetings.filter(status=state).first()
    for number in range(20):
        item = AgendaItem.objects.create(meeting=meeting, source_key=f"free:{number}", kind="free", title="x")
        Action.objects.create(
            meeting=meeting, item=item, text="y", owner=sam(), due_on=date(2026, 6, 1), created_by=rita()
        )
    client = signed_in(rita())
    with CaptureQueriesContext(connection) as queries:
        assert client.get(meeting.get_absolute_url()).status_code == 200
    assert len(queries) <= 22
    for name in ("series_list", "insights"):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(f"reviews:{name}"))
        assert len(queries) <= 15, name
