from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from definitions.models import Version
from leads.models import Score
from leads.scoring import old_scores
from tests.builders import a_version, an_active_version
from tests.leads.runs.stories import drain_all, scores, some_leads

pytestmark = pytest.mark.django_db


def test_scores_of_a_long_superseded_version_are_deleted_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_scores, "BATCH", 2)
    some_leads(3)
    old = an_active_version()
    drain_all()
    Version.objects.filter(pk=old.pk).update(status="superseded", ended_at=timezone.now() - timedelta(days=8))
    new = a_version(status="active")
    kept = {"points": 1, "fit": 1, "behaviour": 0, "grade": 1, "qualification": 5, "is_qualified": False}
    Score.objects.create(version=new, lead_id=next(iter(scores(old))), as_of=timezone.now(), **kept)
    assert [old_scores.delete_batch() for _ in range(3)] == [2, 1, 0]
    assert Score.objects.get().version == new


def test_scores_of_a_version_that_has_just_ended_are_kept() -> None:
    some_leads(1)
    old = an_active_version()
    drain_all()
    Version.objects.filter(pk=old.pk).update(status="superseded", ended_at=timezone.now())
    assert old_scores.delete_batch() == 0
    assert len(scores(old)) == 1
