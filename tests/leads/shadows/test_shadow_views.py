"""The pages of shadows, and that reps see nothing of them anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import Handoff, Lead, Run, Shadow
from portal.common.models import User
from tests.builders import NOW, ada, maya, mona, olga, rita, sam, signed_in
from tests.leads.runs.stories import drain_all
from tests.leads.shadows.stories import (
    LAST_DAY,
    SIDES,
    a_candidate,
    a_lead_of,
    a_running_shadow,
    a_shadow,
    fresh,
)
from tests.pages import BUDGET

pytestmark = pytest.mark.django_db
FORM = {"reason": "Are German leads worth it?", "ends_on": LAST_DAY.isoformat()}


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def a_found_shadow(clock: Any) -> Shadow:
    """Running for an hour, with a lead of each side, the offered ones in the queue."""
    shadow = a_running_shadow()
    clock.shift(timedelta(hours=1))
    for side in SIDES:
        a_lead_of(side)
    drain_all()
    handoffs_reconcile()
    return fresh(shadow)


def addresses(shadow: Shadow) -> list[str]:
    """Every address that is about the shadow or its frozen text."""
    copy, run = shadow.version, Run.objects.get(version=shadow.version)
    return [
        reverse("leads:shadow_list", args=["mql"]),
        reverse("leads:shadow_page", args=[shadow.pk]),
        reverse("leads:shadow_leads", args=[shadow.pk, "candidate", "all"]),
        copy.get_absolute_url(),
        reverse("definitions:version_export", args=[copy.pk]),
        reverse("leads:evidence_list", args=[copy.pk]),
        reverse("leads:back_test", args=[copy.pk]),
        reverse("leads:run_page", args=[run.pk]),
        reverse("leads:run_state", args=[run.pk]),
    ]


@pytest.mark.parametrize("who", [maya, mona, rita, ada])
def test_marketing_and_managers_see_it(who: Callable[[], User], clock: Any) -> None:
    shadow = a_found_shadow(clock)
    client = signed_in(who())
    assert [client.get(url).status_code for url in addresses(shadow)] == [200] * 8 + [286]
    assert "Scored in silence" in client.get("/definitions/mql/").text
    assert "Shadow" in client.get("/leads/runs/").text


@pytest.mark.parametrize("who", [sam, olga])
def test_reps_and_people_of_no_team_see_it_nowhere(who: Callable[[], User], clock: Any) -> None:
    shadow = a_found_shadow(clock)
    client = signed_in(who())
    answers = [client.get(url) for url in addresses(shadow)]
    assert [answer.status_code for answer in answers] == [403] * 3 + [404] * 6
    for answer in answers[:3]:
        assert "Marketing and managers see how a candidate would have done" in answer.text
    beyond = client.get(reverse("leads:shadow_page", args=[shadow.pk + 1]))
    assert beyond.status_code == 403  # as that of one that exists
    assert client.post(reverse("leads:shadow_stop", args=[shadow.pk])).status_code == 403
    assert client.post(reverse("leads:shadow_new", args=[shadow.candidate_id]), FORM).status_code == 403
    assert client.post(reverse("leads:run_retry", args=[Run.objects.latest("pk").pk])).status_code == 404
    assert fresh(shadow).is_open


def _pages() -> list[str]:
    """Pages that a rep opens in daily work, those of every lead and handoff among them."""
    return [
        "/",
        "/leads/",
        "/leads/mine/",
        "/leads/all/?sort=-score",
        "/leads/handed-over/",
        "/leads/nurture/",
        "/leads/near-misses/",
        "/leads/runs/",
        "/definitions/mql/",
        "/definitions/mql/v1/",
        "/definitions/mql/v2/",
        "/definitions/versions/1/definition.json",
        "/search?q=pricing",
        "/search?q=stood",
        "/reviews/",
        "/reviews/insights/",
        *(lead.get_absolute_url() for lead in Lead.objects.all()),
        *(handoff.get_absolute_url() for handoff in Handoff.objects.all()),
        *(reverse("leads:handoff_receipt", args=[handoff.pk]) for handoff in Handoff.objects.all()),
    ]


def _looked_at(client: Client) -> dict[str, str]:
    """Page to text, without what differs each time."""
    found = {}
    for url in _pages():
        text = client.get(url, follow=True).text
        found[url] = re.sub(r'(csrfmiddlewaretoken" value|nonce|"X-CSRFToken")[=: ]+"[^"]*"', "", text)
    return found


def test_no_page_of_a_rep_is_other_than_without_it(clock: Any) -> None:
    shadow = a_found_shadow(clock)
    a_shadow(a_candidate(grades=[1, 2, 3, 4]))  # being prepared: its run is open
    with_it = _looked_at(signed_in(sam()))
    assert signed_in(sam()).get("/leads/runs/").context["health"].open_runs == 0
    assert signed_in(mona()).get("/leads/runs/").context["health"].open_runs == 1
    hidden = [url for url, text in with_it.items() if "silence" in text or "as it stood" in text]
    assert hidden == []
    Run.objects.filter(kind="shadow").delete()
    copies = [each.version for each in Shadow.objects.all()]
    Shadow.objects.all().delete()
    for copy in copies:
        copy.scores.all().delete()
        copy.delete()
    assert _looked_at(signed_in(sam())) == with_it
    assert not Shadow.objects.filter(pk=shadow.pk).exists()


def test_a_manager_starts_one_reads_it_and_stops_it(clock: Any) -> None:
    shadow = a_found_shadow(clock)
    client = signed_in(mona())
    candidate = shadow.candidate
    assert reverse("leads:shadow_new", args=[candidate.pk]) in client.get(candidate.get_absolute_url()).text
    assert "silence" not in signed_in(maya()).get(candidate.get_absolute_url()).text
    url = reverse("leads:shadow_new", args=[candidate.pk])
    assert 'value="2026-06-01"' in client.get(url).text
    bad = client.post(url, {**FORM, "ends_on": "2027-01-01"})
    assert (bad.status_code, "within three months" in bad.text) == (422, True)
    assert client.post(url, {**FORM, "reason": " "}).status_code == 422
    assert client.post(url, {**FORM, "ends_on": "soon"}).status_code == 422
    started = client.post(url, FORM)
    assert started["Location"] == Shadow.objects.latest("pk").get_absolute_url()
    assert "is getting its first score" in client.get(started["Location"]).text
    page = client.get(shadow.get_absolute_url()).text
    for group in SIDES:
        assert reverse("leads:shadow_leads", args=[shadow.pk, group, "all"]) in page
    assert "too early to say" in page
    assert "not decided on" in page
    client.post(reverse("leads:shadow_stop", args=[shadow.pk]))
    stopped = client.get(shadow.get_absolute_url()).text
    assert "it was stopped early" in stopped
    assert "Stop it" not in stopped


@pytest.mark.parametrize(
    ("group", "fate", "status"),
    [
        ("both", "all", 200),
        ("start-both", "all", 200),
        ("neither", "early", 200),
        ("start-both", "won", 404),
        ("start-neither", "all", 404),
        ("everybody", "all", 404),
        ("both", "eaten", 404),
    ],
)
def test_only_numbers_that_there_are_open_leads(group: str, fate: str, status: int, clock: Any) -> None:
    shadow = a_found_shadow(clock)
    url = reverse("leads:shadow_leads", args=[shadow.pk, group, fate])
    assert signed_in(mona()).get(url).status_code == status


def test_the_pages_ask_few_questions(clock: Any) -> None:
    shadow = a_found_shadow(clock)
    client = signed_in(mona())
    counted = {}
    for more in (0, 20):
        for _number in range(more):
            a_lead_of("both")
        drain_all()
        for url in addresses(shadow)[:3]:
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            counted.setdefault(url, []).append(len(queries))
    assert all(few == many for few, many in counted.values()), counted
    assert max(few for few, _many in counted.values()) <= 2 * BUDGET, counted
