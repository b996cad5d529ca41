from __future__ import annotations

import pytest
from django.db import DatabaseError
from django.utils import timezone

from leads.facts import mark_touched, refresh
from leads.models import Lead, Score, TouchedLead
from leads.scoring import marks
from tests.builders import a_criterion, a_document, a_lead, an_account, an_active_version
from tests.leads.runs.poison import SENTENCE, poisoned
from tests.leads.runs.stories import computed, drain_all, scores, some_leads

pytestmark = pytest.mark.django_db


def test_a_drain_scores_the_marked_and_takes_their_marks_away() -> None:
    leads = some_leads(3)
    version = an_active_version()
    assert marks.drain(limit=2) == 2
    assert TouchedLead.objects.count() == 1
    assert marks.drain() == 1
    assert marks.drain() == 0
    assert scores(version) == {lead.pk: (100, True) for lead in leads}


def test_without_any_version_nothing_is_owed() -> None:
    some_leads(2)
    assert marks.drain() == 2
    assert not Score.objects.exists()


def test_a_poisoned_lead_is_parked_at_the_third_time() -> None:
    leads = some_leads(5)
    version = an_active_version()
    with poisoned(leads[2].pk):
        assert marks.drain() == 4
        assert marks.drain() == 0
        assert TouchedLead.objects.get().parked_at is None
        marks.drain()
        mark = TouchedLead.objects.get()
        assert (mark.lead_id, mark.attempts, mark.parked_at is not None) == (leads[2].pk, 3, True)
        assert SENTENCE in mark.error
        assert marks.oldest_due(timezone.now()) is None
    # New facts are a new chance.
    mark_touched([leads[2].pk])
    drain_all()
    assert scores(version) == computed(version)


def test_a_fault_of_everything_parks_nothing() -> None:
    some_leads(30)
    an_active_version()
    with poisoned(), pytest.raises(DatabaseError, match=SENTENCE):
        marks.drain()
    assert TouchedLead.objects.filter(attempts=0, parked_at=None).count() == 30


def test_a_merged_lead_loses_its_score() -> None:
    kept, merged = some_leads(2)
    version = an_active_version()
    drain_all()
    Lead.objects.filter(pk=merged.pk).update(merged_into=kept)
    refresh([merged.pk])
    drain_all()
    assert set(scores(version)) == {kept.pk}


def test_what_one_person_does_counts_for_the_account() -> None:
    committee = {"account_people": 2, "meet": {"attribute": "lead.job_title", "is": "known"}}
    account = an_account()
    first, second = a_lead(account=account, job_title="CTO"), a_lead(account=account)
    version = an_active_version(a_document(a_criterion("c-committee", committee), threshold=50))
    drain_all()
    assert scores(version)[first.pk] == (0, False)
    Lead.objects.filter(pk=second.pk).update(job_title="Head of IT")
    refresh([second.pk])
    drain_all()
    assert scores(version)[first.pk] == (50, True)


@pytest.mark.parametrize("change", ["moves to another account", "is merged"])
def test_who_leaves_an_account_no_longer_counts_for_it(change: str) -> None:
    committee = {"account_people": 2, "meet": {"attribute": "lead.job_title", "is": "known"}}
    account = an_account()
    first, second = (a_lead(account=account, job_title="CTO") for _ in range(2))
    version = an_active_version(a_document(a_criterion("c-committee", committee), threshold=50))
    drain_all()
    assert scores(version)[first.pk] == (50, True)
    is_merged = change == "is merged"
    Lead.objects.filter(pk=second.pk).update(
        account=account if is_merged else an_account(), merged_into=a_lead() if is_merged else None
    )
    refresh([second.pk])
    drain_all()
    assert scores(version)[first.pk] == (0, False)
