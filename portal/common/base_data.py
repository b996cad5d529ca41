"""Rows that every workspace has from the start. Laid after each migrate; running it again changes nothing."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.apps.registry import Apps

DESK_HOURS = (time(9), time(17))


def lay(apps: Apps, using: str, **kwargs: Any) -> None:
    """The workspace row and a Monday-to-Friday, nine-to-five week for both houses."""
    workspace = apps.get_model("common", "Workspace").objects.using(using)
    workspace.get_or_create(pk=1)
    hours = apps.get_model("common", "WorkingHours").objects.using(using)
    if not hours.exists():
        hours.bulk_create(
            hours.model(team=team, weekday=weekday, starts=DESK_HOURS[0], ends=DESK_HOURS[1])
            for team in ("marketing", "sales")
            for weekday in range(5)
        )
