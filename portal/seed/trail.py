"""History that looks as if it had happened then: moments of work, stamps set back, and the audit trail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import models

from leads import bulk
from portal.common.models import AuditEntry, User
from portal.common.working_time import Calendar, add_working_time

COLUMNS = (
    "at", "verb", "subject_type", "subject_id", "subject_label", "actor_id", "actor_label", "before", "after",
    "note", "request_id",
)  # fmt: skip


class Trail:
    """Audit entries of the past, written together at the end in the order of time."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, int, tuple[Any, ...]]] = []

    def record(
        self,
        verb: str,
        *,
        at: datetime,
        subject: models.Model,
        label: str,
        actor: User | None,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        note: str = "",
    ) -> None:
        row = (
            bulk.instant_value(at),
            verb,
            subject._meta.label_lower,
            str(subject.pk),
            label[:200],
            actor.pk if actor else None,
            actor.name if actor else "Accord",
            bulk.json_value(before or {}),
            bulk.json_value(after or {}),
            note,
            "",
        )
        self._entries.append((at, len(self._entries), row))

    def write(self) -> None:
        bulk.insert(AuditEntry, COLUMNS, [row for _at, _number, row in sorted(self._entries)])


def backdate(rows: Iterable[models.Model], **stamps: Any) -> None:
    """Set stamps that Django fills in by itself. A stamp is an instant, or a function of the row."""
    rows = list(rows)
    if not rows:
        return
    for row in rows:
        for name, stamp in stamps.items():
            setattr(row, name, stamp(row) if callable(stamp) else stamp)
    type(rows[0])._default_manager.bulk_update(rows, list(stamps), batch_size=200)


class Desk:
    """Moments in working hours, counted back from now."""

    def __init__(self, now: datetime, calendar: Calendar) -> None:
        self.now, self.calendar = now, calendar

    def ago(self, days: int, hours: float = 1) -> datetime:
        """`hours` of work into (or after) the day that was `days` ago; never later than now."""
        start = (self.now - timedelta(days=days)).replace(hour=0)
        return min(self.after(start, hours), self.now - timedelta(minutes=5))

    def after(self, start: datetime, hours: float) -> datetime:
        """So much working time after `start`, not capped."""
        return add_working_time(start, timedelta(minutes=round(hours * 60)), self.calendar)
