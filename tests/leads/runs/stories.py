"""What the tests of runs share: some leads, a second version, and the work of a worker without one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from definitions.models import Version
from leads.models import Lead, Run, Score
from leads.scoring import chunks, flip, marks
from leads.scoring.compiler import score_rows
from leads.scoring.scope import Scope
from tests.builders import a_criterion, a_document, a_lead, a_version, an_account, an_activity


def some_leads(count: int, industry: str = "Software") -> list[Lead]:
    """Leads of one account, each of which looked at the pricing page yesterday."""
    account = an_account(industry=industry)
    leads = [a_lead(account=account, captured_at=timezone.now() - timedelta(days=90)) for _ in range(count)]
    for lead in leads:
        an_activity(lead, at=timezone.now() - timedelta(days=1), subject="Pricing")
    return leads


def a_ratified_version(**fields: Any) -> Version:
    """Stricter than `a_document()`: it asks for the pricing page twice."""
    twice = {
        "activity": "page_viewed",
        "where": [{"on": "subject", "is": "contains_word", "values": ["pricing"]}],
        "within_days": 30,
        "at_least": 2,
    }
    document = a_document(a_criterion("c-twice", twice, half="behaviour"), threshold=50, **fields)
    return a_version(document, "ratified")


def work(run: Run | None = None) -> list[Run]:
    """What one ring of the doorbell does: score every chunk, end every run that is ready."""
    chunks.work_chunks(has_time=lambda: True, run=run)
    return flip.finish_runs(run)


def drain_all() -> None:
    while marks.drain():
        pass


def scores(version: Version) -> dict[int, tuple[int, bool]]:
    return {
        lead_id: (points, is_qualified)
        for lead_id, points, is_qualified in Score.objects.filter(version=version).values_list(
            "lead_id", "points", "is_qualified"
        )
    }


def computed(version: Version) -> dict[int, tuple[int, bool]]:
    """The same, computed afresh from the facts as of now."""
    rows = score_rows(version.document, Scope.all(), timezone.now())
    return {row.lead_id: (row.points, row.is_qualified) for row in rows}
