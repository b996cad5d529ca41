"""Facts change and others build while a snapshot is made: no column mixes two states of the facts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from definitions import selectors
from definitions.criteria.document import parse
from leads.facts import facts_stamp
from leads.models import LeadFit, PreviewColumn, PreviewSnapshot
from leads.scoring.preview import building, reading, snapshots
from leads.scoring.preview.columns import Column, column_of_ids
from tests.builders import a_criterion, a_document, a_lead

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"attribute": "lead.has_phone", "is": "no"}


def beside(work: Callable[[], object]) -> None:
    """Do it in another thread, on a connection of its own, and wait for it."""
    faults: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            faults.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    assert faults == []


def test_all_that_is_read_in_one_look_is_of_one_moment() -> None:
    a_lead()
    with reading.one_look():
        before = facts_stamp()
        beside(a_lead)
        assert reading.all_lead_ids().size == 1
        assert facts_stamp() == before
    assert reading.all_lead_ids().size == 2
    assert facts_stamp() != before


def test_facts_that_change_while_a_snapshot_is_made_make_it_old() -> None:
    a_lead()
    catalogue = selectors.catalogue()
    document = parse(a_document(a_criterion("c-1", PHONE)), catalogue)

    def facts_change() -> bool:
        # Asked before each column: here somebody brings a lead.
        beside(a_lead)
        return True

    made = building.build([document], catalogue, facts_change)
    (question,) = snapshots.questions_of(document, catalogue, made.as_of)
    # Two columns: the clause's, and in which week each lead was captured.
    assert (made.population, LeadFit.objects.count()) == (1, 3)
    assert snapshots.columns_of(made, [question])[question.key].met == 1
    assert not snapshots.is_true(made, facts_stamp(), made.as_of)


def test_of_two_who_build_at_once_the_newer_look_counts() -> None:
    a_lead()
    now = timezone.now()
    older = snapshots.made_now(facts_stamp(), now)
    newer = snapshots.made_now(facts_stamp(), now + timedelta(seconds=1))
    snapshots.keep(newer, {})
    snapshots.keep(older, {})
    assert snapshots.current() == newer
    snapshots.keep(snapshots.made_now(facts_stamp(), now + timedelta(seconds=2)), {})
    assert PreviewSnapshot.objects.count() == 1


def test_a_column_of_a_snapshot_that_was_replaced_is_dropped() -> None:
    a_lead()
    now = timezone.now()
    old = snapshots.made_now(facts_stamp(), now)
    snapshots.keep(old, {})
    snapshots.keep(snapshots.made_now(facts_stamp(), now + timedelta(seconds=1)), {})
    snapshots.keep(old, {"a" * 64: a_column()})
    assert not PreviewColumn.objects.exists()


def test_two_who_ask_the_same_keep_one_column() -> None:
    a_lead()
    snapshot = snapshots.made_now(facts_stamp(), timezone.now())
    snapshots.keep(snapshot, {"a" * 64: a_column()})
    snapshots.keep(snapshot, {"a" * 64: a_column()})
    assert PreviewColumn.objects.count() == 1


def a_column() -> Column:
    ids = reading.all_lead_ids()
    return column_of_ids(ids, ids)
