"""What ends a candidate that scores in silence, and what must hold of it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from definitions.models import Version
from leads import invariants
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import (
    Handoff,
    Lead,
    Run,
    Score,
    Shadow,
    ShadowLead,
)
from leads.scoring import marks
from leads.scoring.old_scores import delete_batch
from leads.scoring.runs import run_request, run_retry
from leads.selectors.shadows import leads_behind, result_of
from leads.shadows.ending import shadow_end, shadows_end_due
from portal.common import owed
from portal.common.errors import Conflict
from portal.common.models import AuditEntry
from tests.builders import (
    NOW,
    a_document,
    a_version,
    an_active_version,
    mona,
)
from tests.leads.runs.poison import SENTENCE, poisoned
from tests.leads.runs.stories import drain_all, work
from tests.leads.shadows.stories import (
    a_candidate,
    a_lead_of,
    a_running_shadow,
    a_shadow,
    fresh,
    totals,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


# -- its end -------------------------------------------------------------------------------------------------


def test_it_ends_by_itself_its_scores_go_and_its_result_stays(clock: Any) -> None:
    shadow = a_running_shadow()
    clock.shift(timedelta(days=1))
    lead = a_lead_of("both")
    drain_all()
    found = totals(shadow)
    clock.move_to("2026-05-31T23:59:59Z")
    assert (shadows_end_due(), owed.lag_by_kind().get("shadows")) == (0, None)
    clock.move_to("2026-06-01T00:10:00Z")
    assert owed.lag_by_kind()["shadows"] == 600.0
    late = a_lead_of("both")
    drain_all()
    assert not ShadowLead.objects.filter(lead=late).exists()
    assert (shadows_end_due(), shadows_end_due()) == (1, 0)
    shadow = fresh(shadow)
    assert (shadow.ending, shadow.ended_at, shadow.ended_by) == ("due", shadow.ends_at, None)
    assert marks.versions_to_score() == [shadow.against]
    assert Score.objects.filter(version=shadow.version).exists()
    while delete_batch():
        pass
    assert not Score.objects.filter(version=shadow.version).exists()
    assert Score.objects.filter(version=shadow.against).count() == Lead.objects.count()
    # By its end the late lead, captured two days before, had qualified under neither.
    assert totals(shadow) == {**found, "neither": found["neither"] + 1}
    assert list(leads_behind(mona(), shadow, "both", "all", timezone.now())) == [lead]
    assert invariants.breaches() == []


def test_another_version_in_force_ends_it(clock: Any) -> None:
    shadow = a_running_shadow()
    preparing = a_shadow(a_candidate(grades=[1, 2, 3, 4]))
    version = a_version(a_document(threshold=40), "ratified")
    run_request(version=version, kind=Run.Kind.ACTIVATION, actor=mona())
    work()
    assert (fresh(shadow).ending, fresh(preparing).ending) == ("overtaken", "overtaken")
    assert {run.status for run in Run.objects.filter(version=preparing.version)} == {"superseded"}
    assert marks.versions_to_score() == [version]
    assert result_of(fresh(preparing), timezone.now()) is None
    assert invariants.breaches() == []


def test_a_shadow_that_cannot_be_scored_ends_and_nobody_waits_for_it() -> None:
    shadow = a_running_shadow()
    with poisoned(version_id=shadow.version_id):
        lead = a_lead_of("both")
        drain_all()
    assert Score.objects.get(version=shadow.against, lead=lead).is_qualified
    assert (marks.waiting(), fresh(shadow).ending) == (0, "failed")
    assert SENTENCE in AuditEntry.objects.get(verb="shadow.ended").note


def test_a_run_that_ends_after_its_shadow_begins_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    an_active_version()
    a_lead_of("both")
    drain_all()
    shadow = a_shadow()
    run = Run.objects.get(version=shadow.version)
    Run.objects.filter(pk=run.pk).update(status="failed", finished_at=NOW)
    run_retry(run=Run.objects.get(pk=run.pk), actor=mona())
    shadow_end(shadow, Shadow.Ending.STOPPED, ended_at=NOW)
    Run.objects.filter(version=shadow.version, status="superseded").update(status="running")
    assert [found.version_id for found in work()] == [shadow.version_id]
    assert (fresh(shadow).began_at, ShadowLead.objects.count()) == (None, 0)
    with pytest.raises(Conflict, match="has ended"):
        run_retry(run=Run.objects.get(pk=run.pk), actor=mona())


# -- what must always hold -----------------------------------------------------------------------------------


def _unrecorded() -> None:
    ShadowLead.objects.filter(active_at=None).delete()


def _unscored() -> None:
    Score.objects.filter(version__is_shadow=True, is_qualified=False).delete()


def _rewritten() -> None:
    Version.objects.filter(is_shadow=True).update(document=a_document(threshold=3))


def _offered() -> None:
    Handoff.objects.update(version=Version.objects.get(is_shadow=True))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (_unrecorded, "leads that qualify and are not recorded: 1"),
        (_unscored, "leads with neither a score under it nor a mark: 2"),
        (_rewritten, "The text of MQL v2 as it stood on 4 May 2026 is not the one that was frozen"),
        (_offered, "Handoffs that follow from a version that only scores in silence: 2"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_breach_is_found(damage: Callable[[], None], sentence: str) -> None:
    a_running_shadow()
    handoffs_reconcile()
    assert invariants.breaches() == []
    damage()
    assert any(sentence in breach for breach in invariants.breaches()), invariants.breaches()
