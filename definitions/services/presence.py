"""Who has a draft open: said by their pages, every few seconds."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from definitions.models import DraftVisit, Version
from portal.common.models import User

FORGOTTEN_AFTER = timedelta(days=1)


def visit_mark(*, version: Version, actor: User, key: str = "") -> None:
    """Say that somebody has the draft open now, or the form of a clause. No act: nothing is recorded."""
    DraftVisit.objects.update_or_create(
        version=version, person=actor, criterion_key=key, defaults={"seen_at": timezone.now()}
    )


def visits_forget_old() -> int:
    """Forget who was here before yesterday; returns how many visits."""
    return DraftVisit.objects.filter(seen_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()[0]
