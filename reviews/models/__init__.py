from reviews.models.agenda import Action, AgendaItem, ItemKind, ItemOutcome, PulseAnswer, Verdict
from reviews.models.corrections import Correction
from reviews.models.series import Attendee, Cadence, Meeting, MeetingStatus, Participation, Series

__all__ = [
    "Action",
    "AgendaItem",
    "Attendee",
    "Cadence",
    "Correction",
    "ItemKind",
    "ItemOutcome",
    "Meeting",
    "MeetingStatus",
    "Participation",
    "PulseAnswer",
    "Series",
    "Verdict",
]
