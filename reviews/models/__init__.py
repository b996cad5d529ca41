from reviews.models.agenda import (
    Action,
    AgendaItem,
    BacklogItem,
    ItemKind,
    ItemOutcome,
    PulseAnswer,
    Verdict,
)
from reviews.models.series import Attendee, Cadence, Meeting, MeetingStatus, Participation, Series

__all__ = [
    "Action",
    "AgendaItem",
    "Attendee",
    "BacklogItem",
    "Cadence",
    "ItemKind",
    "ItemOutcome",
    "Meeting",
    "MeetingStatus",
    "Participation",
    "PulseAnswer",
    "Series",
    "Verdict",
]
