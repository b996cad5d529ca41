"""A series with the people of the stories, and handoffs to talk about."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from definitions.models import Definition, Version
from leads.models import Handoff, Reason
from portal.common.models import User
from reviews.models import Meeting, Series
from reviews.services.meetings import meeting_open
from reviews.services.preparing import meeting_prepare
from reviews.services.series import series_create
from tests.builders import a_lead, maya, mona, rita, sam


def a_series(actor: User | None = None, **values: Any) -> Series:
    """Quarterly in Berlin, run by Rita, with Maya, Mona and Sam; from May 2026."""
    settings = {
        "title": "Quarterly review",
        "definition": Definition.objects.get(stage="mql"),
        "attendees": [maya(), mona(), sam()],
        "nth": 2,
        "weekday": 1,
        "every_months": 3,
        "starts_on": date(2026, 5, 1),
        "local_time": time(10),
        "time_zone": "Europe/Berlin",
        "duration_minutes": 90,
        "place": "Room 4",
        **values,
    }
    return series_create(actor=actor or rita(), **settings)


def first_meeting(series: Series) -> Meeting:
    return series.meetings.select_related("series__definition__active_version").order_by("starts_at")[0]


def a_handoff(version: Version, offered_at: datetime, status: str = "offered", **fields: Any) -> Handoff:
    """`challenged_key` makes a definitional return; the receipt says that both clauses were met."""
    is_decided = status in ("accepted", "returned", "sales_qualified", "disqualified")
    is_accepted = status in ("accepted", "sales_qualified", "disqualified")
    family = "disqualify" if status == "disqualified" else "definitional"
    lines = [{"key": key, "points": 50, "is_met": True} for key in ("c-software", "c-pricing")]
    return Handoff.objects.create(
        lead=a_lead(),
        version=version,
        points=100,
        grade=5,
        receipt={"lines": lines},
        status=status,
        owner=sam() if is_accepted else None,
        offered_at=offered_at,
        due_at=offered_at + timedelta(hours=8),
        decided_at=offered_at + timedelta(hours=2) if is_decided else None,
        accepted_at=offered_at + timedelta(hours=2) if is_accepted else None,
        reason=Reason.objects.filter(family=family)[0] if status in ("returned", "disqualified") else None,
        **fields,
    )


def an_open_meeting(version: Version, now: datetime) -> Meeting:
    """With a challenged clause on the agenda; open as of `now`."""
    series = a_series()
    meeting = first_meeting(series)
    a_handoff(version, now - timedelta(days=3), "returned", challenged_key="c-software")
    a_handoff(version, now - timedelta(days=3), "accepted")
    meeting_prepare(meeting=meeting, actor=None)
    return meeting_open(meeting=first_meeting(series), actor=rita())
