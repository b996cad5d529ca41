"""The audit trail: one row for every act that changes something, in the act's own transaction."""

from __future__ import annotations

from typing import Any

from django.db import models

from portal.common.context_vars import request_id
from portal.common.models import AuditEntry, User


def record(
    verb: str,
    *,
    subject: models.Model,
    actor: User | None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    note: str = "",
) -> AuditEntry:
    """Write one entry. `verb` is `noun.past` ("handoff.accepted"); `actor` None is the portal itself.

    `before` and `after` hold JSON-ready values of the changed fields only.
    """
    return AuditEntry.objects.create(
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject_label=str(subject)[:200],
        actor=actor,
        actor_label=str(actor)[:120] if actor else "Accord",
        before=before or {},
        after=after or {},
        note=note,
        request_id=request_id.get(),
    )
