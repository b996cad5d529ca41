"""Reads for the settings page."""

from __future__ import annotations

from datetime import time

from django.db.models import QuerySet

from portal.common.models import AuditEntry, OutgoingMail, OwnHoliday, WorkingHours


def hours_of(team: str) -> dict[int, tuple[time, time]]:
    """Weekday (Monday is 0) to the first stretch of work on that day."""
    rows = WorkingHours.objects.filter(team=team).order_by("weekday", "-starts")
    return {row.weekday: (row.starts, row.ends) for row in rows}


def own_holidays() -> QuerySet[OwnHoliday]:
    return OwnHoliday.objects.order_by("day")


def trail() -> QuerySet[AuditEntry]:
    return AuditEntry.objects.order_by("-id")


def stuck_mail() -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(status=OutgoingMail.Status.PARKED).order_by("-id")
