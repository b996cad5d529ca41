from portal.common.models.outbox import (
    Delivery,
    MailChoice,
    MailMode,
    OutgoingCall,
    OutgoingMail,
    Webhook,
)
from portal.common.models.people import HOUSES, Invitation, Role, Team, User, validate_time_zone
from portal.common.models.trail import AuditEntry, Notification, Topic
from portal.common.models.workspace import OwnHoliday, TeamCalendar, WorkingHours, Workspace

__all__ = [
    "HOUSES",
    "AuditEntry",
    "Delivery",
    "Invitation",
    "MailChoice",
    "MailMode",
    "Notification",
    "OutgoingCall",
    "OutgoingMail",
    "OwnHoliday",
    "Role",
    "Team",
    "TeamCalendar",
    "Topic",
    "User",
    "Webhook",
    "WorkingHours",
    "Workspace",
    "validate_time_zone",
]
