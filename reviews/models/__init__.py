from reviews.models.agenda import (
    Action,
    AgendaItem,
    BacklogItem,
    ItemKind,
    ItemOutcome,
    PulseAnswer,
    Verdict,
)
from reviews.models.corrections import Correction
from reviews.models.series import Attendee, Cadence, Meeting, MeetingStatus, Participation, Series, Trigger

__all__ = [
    "Action",
    "AgendaItem",
    "Attendee",
    "BacklogItem",
    "Cadence",
    "Correction",
    "ItemKind",
    "ItemOutcome",
    "Meeting",
    "MeetingStatus",
    "Participation",
    "PulseAnswer",
    "Series",
    "Trigger",
    "Verdict",
]
