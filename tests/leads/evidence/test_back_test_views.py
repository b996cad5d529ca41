"""The page of a back-test: asked for with one press, progress that survives a reload, numbers that open."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from definitions.models import Version
from leads.evidence import back_tests, working
from leads.evidence.drawing import Stop, draw
from leads.models import BackTest
from tests.builders import NOW, a_version, maya, olga, sam
from tests.definitions.ballot_stories import a_draft
from tests.leads.evidence.stories import a_history, clauses, hand_over_at_random, outcome
from tests.leads.scoring.plain_worlds import write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def version() -> Version:
    ids = write(a_history(seed=11, people=70, weeks=36))
    in_force = a_version(clauses(), "active")
    hand_over_at_random(ids, in_force, seed=12)
    for lead_id in ids[::4]:
        outcome(lead_id, "won", NOW - timedelta(days=30))
    return a_version({**clauses(), "threshold": 80}, "ratified")


def test_every_number_opens_its_leads(client: Client, version: Version) -> None:
    client.force_login(maya())
    path = f"/leads/versions/{version.pk}/back-test/"
    assert client.post(f"{path}start/")["Location"] == path
    page = client.get(path).content.decode()
    numbers = set(re.findall(r'<a href="(/leads/versions/[^"]+/back-test/[^"]+)">([\d,]+)</a>', page))
    assert len(numbers) > 200
    for url, number in numbers:
        assert client.get(url.replace("&amp;", "&")).context["page"].paginator.count == int(number), url


def test_looking_asks_for_nothing(client: Client, version: Version) -> None:
    client.force_login(maya())
    text = client.get(f"/leads/versions/{version.pk}/back-test/").content.decode()
    assert "Not tested yet" in text
    assert BackTest.objects.count() == 0


def test_who_is_in_no_team_reads_but_asks_for_none(client: Client, version: Version) -> None:
    client.force_login(olga())
    path = f"/leads/versions/{version.pk}/back-test/"
    assert "You are in no team" in client.get(path).content.decode()
    assert client.post(f"{path}start/").status_code == 403
    assert BackTest.objects.count() == 0


def test_progress_survives_a_reload_and_ends_in_the_result(
    client: Client, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(back_tests, "LEADS_AT_ONCE", 3)
    client.force_login(sam())
    path = f"/leads/versions/{version.pk}/back-test/"
    client.post(f"{path}start/")
    steps = iter([True] * 5)
    working.work_due(has_time=lambda: next(steps, False))
    assert "5 of 27" in client.get(path).content.decode()
    part = client.get(f"{path}state/", headers={"HX-Request": "true"})
    assert (part.status_code, "<html" in part.content.decode()) == (200, False)
    working.work_due(has_time=lambda: True)
    part = client.get(f"{path}state/", headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Refresh"]) == (286, "true")
    assert "Week by week" in client.get(path).content.decode()


def test_a_draft_that_moved_on_says_so_and_its_thresholds_open_the_settings(
    client: Client, version: Version
) -> None:
    draft = a_draft(document=clauses())
    client.force_login(maya())
    path = f"/leads/versions/{draft.pk}/back-test/"
    client.post(f"{path}start/")
    page = client.get(path).content.decode()
    assert "The draft has changed since" not in page
    address = f"/definitions/drafts/{draft.pk}/settings/?threshold=63"
    assert address in page
    assert client.get(address).context["form"]["threshold"].value() == 63
    draft.refresh_from_db()
    assert draft.threshold == 60
    Version.objects.filter(pk=draft.pk).update(threshold=63)
    assert "The draft has changed since" in client.get(path).content.decode()


def test_the_needles_stand_on_the_chosen_threshold(client: Client, version: Version) -> None:
    client.force_login(maya())
    path = f"/leads/versions/{version.pk}/back-test/"
    client.post(f"{path}start/")
    for query, chosen in (("", 80), ("?threshold=84", 84), ("?threshold=7", 80), ("?threshold=x", 80)):
        assert client.get(path + query).context["dial"].chosen.threshold == chosen


@pytest.mark.parametrize(
    "path", ["nothing/qualified/", "version/nothing/", "version/won-nothing/", "version/caught/?threshold=80"]
)
def test_a_number_that_is_not_there_is_not_found(client: Client, version: Version, path: str) -> None:
    client.force_login(maya())
    client.post(f"/leads/versions/{version.pk}/back-test/start/")
    assert client.get(f"/leads/versions/{version.pk}/back-test/{path}").status_code == 404


def test_the_drawing_puts_values_on_their_scales() -> None:
    stops = [
        Stop(50, 8, (2, 16), 0.5, (0.25, 0.75)),
        Stop(60, 0, None, None, None),
        Stop(70, 4, (0, 10), 1, (0.8, 1)),
    ]
    dial = draw(stops, 60, 40)
    assert (dial.volume_most, dial.capacity_y) == (50, 40.0)
    assert [mark.x for mark in dial.marks] == [46, 320, 594]
    assert [mark.volume_y for mark in dial.marks] == [97.6, 112, 104.8]
    assert [mark.share_y for mark in dial.marks] == [182, None, 142]
    assert (dial.chosen.threshold, dial.chosen.volume_low_y) == (60, None)


@pytest.mark.parametrize(
    ("capacity", "most", "is_seen"), [(None, 20, False), (18, 20, True), (400, 20, False)]
)
def test_a_capacity_far_above_is_left_to_words(capacity: int | None, most: int, is_seen: bool) -> None:
    dial = draw([Stop(50, 8, (2, 16), None, None)], 50, capacity)
    assert (dial.volume_most, dial.capacity_y is not None) == (most, is_seen)
