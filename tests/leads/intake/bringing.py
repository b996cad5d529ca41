"""Brings a file in, from opening to the last slice, as the command does."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from leads.intake import advance, services
from leads.models import Import

_names = itertools.count(1)


def bring(
    folder: Path,
    text: str | bytes,
    kind: str,
    *,
    source: str = "crm",
    columns: dict[str, str] | None = None,
    **more: Any,
) -> Import:
    """Import `text` whole; `columns` and `more` overrule the suggested mapping."""
    path = folder / f"file-{next(_names)}.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    batch = services.import_open(path=path, name=path.name, kind=kind, source=source, actor=None)
    mapping = {**batch.mapping, **more}
    mapping["columns"] = {**mapping["columns"], **(columns or {})}
    services.import_start(batch=batch, mapping=mapping, actor=None)
    advance.advance_due(has_time=lambda: True, batch=batch)
    batch.refresh_from_db()
    return batch


def counts(batch: Import) -> tuple[int, int, int, int, int]:
    """created, updated, unchanged, duplicates, rejected; they add up to the lines."""
    found = (batch.created, batch.updated, batch.unchanged, batch.duplicates, batch.rejected)
    assert sum(found) == batch.line
    assert batch.status == Import.Status.DONE, batch.error
    return found


def reasons(batch: Import) -> list[tuple[int, str, str]]:
    return list(batch.rejections.order_by("line").values_list("line", "column", "reason"))
