"""Which owners are to be asked about their actions."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from reviews.models import Action


def actions_to_remind(now: datetime) -> QuerySet[Action]:
    """Open actions whose next reminder is due, of people who are still here; the one due longest first."""
    return (
        Action.objects.filter(status=Action.Status.OPEN, remind_at__lte=now, owner__is_active=True)
        .select_related("owner", "meeting")
        .order_by("remind_at", "pk")
    )


def oldest_reminder_due(now: datetime) -> datetime | None:
    return actions_to_remind(now).values_list("remind_at", flat=True).first()
