"""A storm of faults over a rescore, and the proof that those who look at it would see it go wrong."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db import transaction
from django.test import Client

from definitions.models import Version
from leads.facts import refresh
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import Chunk, Handoff, LeadFit, Run, Score
from leads.scoring import chunks, flip, runs
from leads.scoring.runs import run_request
from scripts.with_servers import a_folder, free_port
from tests.builders import maya, sam
from tests.faults.killable import Outage
from tests.faults.storm import BASE
from tests.faults.storm_answers import (
    Answer,
    read_lead,
    read_list,
    read_queue,
    read_rows,
    unexcused,
    untimely,
)
from tests.faults.storm_workspace import (
    A,
    Agreement,
    B,
    Truth,
    form_submitted,
    lay_facts,
    ratified,
    wrong_scores,
)

FULL_LEADS = int(os.environ.get("ACCORD_STORM_LEADS", "1_000_000"))
PART_IN_CI = 50
PROGRAM = "import sys, django; django.setup(); from tests.faults import storm; sys.exit(storm.main())"
FEW_LEADS, ACTIVITIES = 40, 5


@pytest.mark.servers
def test_a_fiftieth_of_the_storm_costs_no_score_and_no_answer() -> None:
    leads = FULL_LEADS // PART_IN_CI
    _storm(leads=leads, chunk=leads // 200, kills=2, postgresql=1, redis=1)


@pytest.mark.servers
@pytest.mark.fault
def test_the_storm_costs_no_score_and_no_answer() -> None:
    _storm(leads=FULL_LEADS, kills=50, postgresql=5, redis=5, patience=3600)


def _storm(**options: int) -> None:
    """Runs it on servers of its own, which it may kill; they and their data are gone afterwards."""
    arguments = [text for name, value in options.items() for text in (f"--{name}", str(value))]
    with a_folder() as folder:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "ACCORD_DATA": str(folder),
            "DATABASE_URL": f"postgres://accord@127.0.0.1:{free_port()}/postgres",
            "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
        }
        status = subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments], cwd=BASE, env=environment
        ).returncode
        log = folder / "units.log"
        if status and log.exists():
            print(log.read_text(errors="replace")[-20_000:])
        assert status == 0


# -- the broken twins, on a few leads ----------------------------------------------------------------------


@pytest.fixture
def truth(transactional_db: None) -> Truth:
    lay_facts(FEW_LEADS, ACTIVITIES)
    return Truth(ACTIVITIES)


@pytest.fixture
def first(truth: Truth) -> Version:
    """In force, its leads scored and offered."""
    return _activated(A, truth)


def _activated(agreement: Agreement, truth: Truth) -> Version:
    version = ratified(agreement, truth)
    run_request(version=version, kind=Run.Kind.ACTIVATION, actor=maya())
    chunks.work_chunks(has_time=lambda: True)
    assert flip.finish_runs()
    handoffs_reconcile()
    return version


def _page(path: str) -> str:
    client = Client()
    client.force_login(sam())
    return client.get(path).content.decode()


@pytest.mark.servers
def test_facts_are_laid_as_the_portal_keeps_them(truth: Truth) -> None:
    laid = list(LeadFit.objects.order_by("pk").values())
    with transaction.atomic():
        refresh(range(1, FEW_LEADS + 1))
    assert list(LeadFit.objects.order_by("pk").values()) == laid


@pytest.mark.servers
def test_scores_are_held_to_the_arithmetic(truth: Truth, first: Version) -> None:
    assert wrong_scores(first, truth) == []
    true = Score.objects.get(lead=7).points
    Score.objects.filter(lead=7).update(points=true + 1)
    Score.objects.filter(lead=9).delete()
    form_submitted(11)
    late = Score.objects.get(lead=11).points
    assert wrong_scores(first, truth) == [
        (7, true + 1, true),
        (9, None, *(points for points, _grade in truth.scores(str(first), 9))),
        (11, late, late + A.form),
    ]


@pytest.mark.servers
def test_a_flip_that_does_not_wait_for_all_chunks_is_found(
    truth: Truth, first: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "LEADS_PER_CHUNK", 10)
    second = ratified(B, truth)
    run_request(version=second, kind=Run.Kind.ACTIVATION, actor=maya())
    claimed = chunks.claim_chunk()
    assert claimed is not None
    chunks.work_chunk(claimed)
    Chunk.objects.filter(status=Chunk.Status.WAITING).update(status=Chunk.Status.DONE)
    assert flip.finish_runs()
    assert len(wrong_scores(second, truth)) == 10
    assert read_rows(_rows(second), FEW_LEADS, truth).wrong == ("10 scores in force of 40 leads",)
    assert read_list(_page("/leads/all/"), truth).wrong[0] == "lead 40 has no score under MQL v2"


@pytest.mark.servers
def test_an_answer_of_two_versions_is_found(truth: Truth, first: Version) -> None:
    """Each page is read as it is, and then with one row of another version among its own."""
    second = _activated(B, truth)
    assert read_rows(_rows(second), FEW_LEADS, truth) == (str(second), ())
    mixed = [*_rows(second)[1:], *_rows(first)[:1]]
    assert read_rows(mixed, FEW_LEADS, truth).wrong == ("scores of ['MQL v1', 'MQL v2'] in one answer",)

    assert read_list(_page("/leads/all/"), truth) == (str(second), ())
    assert read_queue(_page("/leads/"), truth) == (str(second), ())
    assert read_lead(_page("/leads/6/"), 6, truth) == (str(second), ())

    # Lead 5 is of the account of lead 6.
    old = Score.objects.get(version=first, lead=5)
    Score.objects.filter(version=second, lead=5).update(points=old.points, grade=old.grade)
    offered = Handoff.objects.filter(version=second).latest("pk")
    Handoff.objects.filter(pk=offered.pk).update(version=first)
    assert len(read_list(_page("/leads/all/"), truth).wrong) == 1
    assert len(read_queue(_page("/leads/"), truth).wrong) == 1
    assert read_lead(_page("/leads/6/"), 6, truth).wrong == (
        f"lead 5 has grade {old.grade} beside a receipt under MQL v2",
    )


def _rows(version: Version) -> list[tuple[str, int, int, int]]:
    scores = Score.objects.filter(version=version).order_by("lead_id")
    return [(str(version), *row) for row in scores.values_list("lead_id", "points", "grade")]


def test_an_answer_that_goes_back_is_found() -> None:
    answers = [_answer(0, 1, "v1"), _answer(1, 3, "v3"), _answer(2, 4, "v1")]
    assert untimely(answers, ["v1", "v3"]) == []
    assert untimely([*answers, _answer(3.5, 4, "v1")], ["v1", "v3"]) == [
        "queue: answered under v1 0.50 s after v3 was seen"
    ]
    assert untimely([*answers, _answer(3.5, 4, "v2")], ["v1", "v3"]) == [
        "queue: answered under v2, which was never in force"
    ]


def test_a_503_without_an_outage_is_found() -> None:
    outages = [Outage(1, 2)]
    assert unexcused([_answer(0, 1.5, is_away=True), _answer(1.9, 3, is_away=True)], outages) == []
    assert unexcused([_answer(2.1, 3, is_away=True)], outages) == ["queue: 503 though no service was away"]


def _answer(began: float, ended: float, under: str = "", *, is_away: bool = False) -> Answer:
    return Answer("queue", began, ended, is_away=is_away, under=under)
