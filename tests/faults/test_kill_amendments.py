"""Workers are killed while they draft amendments: each challenged clause has one whole draft and one word."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from definitions.models import Version
from leads.challenges.tasks import open_amendments
from leads.models import Amendment
from portal.common.models import AuditEntry, Notification
from tests.builders import a_criterion, a_document, an_active_version, maya, sam
from tests.conftest import Worker
from tests.leads.challenges.test_challenges import handed_over

PATIENCE = 120.0
CLAUSES = [f"c-{number}" for number in range(12)]
LEVEL = 5


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_no_half_of_an_amendment(real_worker: Worker) -> None:
    _kill_while_drafting(real_worker, kills=1)


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_five_killed_workers_leave_no_half_of_an_amendment(real_worker: Worker) -> None:
    _kill_while_drafting(real_worker, kills=5)


def test_the_check_finds_a_draft_without_its_amendment(db: None) -> None:
    """The broken twin: the draft is committed, and the worker dies before the amendment is."""
    version = _challenged_everywhere()
    open_amendments()
    assert _what_is_wrong(version) == []
    Amendment.objects.filter(criterion_key=CLAUSES[0]).delete()
    assert _what_is_wrong(version) == ["12 drafts, 11 amendments", "c-0: not drafted"]


def _kill_while_drafting(worker: Worker, *, kills: int) -> None:
    chance = random.Random(5)
    version = _challenged_everywhere()
    for _kill in range(kills):
        there = Amendment.objects.count()
        open_amendments.delay()
        # In the middle of the next one, wherever that is.
        _until(lambda there=there: Amendment.objects.count() > there)
        time.sleep(chance.uniform(0, 0.02))
        worker.kill()
        worker.log.write_bytes(b"")
        worker.start()
        worker.wait_until_ready()
    done = Amendment.objects.count()
    # As the hour does; what was rung for before the kill may be at it as well.
    open_amendments.delay()
    _until(lambda: Amendment.objects.count() == len(CLAUSES))
    print(f"\n{kills} kills, {len(CLAUSES)} clauses, {done} drafted before the last start")
    _until(lambda: not _what_is_wrong(version))
    assert _what_is_wrong(version) == []


def _challenged_everywhere() -> Version:
    maya(), sam()
    rule = {"attribute": "account.industry", "is": "one_of", "values": ["software"]}
    version = an_active_version(a_document(*(a_criterion(key, rule) for key in CLAUSES)))
    for key in CLAUSES:
        for _time in range(LEVEL):
            handed_over(version, key, at=timezone.now() - timedelta(hours=1))
    return version


def _what_is_wrong(version: Version) -> list[str]:
    drafts = Version.objects.filter(status="draft", based_on=version)
    amendments = {row.criterion_key: row for row in Amendment.objects.select_related("draft")}
    found = []
    if drafts.count() != len(amendments):
        found.append(f"{drafts.count()} drafts, {len(amendments)} amendments")
    for key in CLAUSES:
        row = amendments.get(key)
        if row is None:
            found.append(f"{key}: not drafted")
            continue
        told = Notification.objects.filter(key=f"amendment:{row.pk}").count()
        opened = AuditEntry.objects.filter(verb="amendment.opened", subject_id=str(row.draft_id)).count()
        clauses = row.draft.criteria.count()
        if (told, opened, clauses) != (2, 1, len(CLAUSES)):
            found.append(f"{key}: told {told}, opened {opened}, clauses {clauses}")
    return found


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
