"""Two workers reconcile at the same time: every lead is offered once, and nobody fails."""

from __future__ import annotations

import pytest

from leads import invariants
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import Handoff
from tests.leads.handoffs.stories import a_qualified_lead, in_force, rescore
from tests.races import at_once, faults

WORKERS, LEADS, ROUNDS = 3, 40, 3


@pytest.mark.django_db(transaction=True)
def test_workers_share_the_leads() -> None:
    version = in_force()
    for round_number in range(1, ROUNDS + 1):
        for _ in range(LEADS):
            a_qualified_lead()
        rescore(version)
        assert faults(at_once(*[handoffs_reconcile] * WORKERS)) == []
        # What one worker skipped because another held it, that other one has offered.
        assert Handoff.objects.filter(status="offered").count() == LEADS * round_number
    assert invariants.breaches() == []
