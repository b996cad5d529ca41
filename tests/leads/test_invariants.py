"""Each thing that must always hold, broken on purpose: a check that cannot fail is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine

from definitions.models import Definition, Version
from leads import invariants
from leads.handoffs import services
from leads.models import Handoff, Lead, LeadFit, Score, TouchedLead
from tests.builders import NOW, a_lead, sam, sofia
from tests.leads.handoffs.stories import a_qualified_lead, an_offer, in_force, rescore


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def settled(db: None) -> Version:
    """One lead offered, one accepted; nothing wrong."""
    version = in_force()
    an_offer(version)
    services.handoff_accept(handoff=an_offer(version), actor=sam())
    assert invariants.breaches() == []
    return version


def _lead_drops_back() -> None:
    Lead.objects.filter(stage="sal").update(stage="lead")


def _offer_vanishes() -> None:
    Handoff.objects.filter(status="offered").update(status="withdrawn", ended_at=NOW)


def _end_without_time() -> None:
    Handoff.objects.filter(status="accepted").update(status="sales_qualified")


def _open_with_end() -> None:
    Handoff.objects.filter(status="offered").update(ended_at=NOW + timedelta(hours=1))


def _other_owner() -> None:
    Lead.objects.filter(stage="sal").update(owner=sofia())


def _points_that_do_not_add_up() -> None:
    Handoff.objects.filter(status="offered").update(points=99)


def _carried_by_nothing() -> None:
    Handoff.objects.filter(status="offered").update(carried="")


def _score_lost() -> None:
    TouchedLead.objects.all().delete()
    Score.objects.filter(lead__stage="mql").delete()


def _facts_lost() -> None:
    LeadFit.objects.filter(lead__stage="mql").delete()


def _merged_with_facts() -> None:
    Lead.objects.filter(stage="mql").update(merged_into=Lead.objects.get(stage="sal"))


def _definition_withdrawn() -> None:
    Definition.objects.update(active_version=None)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (_lead_drops_back, "Handoffs that are accepted while their lead is not at sal: 1"),
        (_offer_vanishes, "Leads at mql without a handoff that is offered: 1"),
        (_end_without_time, "Handoffs that have ended at no time: 1"),
        (_open_with_end, "Open handoffs that have an end: 1"),
        (_other_owner, "Accepted handoffs whose owner is not the owner of the lead: 1"),
        (_points_that_do_not_add_up, "Handoffs whose receipt does not add up to their points: 1"),
        (_carried_by_nothing, "Handoffs that carried other clauses than their receipt says: 1"),
        (_score_lost, "leads with neither a score under the version in force nor a mark: 1"),
        (_facts_lost, "Leads without their row of facts: 1"),
        (_merged_with_facts, "Merged leads that still have facts: 1"),
        (_definition_withdrawn, "Offered handoffs while no definition is in force: 1"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_breach_is_found(settled: Version, damage: Callable[[], None], sentence: str) -> None:
    damage()
    assert any(sentence in breach for breach in invariants.breaches()), invariants.breaches()


def test_a_lead_that_waits_for_its_score_is_no_breach(settled: Version) -> None:
    a_lead()
    assert invariants.breaches() == []


def test_a_qualified_lead_that_waits_for_its_offer_is_no_breach(settled: Version) -> None:
    a_qualified_lead()
    rescore(settled)
    assert invariants.breaches() == []
