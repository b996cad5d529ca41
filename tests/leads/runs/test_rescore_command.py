from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from definitions.models import Definition
from leads.models import Run, RunStatus, TouchedLead
from leads.scoring.runs import run_request
from tests.builders import a_version, an_active_version, maya
from tests.leads.runs.poison import poisoned
from tests.leads.runs.stories import computed, scores, some_leads

pytestmark = pytest.mark.django_db


def test_it_scores_all_leads_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    some_leads(3)
    version = an_active_version()
    call_command("rescore")
    assert "Scored 3 leads under MQL v1 in " in capsys.readouterr().out
    assert scores(version) == computed(version)
    assert not TouchedLead.objects.exists()


def test_it_finishes_the_activation_that_is_under_way() -> None:
    some_leads(2)
    version = a_version(status="ratified")
    run = run_request(version=version, kind=Run.Kind.ACTIVATION, actor=maya())
    call_command("rescore")
    run.refresh_from_db()
    assert run.status == RunStatus.DONE
    assert Definition.objects.get(stage="mql").active_version == version


def test_it_leaves_the_work_to_the_workers(capsys: pytest.CaptureFixture[str]) -> None:
    some_leads(2)
    an_active_version()
    call_command("rescore", "--queue")
    assert "is queued: 2 leads" in capsys.readouterr().out
    assert Run.objects.get().status == RunStatus.QUEUED


def test_without_a_version_it_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="No version of the MQL definition is active"):
        call_command("rescore")


def test_leads_that_could_not_be_scored_are_no_success() -> None:
    leads = some_leads(3)
    an_active_version()
    with poisoned(leads[0].pk), pytest.raises(CommandError, match="1 of 3 leads could not be scored"):
        call_command("rescore")
