"""What became of the lines of one slice, and the parts that every writer uses."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leads import bulk
from leads.intake.rows import Row, RowReader
from leads.models import Import, ImportKey, Source


@dataclass
class SliceResult:
    """Five counts that add up to the lines of the slice, and the rejected lines themselves."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    rejections: list[tuple[int, str, str, list[str]]] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        return len(self.rejections)

    @property
    def lines(self) -> int:
        return self.created + self.updated + self.unchanged + self.duplicates + self.rejected

    def reject(self, line: int, cells: list[str], reason: str, column: str = "") -> None:
        shown = [cell[:500] for cell in cells[:200]]
        self.rejections.append((line, column[:200], reason[:300], shown))


@dataclass
class Job:
    """What all writers know of the import in hand."""

    batch: Import
    source: Source
    reader: RowReader
    mapping: dict[str, Any]
    now: datetime

    def column(self, target: str) -> str:
        return self.reader.header_of(target)


def hash_of(*parts: str) -> int:
    """A natural key as eight bytes with a sign."""
    digest = hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def without_duplicates(job: Job, rows: Sequence[Row], keys_of: Any, result: SliceResult) -> list[Row]:
    """Rows none of whose natural keys this file has shown before; notes the keys, counts the others."""
    keys = [keys_of(row) for row in rows]
    seen: set[int] = set()
    for batch in bulk.batches(key for row_keys in keys for key in row_keys):
        seen.update(
            ImportKey.objects.filter(batch=job.batch, key_hash__in=batch).values_list("key_hash", flat=True)
        )
    kept, new = [], []
    for row, row_keys in zip(rows, keys, strict=True):
        if any(key in seen for key in row_keys):
            result.duplicates += 1
            continue
        seen.update(row_keys)
        new.extend(row_keys)
        kept.append(row)
    bulk.insert(ImportKey, ("batch_id", "key_hash"), [(job.batch.pk, key) for key in dict.fromkeys(new)])
    return kept
