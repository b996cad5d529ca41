"""Reads of imports: the list, one with what its page shows, and the lines it did not take."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.db.models import QuerySet

from definitions.models import ActivityKind, Attribute
from leads.intake.reading import Record, first_whole
from leads.intake.sniffing import SAMPLE
from leads.intake.storage import records_of
from leads.models import Import, ImportRejection, Source
from portal.common.models import User

PREVIEW_LINES = SAMPLE


def imports_visible_to(user: User) -> QuerySet[Import]:
    """Every active person sees what was imported: it is the workspace's own history."""
    if not user.is_active:
        return Import.objects.none()
    return Import.objects.select_related("source", "created_by")


def sources() -> QuerySet[Source]:
    return Source.objects.exclude(key="portal")


def rejections_of(batch: Import) -> QuerySet[ImportRejection]:
    return batch.rejections.order_by("line")


def rejected_lines(batch: Import) -> Iterator[tuple[int, str, str, list[str]]]:
    """All rejected lines, read in portions however many there are."""
    rows = rejections_of(batch).values_list("line", "column", "reason", "cells")
    yield from rows.iterator(chunk_size=1000)


def first_records(batch: Import, limit: int = PREVIEW_LINES) -> list[Record]:
    """The first whole lines behind the header; none when the file is gone."""
    if not Path(batch.path).exists():
        return []
    with records_of(batch) as records:
        return first_whole(records, limit)


def attributes_for(kind: str) -> QuerySet[Attribute]:
    """The custom attributes that a file of this kind may fill."""
    return Attribute.objects.filter(holder="account" if kind == Import.Kind.ACCOUNTS else "lead")


def activity_kinds() -> QuerySet[ActivityKind]:
    return ActivityKind.objects.all()
