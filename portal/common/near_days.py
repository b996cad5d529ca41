"""Days that people plan with: what lies ten years away is a slip of the pen, or worse."""

from __future__ import annotations

from datetime import date, timedelta

# Zones shift instants by up to a day, and the calendar of the language ends in the year 9999.
FARTHEST = timedelta(days=3653)


def is_near(day: date, today: date) -> bool:
    """Whether the day is less than about ten years away, on either side."""
    return abs(day - today) <= FARTHEST
