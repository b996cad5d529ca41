"""Two workers reconcile at the same time: every lead is offered once, and nobody fails."""

from __future__ import annotations

import threading

import pytest
from django.db import close_old_connections, connections

from leads import invariants
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import Handoff
from tests.leads.handoffs.stories import a_qualified_lead, in_force, rescore

WORKERS, LEADS, ROUNDS = 3, 40, 3


@pytest.mark.django_db(transaction=True)
def test_workers_share_the_leads() -> None:
    version = in_force()
    for round_number in range(1, ROUNDS + 1):
        for _ in range(LEADS):
            a_qualified_lead()
        rescore(version)
        barrier = threading.Barrier(WORKERS)
        faults: list[str] = []

        def work(barrier: threading.Barrier = barrier, faults: list[str] = faults) -> None:
            close_old_connections()
            try:
                barrier.wait(timeout=20)
                handoffs_reconcile()
            except Exception as error:
                faults.append(repr(error))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=work) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert faults == []
        # What one worker skipped because another held it, that other one has offered.
        assert Handoff.objects.filter(status="offered").count() == LEADS * round_number
    assert invariants.breaches() == []
