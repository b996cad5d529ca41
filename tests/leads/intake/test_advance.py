"""An import goes on from where it stood, under a lease, and its counts always add up."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from leads.intake import advance, services, storage
from leads.models import Import, Lead
from leads.models.intake import ImportRejection
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry
from tests.builders import maya, olga

pytestmark = pytest.mark.django_db
LINES = 25


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advance, "SLICE_LINES", 10)


@pytest.fixture
def batch(tmp_path: Path) -> Import:
    """A queued import of 25 lines, of which line 13 is bad."""
    path = tmp_path / "leads.csv"
    lines = [f"{number},lead{number}@x.example" for number in range(1, LINES + 1)]
    lines[11] = "12,nonsense"
    path.write_text("id,email\n" + "\n".join(lines) + "\n")
    opened = services.import_open(path=path, name="leads.csv", kind="leads", source="crm", actor=None)
    return services.import_start(batch=opened, mapping=opened.mapping, actor=None)


def one_slice() -> None:
    advance.advance_due(has_time=lambda: False)


def test_each_slice_moves_position_and_counts_together(batch: Import) -> None:
    one_slice()
    batch.refresh_from_db()
    assert (batch.line, batch.created, batch.rejected, batch.status) == (10, 10, 0, "running")
    one_slice()
    one_slice()
    one_slice()
    batch.refresh_from_db()
    assert (batch.line, batch.created, batch.rejected, batch.status) == (25, 24, 1, "done")
    assert list(ImportRejection.objects.values_list("line", "cells")) == [(13, ["12", "nonsense"])]
    assert AuditEntry.objects.filter(verb="import.finished").count() == 1


def test_nobody_else_gets_an_import_under_lease_and_everybody_when_it_ran_out(batch: Import) -> None:
    free_at = timezone.now() + timedelta(seconds=60)
    Import.objects.filter(pk=batch.pk).update(status="running", lease_until=free_at, lease_token="theirs")
    assert not advance.advance_due(has_time=lambda: True)
    Import.objects.filter(pk=batch.pk).update(lease_until=timezone.now())
    assert advance.advance_due(has_time=lambda: True)
    batch.refresh_from_db()
    assert (batch.status, batch.created) == ("done", 24)


def test_a_worker_that_lost_its_lease_writes_nothing(batch: Import) -> None:
    one_slice()
    batch.refresh_from_db()
    slow = Import.objects.select_related("source").get(pk=batch.pk)
    slow.lease_token = "an old token"
    advance.work(slow, has_time=lambda: True)
    assert Lead.objects.count() == 10
    batch.refresh_from_db()
    assert (batch.line, batch.status) == (10, "running")


def test_a_slice_that_fails_is_tried_again_and_then_given_up_with_a_sentence(
    batch: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_slice()

    def breaks(*arguments: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(advance.LeadWriter, "_insert", breaks)
    for _attempt in range(advance.MAX_ATTEMPTS):
        assert advance.advance_due(has_time=lambda: True)
        Import.objects.update(lease_until=None)
    batch.refresh_from_db()
    assert (batch.status, batch.line, Lead.objects.count()) == ("failed", 10, 10)
    assert "behind data line 10 could not be written: RuntimeError: disk full" in batch.error
    monkeypatch.undo()
    services.import_retry(batch=batch, actor=maya())
    advance.advance_due(has_time=lambda: True)
    batch.refresh_from_db()
    assert (batch.status, batch.created, batch.rejected, batch.error) == ("done", 24, 1, "")


def test_a_file_that_is_gone_is_said_so(batch: Import) -> None:
    Path(batch.path).unlink()
    advance.advance_due(has_time=lambda: True)
    batch.refresh_from_db()
    assert batch.status == "failed"
    assert batch.error.startswith("The file is gone.")


def test_a_cancelled_import_keeps_what_it_has_and_takes_no_more(batch: Import) -> None:
    one_slice()
    batch.refresh_from_db()
    services.import_cancel(batch=batch, actor=maya())
    assert not advance.advance_due(has_time=lambda: True)
    assert Lead.objects.count() == 10
    with pytest.raises(Conflict):
        services.import_cancel(batch=batch, actor=maya())


def test_who_may_not_import_is_told_and_nothing_moves(batch: Import) -> None:
    with pytest.raises(Refused, match="Marketing, revenue operations and managers import files"):
        services.import_cancel(batch=batch, actor=olga())
    batch.refresh_from_db()
    assert batch.status == "queued"


def test_waiting_imports_are_owed_work(batch: Import) -> None:
    now = timezone.now()
    assert advance.oldest_due(now) == batch.queued_at
    one_slice()
    Import.objects.update(lease_until=now + timedelta(seconds=5))
    assert advance.oldest_due(now) is None


def test_an_upload_is_kept_under_a_name_of_our_own_and_forgotten_after(
    django_capture_on_commit_callbacks: object,
) -> None:
    path = storage.keep([b"id,email\n1,a@x.example\n"], "../../etc/pass\x00wd.csv")
    assert path.parent == storage.folder()
    assert path.name.endswith("-passwd.csv")
    opened = services.import_open(path=path, name="a.csv", kind="leads", source="crm", actor=maya())
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        services.import_cancel(batch=opened, actor=maya())
    assert not path.exists()


def test_an_upload_past_the_limit_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "UPLOAD_LIMIT", 10)
    before = set(storage.folder().glob("*")) if storage.folder().exists() else set()
    with pytest.raises(Invalid, match="larger than"):
        storage.keep([b"12345", b"67890", b"1"], "big.csv")
    assert set(storage.folder().glob("*")) == before
