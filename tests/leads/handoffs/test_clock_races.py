"""Workers fire, reps accept and offers expire at the same instant: each threshold is said once or never."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from leads import invariants
from leads.handoffs import services
from leads.handoffs.clock_firing import clocks_fire
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import Clock, ClockNotice, Handoff
from portal.common.errors import Conflict
from portal.common.models import Notification
from tests.builders import rita, sam, sofia
from tests.leads.handoffs.stories import a_qualified_lead, in_force, rescore
from tests.races import at_once, faults

HANDOFFS, ROUNDS = 12, 3


def fire() -> int:
    return clocks_fire(has_time=lambda: True)


def overdue_offers(count: int, *, by: timedelta) -> list[Handoff]:
    """Offers whose clocks have been due since `by` and have not been heard of."""
    version = in_force()
    for _ in range(count):
        a_qualified_lead()
    rescore(version)
    handoffs_reconcile()
    due_at = timezone.now() - by
    Clock.objects.update(
        warn_at=due_at,
        due_at=due_at,
        over_at=due_at + timedelta(hours=1),
        next_at=due_at,
    )
    Handoff.objects.update(due_at=due_at)
    return list(Handoff.objects.select_related("lead").order_by("pk"))


@pytest.mark.django_db(transaction=True)
def test_workers_share_the_clocks() -> None:
    for person in (sam, sofia, rita):
        person()
    overdue_offers(HANDOFFS, by=timedelta(minutes=5))
    for _ in range(ROUNDS):
        assert faults(at_once(*[fire] * 3)) == []
    assert ClockNotice.objects.count() == 2 * HANDOFFS
    words = Counter(Notification.objects.filter(topic="clocks").values_list("person", "key"))
    assert max(words.values()) == 1
    keys = set(ClockNotice.objects.values_list("key", flat=True))
    assert {key for _person, key in words} == keys


@pytest.mark.django_db(transaction=True)
def test_accepting_and_expiring_at_the_same_instant_leaves_one_of_them() -> None:
    """Whoever comes first: accepted and followed up, or expired and offered again; the clocks agree."""
    people = [sam(), sofia(), rita()]
    offers = overdue_offers(HANDOFFS, by=timedelta(hours=2))

    def accept(mine: list[Handoff], number: int) -> None:
        for handoff in mine:
            with suppress(Conflict):
                services.handoff_accept(handoff=handoff, actor=people[number])

    acts: list[Callable[[], object]] = [handoffs_reconcile, fire]
    acts += [lambda n=n: accept(offers[n::2], n) for n in range(2)]  # type: ignore[misc]
    assert faults(at_once(*acts)) == []
    handoffs_reconcile()
    assert invariants.breaches() == []
    first = [offer.pk for offer in offers]
    states = Counter(Handoff.objects.filter(pk__in=first).values_list("status", flat=True))
    assert states["accepted"] + states["expired"] == HANDOFFS
    over = ClockNotice.objects.filter(threshold="over").values_list("clock__handoff", flat=True)
    expired = Handoff.objects.filter(status="expired").values_list("pk", flat=True)
    assert sorted(over) == sorted(expired)
    assert not Clock.objects.filter(handoff__in=expired, stopped_at=None).exists()
