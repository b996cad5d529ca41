from definitions.models.ballots import Ballot, BallotStatus, Choice, Elector, Vote, VoteHistory
from definitions.models.catalogue import ActivityKind, Attribute, Persona, ValueType
from definitions.models.discussion import AnswerReflection, Comment, RepAnswer
from definitions.models.drafting import DraftStep, DraftVisit, UnsavedClause
from definitions.models.versions import (
    Basis,
    ClauseReview,
    Criterion,
    Definition,
    Half,
    Stage,
    Version,
    VersionStatus,
)

__all__ = [
    "ActivityKind",
    "AnswerReflection",
    "Attribute",
    "Ballot",
    "BallotStatus",
    "Basis",
    "Choice",
    "ClauseReview",
    "Comment",
    "Criterion",
    "Definition",
    "DraftStep",
    "DraftVisit",
    "Elector",
    "Half",
    "Persona",
    "RepAnswer",
    "Stage",
    "UnsavedClause",
    "ValueType",
    "Version",
    "VersionStatus",
    "Vote",
    "VoteHistory",
]
