"""Workers are killed in the middle of an import, again and again: no line is lost, none is taken twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from leads.facts import refresh
from leads.intake import advance, services
from leads.invariants import breaches
from leads.models import Activity, Import, ImportKey, Lead, TouchedLead
from portal.tasks import sweep
from tests.builders import a_source
from tests.conftest import Worker

LEADS = 200
LINES = 60_000
FEWER_LINES = 24_000
PATIENCE = 180.0


@pytest.mark.django_db(transaction=True)
def test_two_killed_workers_cost_seconds_and_no_line(real_worker: Worker, tmp_path: Path) -> None:
    _kill_during_an_import(real_worker, tmp_path, kills=2, lines=FEWER_LINES)


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_ten_killed_workers_cost_seconds_and_no_line(real_worker: Worker, tmp_path: Path) -> None:
    _kill_during_an_import(real_worker, tmp_path, kills=10, lines=LINES, waits_for_the_lease=True)


@pytest.mark.django_db
def test_the_check_finds_an_import_that_counts_first_and_writes_afterwards(tmp_path: Path) -> None:
    """The broken twin: the position is committed, the worker dies, its rows are never written."""
    batch = _opened(tmp_path, lines=100)
    slice_size = 10
    Import.objects.filter(pk=batch.pk).update(
        line=slice_size, created=slice_size, position=batch.position + _bytes_of(batch, slice_size)
    )
    advance.advance_due(has_time=lambda: True)
    batch.refresh_from_db()
    assert (batch.status, batch.line) == (Import.Status.DONE, 100)
    assert _what_is_wrong(batch, 100) == ["90 activities of 100 lines"]


def _kill_during_an_import(
    worker: Worker, folder: Path, *, kills: int, lines: int, waits_for_the_lease: bool = False
) -> None:
    batch = _opened(folder, lines=lines)
    started = time.monotonic()
    sweep.delay()
    for number in range(kills):
        before = Import.objects.get(pk=batch.pk).line
        # A slice later than before, and never at the same place of a slice.
        _until(lambda before=before: Import.objects.get(pk=batch.pk).line > before)
        time.sleep(0.02 * number)
        worker.kill()
        assert Import.objects.get(pk=batch.pk).status == Import.Status.RUNNING, "it was over before the kill"
        worker.log.write_bytes(b"")
        worker.start()
        worker.wait_until_ready()
        if number < kills - 1 or not waits_for_the_lease:
            # As if the lease that the killed worker held were over.
            Import.objects.filter(pk=batch.pk).update(lease_until=timezone.now())
    _until(lambda: Import.objects.get(pk=batch.pk).status not in advance.OPEN)
    print(f"\n{kills} kills, {lines:,} lines: done after {time.monotonic() - started:.0f} s")
    batch.refresh_from_db()
    assert _what_is_wrong(batch, lines) == []
    assert breaches() == []


def _opened(folder: Path, *, lines: int) -> Import:
    """A queued import of activities of known leads."""
    source, now = a_source(), timezone.now()
    leads = Lead.objects.bulk_create(
        Lead(source=source, external_id=f"k-{number}", captured_at=now) for number in range(LEADS)
    )
    with transaction.atomic():
        refresh(lead.pk for lead in leads)
    path = folder / "activities.csv"
    with path.open("w") as file:
        file.write("id,lead_id,timestamp,event\n")
        file.writelines(
            f"a-{number},k-{number % LEADS},2024-01-{number % 28 + 1:02d},page_view\n"
            for number in range(lines)
        )
    batch = services.import_open(
        path=path, name=path.name, kind="activities", source=source.label, actor=None
    )
    return services.import_start(batch=batch, mapping=batch.mapping, actor=None)


def _bytes_of(batch: Import, lines: int) -> int:
    behind_header = Path(batch.path).read_bytes()[batch.position :]
    return sum(map(len, behind_header.splitlines(keepends=True)[:lines]))


def _what_is_wrong(batch: Import, lines: int) -> list[str]:
    """Sentences about whatever does not add up."""
    wrong = []
    if batch.status != Import.Status.DONE:
        wrong.append(f"{batch.status}: {batch.error}")
    if (batch.line, batch.created) != (lines, lines):
        wrong.append(f"{batch.line} lines, {batch.created} created, of {lines}")
    written = Activity.objects.filter(import_id=batch.pk).count()
    if written != lines:
        wrong.append(f"{written} activities of {lines} lines")
    total = F("created") + F("updated") + F("unchanged") + F("duplicates") + F("rejected")
    if Import.objects.exclude(line=total).exists():
        wrong.append("a line is not counted once")
    if TouchedLead.objects.count() > LEADS or ImportKey.objects.exists():
        wrong.append("marks or keys are left over")
    return wrong


def _until(is_so: Callable[[], bool]) -> None:
    """Rings the bell as beat does, only more often, until it is so."""
    deadline, next_ring = time.monotonic() + PATIENCE, 0.0
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        if time.monotonic() > next_ring:
            sweep.delay()
            next_ring = time.monotonic() + 2
        time.sleep(0.005)
