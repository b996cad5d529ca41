from portal.common.models.people import HOUSES, Invitation, Role, Team, User, validate_time_zone
from portal.common.models.trail import AuditEntry, Notification, OutgoingMail
from portal.common.models.workspace import OwnHoliday, WorkingHours, Workspace

__all__ = [
    "HOUSES",
    "AuditEntry",
    "Invitation",
    "Notification",
    "OutgoingMail",
    "OwnHoliday",
    "Role",
    "Team",
    "User",
    "WorkingHours",
    "Workspace",
    "validate_time_zone",
]
