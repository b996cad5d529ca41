from reviews.models.agenda import Action, AgendaItem, ItemKind, ItemOutcome, PulseAnswer, Verdict
from reviews.models.series import Attendee, Cadence, Meeting, MeetingStatus, Participation, Series, Trigger

__all__ = [
    "Action",
    "AgendaItem",
    "Attendee",
    "Cadence",
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
