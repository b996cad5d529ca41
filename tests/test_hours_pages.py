"""The pages on which a team says when and where it works."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from holidays import list_supported_countries

from portal.common.calendars import calendar_of
from portal.common.models import AuditEntry, OwnHoliday, TeamCalendar, WorkingHours, Workspace
from portal.workspace.forms import HoursForm, country_choices
from tests.builders import NOW, ada, rita, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


A_WEEK = {name: "" for day in range(7) for column in range(3) for name in HoursForm.names(day, column)}
HOURS = "/settings/hours/sales"
PLACE = "/settings/hours/sales/calendar"


def test_a_week_is_set_whole_with_its_breaks() -> None:
    client = signed_in(ada())
    week = {"starts_0": "08:00", "ends_0": "12:00", "starts_0_1": "13:00", "ends_0_1": "16:30"}
    assert client.post(HOURS, {**A_WEEK, **week}).status_code == 302
    assert list(WorkingHours.objects.filter(team="sales").values_list("weekday", "starts", "ends")) == [
        (0, time(8), time(12)),
        (0, time(13), time(16, 30)),
    ]
    assert calendar_of("sales").hours == {0: ((time(8), time(12)), (time(13), time(16, 30)))}
    page = client.get(HOURS).content.decode()
    assert "08:00" in page
    # There is room for one stretch more than the fullest day has.
    assert 'name="starts_0_2"' in page
    assert 'name="starts_0_3"' not in page
    entry = AuditEntry.objects.get(verb="workspace.hours_changed")
    assert entry.after["hours"] == ["0 08:00-12:00", "0 13:00-16:30"]


@pytest.mark.parametrize(
    ("case", "week", "sentence"),
    [
        ("no work at all", {}, "A team works on one day at least"),
        ("half a stretch", {"starts_0": "08:00"}, "Give both times, or neither for a day off."),
        ("backwards", {"starts_0": "17:00", "ends_0": "09:00"}, "Work must end after it starts."),
        (
            "one into the other",
            {"starts_0": "08:00", "ends_0": "12:00", "starts_0_1": "11:00", "ends_0_1": "16:00"},
            "This stretch begins before the one before it has ended.",
        ),
        ("no time of day", {"starts_0": "25:00", "ends_0": "12:00"}, "Enter a valid time."),
    ],
)
def test_a_week_that_makes_no_sense_is_refused(case: str, week: dict[str, str], sentence: str) -> None:
    before = list(WorkingHours.objects.values_list())
    answer = signed_in(ada()).post(HOURS, {**A_WEEK, **week})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert list(WorkingHours.objects.values_list()) == before


def test_a_team_works_in_a_zone_and_with_holidays_of_its_own() -> None:
    Workspace.objects.update(time_zone="Europe/Berlin", holiday_country="DE")
    place = {"time_zone": "America/New_York", "holiday_country": "US", "holiday_region": ""}
    assert signed_in(ada()).post(PLACE, place).status_code == 302
    sales, marketing = calendar_of("sales"), calendar_of("marketing")
    assert (sales.zone, marketing.zone) == (ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin"))
    assert date(2026, 10, 3) in marketing.holidays
    assert date(2026, 10, 3) not in sales.holidays
    assert date(2026, 7, 4) in sales.holidays
    # With nothing said it is as the workspace again.
    signed_in(ada()).post(PLACE, dict.fromkeys(place, ""))
    assert calendar_of("sales").zone == ZoneInfo("Europe/Berlin")
    assert AuditEntry.objects.filter(verb="workspace.team_calendar_changed").count() == 2


def test_countries_are_chosen_by_their_names() -> None:
    nothing, *countries = country_choices()
    assert nothing == ("", "No public holidays")
    assert dict(countries)["BA"] == "Bosnia and Herzegovina (BA)"
    assert countries == sorted(countries, key=lambda choice: choice[1].rpartition(" (")[0])
    # Each is a calendar that the portal can keep.
    assert {len(code) for code, _name in countries} == {2}
    assert {code for code, _name in countries} <= set(list_supported_countries())


@pytest.mark.parametrize(
    "place",
    [
        {"time_zone": "Mars/Olympus"},
        {"holiday_country": "ZZ"},
        {"holiday_country": "DEU"},
        {"holiday_region": "BY"},
    ],
)
def test_a_place_that_is_none_is_refused(place: dict[str, str]) -> None:
    assert signed_in(ada()).post(PLACE, place).status_code == 422
    assert not TeamCalendar.objects.exists()


def test_a_day_off_is_everybodys_or_one_teams() -> None:
    client, add = signed_in(ada()), reverse("portal:own_holiday_add")
    client.post(add, {"day": "2026-07-14", "name": "Summer party", "team": "sales"})
    assert date(2026, 7, 14) in calendar_of("sales").holidays
    assert date(2026, 7, 14) not in calendar_of("marketing").holidays
    assert client.post(add, {"day": "2026-07-14", "name": "Again", "team": "sales"}).status_code == 409
    client.post(add, {"day": "2026-07-15", "name": "Move", "team": ""})
    # What everybody has off, no team needs off again.
    assert client.post(add, {"day": "2026-07-15", "name": "Move", "team": "sales"}).status_code == 409
    assert OwnHoliday.objects.count() == 2


def test_a_day_off_answers_on_the_page_of_its_team() -> None:
    client, add = signed_in(ada()), reverse("portal:own_holiday_add")
    answer = client.post(
        add, {"day": "2026-12-24", "name": "Christmas Eve", "team": "marketing"}, follow=True
    )
    assert answer.redirect_chain == [(reverse("portal:hours", args=["marketing"]), 302)]
    assert "Saved. Clocks that already run keep their due time." in answer.content.decode()
    again = client.post(add, {"day": "2026-12-24", "name": "Again", "team": "marketing"})
    assert "24 Dec 2026 is a day off already: Christmas Eve." in again.content.decode()
    # What was filled in stays, and the sentence stands beside what is missing.
    answer = client.post(add, {"day": "2026-12-31", "name": "", "team": "sales"})
    assert answer.status_code == 422
    assert 'value="2026-12-31"' in answer.content.decode()
    assert OwnHoliday.objects.count() == 1
    assert signed_in(rita()).post(add, {"day": "", "name": ""}).status_code == 403


@pytest.mark.parametrize("address", [HOURS, PLACE])
def test_only_an_administrator_changes_them(address: str) -> None:
    client = signed_in(rita())
    page = client.get(address)
    assert page.status_code == 200
    assert "Only an administrator can change the settings of the workspace." in page.content.decode()
    assert page.content.decode().count("<fieldset disabled>") == 2
    assert client.post(address, {**A_WEEK, "starts_0": "08:00", "ends_0": "09:00"}).status_code == 403
    assert not AuditEntry.objects.filter(verb__startswith="workspace.").exists()
