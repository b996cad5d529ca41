"""Two who taste at once, one who presses twice, and one who closes meanwhile; with the twin that fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from leads.invariants import breaches
from leads.models import Tasting, TastingAnswer
from leads.tasting.services import lead_taste, tasting_close
from portal.common.errors import Conflict
from portal.common.models import AuditEntry
from tests.builders import maya, sam, sofia
from tests.leads.tasting.stories import a_tasting, people
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def taste(tasting: Tasting, who: Any, place: int) -> Callable[[], Any]:
    return lambda: lead_taste(tasting=tasting, place=place, takes=True, reason="Yes.", actor=who)


def test_a_press_twice_at_once_counts_once() -> None:
    people()
    tasting, who = a_tasting(), sam()
    for place in range(1, 21):
        first, second = at_once(taste(tasting, who, place), taste(tasting, who, place))
        assert first == second
    assert TastingAnswer.objects.count() == 20
    assert AuditEntry.objects.filter(verb="tasting.answered").count() == 20


def test_two_people_at_once_do_not_lose_each_others_words() -> None:
    people()
    tasting, one, other = a_tasting(), sam(), sofia()
    for place in range(1, 21):
        at_once(taste(tasting, one, place), taste(tasting, other, place))
    assert TastingAnswer.objects.filter(person=one).count() == 20
    assert TastingAnswer.objects.filter(person=other).count() == 20


def test_what_comes_in_while_it_is_closed_is_in_before_or_refused() -> None:
    people()
    who, closer = sam(), maya()
    for seed in range(8):
        tasting = a_tasting(seed) if not seed else a_tasting(seed, Tasting.objects.latest("pk").version)
        said, closed = at_once(
            taste(tasting, who, 1), lambda tasting=tasting: tasting_close(tasting=tasting, actor=closer)
        )
        assert isinstance(closed, Tasting)
        count = TastingAnswer.objects.filter(tasting_lead__tasting=tasting).count()
        assert count == (0 if isinstance(said, Conflict) else 1)
    assert breaches() == []


def test_the_twin_without_the_lock_lets_an_answer_in_behind_the_close() -> None:
    """It asks first and writes afterwards: between the two the tasting is closed."""
    people()
    tasting, who = a_tasting(), sam()
    row = tasting.leads.get(place=1)
    asked, closed = threading.Event(), threading.Event()

    def careless() -> None:
        is_open = Tasting.objects.get(pk=tasting.pk).is_open
        asked.set()
        closed.wait(30)
        if is_open:
            TastingAnswer.objects.create(
                tasting_lead=row,
                person=who,
                house="sales",
                takes=True,
                reason="Late.",
                answered_at="2100-01-01T00:00Z",
            )
        connections.close_all()

    thread = threading.Thread(target=careless)
    thread.start()
    asked.wait(30)
    tasting_close(tasting=tasting, actor=maya())
    closed.set()
    thread.join()
    assert any("after its close" in sentence for sentence in breaches())
