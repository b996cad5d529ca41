"""The stamp of the facts: it moves with every change, in whatever order the changes commit."""

from __future__ import annotations

import pytest

from leads import facts
from leads.facts import facts_stamp, forget_changes, mark_touched, owe_scores, refresh
from leads.models import FactsChange, TouchedLead
from tests.builders import a_lead

pytestmark = pytest.mark.django_db


def test_every_change_of_facts_moves_it() -> None:
    seen = {facts_stamp()}
    lead = a_lead()
    seen.add(facts_stamp())
    refresh([lead.pk])
    seen.add(facts_stamp())
    mark_touched([lead.pk])
    seen.add(facts_stamp())
    assert len(seen) == 4


def test_what_changes_no_facts_leaves_it() -> None:
    lead = a_lead()
    TouchedLead.objects.all().delete()
    before = facts_stamp()
    owe_scores([lead.pk])
    mark_touched([])
    assert TouchedLead.objects.count() == 1
    assert facts_stamp() == before


def test_a_change_that_commits_late_under_a_smaller_id_moves_it() -> None:
    FactsChange.objects.create(pk=1_000)
    before = facts_stamp()
    FactsChange.objects.create(pk=999)
    assert facts_stamp() != before


def test_old_changes_are_forgotten_and_never_met_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "CHANGES_KEPT", 3)
    seen = set()
    for _ in range(6):
        FactsChange.objects.create()
        seen.add(facts_stamp())
    assert forget_changes() == 3
    assert facts_stamp() not in seen
    assert FactsChange.objects.count() == 4
    assert forget_changes() == 1
    assert FactsChange.objects.count() == 4


def test_a_few_changes_are_left_alone() -> None:
    FactsChange.objects.create()
    before = facts_stamp()
    assert forget_changes() == 0
    assert facts_stamp() == before
