from leads.models.care import Override, PickUp
from leads.models.challenges import Amendment
from leads.models.clocks import Clock, ClockKind, ClockNotice, Threshold
from leads.models.evidence import BackTest, BackTestWeek
from leads.models.examples import AnswerExample
from leads.models.facts import (
    Account,
    AccountValue,
    Activity,
    FieldChange,
    Lead,
    LeadFit,
    LeadStage,
    LeadValue,
    Source,
    Term,
)
from leads.models.handoffs import (
    OPEN,
    FollowUp,
    Handoff,
    HandoffStatus,
    Reason,
    ReasonFamily,
    SavedView,
    StageChange,
)
from leads.models.intake import Import, ImportKey, ImportRejection
from leads.models.leaks import Incident, IncidentLead, LeakKind, NightlyCount
from leads.models.outcomes import Outcome, OutcomeKind
from leads.models.preview import FactsChange, PreviewColumn, PreviewSnapshot, PreviewWish
from leads.models.sales import SalesCheck, SalesQualification
from leads.models.scoring import (
    Chunk,
    ClockLook,
    GoldenLead,
    MarkDrain,
    Qualification,
    Run,
    RunStatus,
    Score,
    TouchedLead,
)
from leads.models.shadows import Shadow, ShadowLead
from leads.models.tasting import Tasting, TastingAnswer, TastingLead
from leads.models.turns import Absence, DealtTurn, Pool, PoolMember, TurnBook, TurnRule
from leads.models.words import LeadWords

__all__ = [
    "OPEN",
    "Absence",
    "Account",
    "AccountValue",
    "Activity",
    "Amendment",
    "AnswerExample",
    "BackTest",
    "BackTestWeek",
    "Chunk",
    "Clock",
    "ClockKind",
    "ClockLook",
    "ClockNotice",
    "DealtTurn",
    "FactsChange",
    "FieldChange",
    "FollowUp",
    "GoldenLead",
    "Handoff",
    "HandoffStatus",
    "Import",
    "ImportKey",
    "ImportRejection",
    "Incident",
    "IncidentLead",
    "Lead",
    "LeadFit",
    "LeadStage",
    "LeadValue",
    "LeadWords",
    "LeakKind",
    "MarkDrain",
    "NightlyCount",
    "Outcome",
    "OutcomeKind",
    "Override",
    "PickUp",
    "Pool",
    "PoolMember",
    "PreviewColumn",
    "PreviewSnapshot",
    "PreviewWish",
    "Qualification",
    "Reason",
    "ReasonFamily",
    "Run",
    "RunStatus",
    "SalesCheck",
    "SalesQualification",
    "SavedView",
    "Score",
    "Shadow",
    "ShadowLead",
    "Source",
    "StageChange",
    "Tasting",
    "TastingAnswer",
    "TastingLead",
    "Term",
    "Threshold",
    "TouchedLead",
    "TurnBook",
    "TurnRule",
]
