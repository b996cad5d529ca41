"""Reads of the reviews app."""

from reviews.selectors.meetings import (
    actions_of_series,
    items_of,
    meetings_visible_to,
    next_meeting,
    open_actions_of,
    participations_of,
)
from reviews.selectors.series import attendees_of, series_of_person, series_visible_to

__all__ = [
    "actions_of_series",
    "attendees_of",
    "items_of",
    "meetings_visible_to",
    "next_meeting",
    "open_actions_of",
    "participations_of",
    "series_of_person",
    "series_visible_to",
]
