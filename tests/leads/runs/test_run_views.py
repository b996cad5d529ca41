from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from leads.models import Run, TouchedLead
from leads.scoring import chunks, flip, runs
from leads.scoring.runs import run_request
from leads.selectors.runs import open_runs
from tests.builders import a_version, an_active_version, maya, olga, rita, signed_in
from tests.leads.runs.poison import SENTENCE, poisoned
from tests.leads.runs.stories import some_leads, work

pytestmark = pytest.mark.django_db


def an_activation() -> Run:
    return run_request(version=a_version(status="ratified"), kind=Run.Kind.ACTIVATION, actor=maya())


def test_the_page_shows_how_far_a_run_is_and_survives_a_reload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "LEADS_PER_CHUNK", 2)
    some_leads(4)
    run = an_activation()
    client = signed_in(olga())
    assert "0 of 4 leads" in client.get(run.get_absolute_url()).text
    first = chunks.claim_chunk()
    assert first is not None
    chunks.work_chunk(first)
    page = client.get(run.get_absolute_url()).text
    assert "2 of 4 leads" in page
    assert '<progress max="100" value="50"' in page
    assert "Look again" in page
    assert [(found.percent, found.version) for found in open_runs("mql")] == [(50, run.version)]
    assert not open_runs("sql")


def test_the_fragment_is_asked_for_until_the_run_has_ended() -> None:
    some_leads(1)
    run = an_activation()
    client = signed_in(maya())
    url = reverse("leads:run_state", args=[run.pk])
    answer = client.get(url, headers={"HX-Request": "true"})
    assert (answer.status_code, "every 2s" in answer.text, "<html" in answer.text) == (200, True, False)
    assert "HX-Request" in answer["Vary"]
    work()
    answer = client.get(url, headers={"HX-Request": "true"})
    assert (answer.status_code, "every 2s" in answer.text) == (286, False)
    assert "became active" in answer.text


def test_parked_leads_are_shown_and_a_manager_tries_them_again() -> None:
    leads = some_leads(3)
    run = an_activation()
    with poisoned(leads[1].pk):
        work()
    page = signed_in(maya()).get(run.get_absolute_url()).text
    assert SENTENCE in page
    assert "Only managers start a rescore" in page
    assert reverse("leads:run_retry", args=[run.pk]) not in page
    assert SENTENCE in signed_in(maya()).get(reverse("leads:run_list")).text

    answer = signed_in(rita()).post(reverse("leads:run_retry", args=[run.pk]), follow=True)
    assert "What failed is being tried again." in answer.text
    assert TouchedLead.objects.get(lead=leads[1]).parked_at is None


def test_a_member_may_not_try_again() -> None:
    leads = some_leads(3)
    run = an_activation()
    with poisoned(leads[1].pk):
        work()
    answer = signed_in(maya()).post(reverse("leads:run_retry", args=[run.pk]))
    assert answer.status_code == 403
    assert TouchedLead.objects.filter(parked_at__isnull=False).count() == 1


def test_a_manager_starts_a_rescore_from_the_list() -> None:
    some_leads(2)
    an_active_version()
    client = signed_in(rita())
    assert "Score all leads under MQL v1" in client.get(reverse("leads:run_list")).text
    answer = client.post(reverse("leads:run_start", args=["mql"]))
    run = Run.objects.get()
    assert answer.url == run.get_absolute_url()
    assert (run.kind, run.requested_by) == (Run.Kind.REFRESH, rita())
    assert client.post(reverse("leads:run_start", args=["sql"])).status_code == 404


def test_parked_marks_are_tried_again_from_the_list() -> None:
    leads = some_leads(2)
    an_active_version()
    TouchedLead.objects.filter(lead=leads[0]).update(parked_at="2026-05-04T10:00Z", error=SENTENCE)
    assert signed_in(maya()).post(reverse("leads:marks_retry")).status_code == 403
    signed_in(rita()).post(reverse("leads:marks_retry"))
    assert TouchedLead.objects.filter(parked_at=None).count() == 2


def test_the_list_says_when_nothing_has_been_scored() -> None:
    assert "No version has been scored yet" in signed_in(maya()).get(reverse("leads:run_list")).text


def test_the_list_costs_the_same_however_long_it_is(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    some_leads(1)
    version = an_active_version()
    for _ in range(20):
        run_request(version=version, kind=Run.Kind.REFRESH, actor=rita())
        chunks.work_chunks(has_time=lambda: True)
        flip.finish_runs()
    client = signed_in(rita())
    with django_assert_max_num_queries(15):
        client.get(reverse("leads:run_list"))


def test_strangers_are_asked_to_sign_in() -> None:
    for name in ("leads:run_list", "leads:run_page"):
        answer = Client().get(reverse(name, args=[1] if name.endswith("page") else []))
        assert answer.status_code == 302
