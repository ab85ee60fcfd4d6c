"""Cases and what hangs from them, the same for every desk."""

from wansdyke.casework.models.case import (
    NEVER,
    Case,
    CasePlace,
    Deadline,
    ForceReference,
    Marker,
    Party,
)
from wansdyke.casework.models.decisions import Assessment, Proposal
from wansdyke.casework.models.leaving import (
    Leaving,
    LeavingBundle,
    LeavingDecision,
    LeavingRecord,
    LeavingRelease,
)
from wansdyke.casework.models.retention import Disposal, LegalHold, Retention, RetentionReview
from wansdyke.casework.models.sharing import BrokenGlass, Conflict, Share
from wansdyke.casework.models.work import (
    Action,
    Comment,
    ContactAttempt,
    Document,
    Draft,
    Export,
    HandOver,
    Referral,
)

__all__ = [
    "NEVER",
    "Action",
    "Assessment",
    "BrokenGlass",
    "Case",
    "CasePlace",
    "Comment",
    "Conflict",
    "ContactAttempt",
    "Deadline",
    "Disposal",
    "Document",
    "Draft",
    "Export",
    "ForceReference",
    "HandOver",
    "Leaving",
    "LeavingBundle",
    "LeavingDecision",
    "LeavingRecord",
    "LeavingRelease",
    "LegalHold",
    "Marker",
    "Party",
    "Proposal",
    "Referral",
    "Retention",
    "RetentionReview",
    "Share",
]
