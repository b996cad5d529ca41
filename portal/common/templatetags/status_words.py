"""One word, one icon and one tone for every state that a page may show. Never colour alone."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class StatusLook(NamedTuple):
    label: str | Promise
    icon: str
    tone: str  # quiet, plain, going, good, warn, bad: what static/css/accord.css paints


STATUSES: dict[str, StatusLook] = {
    # A version of the definition
    "draft": StatusLook(_("Draft"), "pencil", "plain"),
    "proposed": StatusLook(_("Proposed"), "send", "going"),
    "ratified": StatusLook(_("Ratified"), "key-fill", "good"),
    "active": StatusLook(_("Active"), "check-circle-fill", "good"),
    "superseded": StatusLook(_("Superseded"), "layers", "quiet"),
    "rejected": StatusLook(_("Rejected"), "x-circle", "bad"),
    "lapsed": StatusLook(_("Lapsed"), "hourglass", "quiet"),
    "withdrawn": StatusLook(_("Withdrawn"), "arrow-counterclockwise", "quiet"),
    "preparing": StatusLook(_("Being prepared"), "hourglass-split", "going"),
    "ended": StatusLook(_("Ended"), "stop-circle", "quiet"),
    "restored": StatusLook(_("Restored for 14 days"), "clock-history", "warn"),
    # A ballot and its votes
    "open": StatusLook(_("Open"), "circle-half", "going"),
    "closed": StatusLook(_("Closed"), "lock", "quiet"),
    "agree": StatusLook(_("Agree"), "hand-thumbs-up", "good"),
    "disagree": StatusLook(_("Disagree"), "hand-thumbs-down", "bad"),
    "block": StatusLook(_("Block"), "slash-circle", "bad"),
    "abstain": StatusLook(_("Abstain"), "dash-circle", "quiet"),
    # Comments
    "feedback": StatusLook(_("Feedback"), "chat-left-text", "plain"),
    "question": StatusLook(_("Question"), "question-circle", "going"),
    "concern": StatusLook(_("Concern"), "exclamation-triangle", "warn"),
    "resolved": StatusLook(_("Resolved"), "check", "quiet"),
    # What a criterion rests on
    "assumption": StatusLook(_("Assumption"), "lightbulb", "warn"),
    "data": StatusLook(_("Rests on data"), "database", "plain"),
    # A lead's stage
    "not_assessed": StatusLook(_("Not assessed"), "circle", "quiet"),
    "lead": StatusLook(_("Lead"), "person", "plain"),
    "mql": StatusLook(_("MQL"), "bullseye", "going"),
    "sal": StatusLook(_("SAL"), "person-check", "good"),
    "sales_qualified": StatusLook(_("SQL"), "trophy", "good"),
    "opportunity": StatusLook(_("Opportunity"), "briefcase", "good"),
    "customer": StatusLook(_("Customer"), "star-fill", "good"),
    "won": StatusLook(_("Won"), "trophy", "good"),
    "lost": StatusLook(_("Lost"), "x-circle", "bad"),
    "nurture": StatusLook(_("Nurture"), "heart", "plain"),
    "disqualified": StatusLook(_("Disqualified"), "ban", "bad"),
    "relaxed": StatusLook(_("Only while relaxed"), "clock-history", "warn"),
    "recycled": StatusLook(_("Recycled"), "recycle", "plain"),
    "pulled": StatusLook(_("Pulled"), "box-arrow-in-right", "warn"),
    "by_hand": StatusLook(_("Decided by hand"), "person-check", "warn"),
    "held": StatusLook(_("Held back"), "pause-circle", "warn"),
    # What marketing does about a return
    "fixed": StatusLook(_("Put right"), "wrench", "good"),
    "rerouted": StatusLook(_("Offered again"), "arrow-repeat", "going"),
    "resting": StatusLook(_("In nurture"), "heart", "plain"),
    "ruled_out": StatusLook(_("Ruled out"), "ban", "bad"),
    # A golden lead, and whether a text keeps it
    "golden_always": StatusLook(_("Must always qualify"), "star-fill", "plain"),
    "golden_never": StatusLook(_("Must never qualify"), "slash-circle", "plain"),
    "kept": StatusLook(_("Kept"), "check-circle", "good"),
    "broken": StatusLook(_("Broken"), "exclamation-triangle", "bad"),
    # What the linter finds
    "lint_error": StatusLook(_("To be mended"), "x-circle", "bad"),
    "lint_warning": StatusLook(_("Worth a look"), "lightbulb", "warn"),
    # A handoff
    "offered": StatusLook(_("Offered"), "inbox", "going"),
    "accepted": StatusLook(_("Accepted"), "check-circle", "good"),
    "returned": StatusLook(_("Returned"), "arrow-return-left", "warn"),
    "expired": StatusLook(_("Expired"), "hourglass", "bad"),
    # A step on the way to a definition, a role in a buying committee
    "in_part": StatusLook(_("In part"), "circle-half", "warn"),
    "not_yet": StatusLook(_("Not yet"), "circle", "quiet"),
    "covered": StatusLook(_("Covered"), "person-check", "good"),
    "missing": StatusLook(_("Missing"), "person-dash", "warn"),
    # Runs, imports, mail
    "uploaded": StatusLook(_("Waiting for its mapping"), "signpost-split", "warn"),
    "queued": StatusLook(_("Queued"), "clock", "plain"),
    "waiting": StatusLook(_("Waiting"), "clock", "plain"),
    "running": StatusLook(_("Running"), "arrow-repeat", "going"),
    "done": StatusLook(_("Done"), "check-circle", "good"),
    "sent": StatusLook(_("Sent"), "send-check", "good"),
    "parked": StatusLook(_("Parked"), "pause-circle", "warn"),
    "failed": StatusLook(_("Failed"), "exclamation-triangle", "bad"),
    "created": StatusLook(_("Created"), "plus-circle", "good"),
    "updated": StatusLook(_("Updated"), "pencil", "plain"),
    "unchanged": StatusLook(_("Unchanged"), "dash", "quiet"),
    "duplicate": StatusLook(_("Duplicate in file"), "copy", "warn"),
    # Reviews, outcomes, actions, replies
    "scheduled": StatusLook(_("Scheduled"), "calendar-event", "plain"),
    "cancelled": StatusLook(_("Cancelled"), "calendar-x", "quiet"),
    "deferred": StatusLook(_("Deferred"), "clock-history", "quiet"),
    "dropped": StatusLook(_("Dropped"), "x", "quiet"),
    "moved": StatusLook(_("Moved"), "arrow-right", "warn"),
    "keep": StatusLook(_("Keep"), "check", "good"),
    "amend": StatusLook(_("Amend"), "pencil", "going"),
    "replace": StatusLook(_("Replace"), "arrow-repeat", "warn"),
    "defer": StatusLook(_("Defer"), "clock-history", "quiet"),
    "undecided": StatusLook(_("Undecided"), "circle", "quiet"),
    "overdue": StatusLook(_("Overdue"), "exclamation-triangle", "bad"),
    "due": StatusLook(_("Due"), "clock", "warn"),
    "carried": StatusLook(_("Carried over"), "arrow-right", "plain"),
    "none": StatusLook(_("No reply yet"), "clock", "quiet"),
    "declined": StatusLook(_("Declined"), "x-circle", "bad"),
    "tentative": StatusLook(_("Tentative"), "question-circle", "warn"),
    # People
    "invited": StatusLook(_("Invited"), "envelope", "plain"),
    "inactive": StatusLook(_("Deactivated"), "person-x", "quiet"),
    "revoked": StatusLook(_("Revoked"), "x-circle", "quiet"),
}


def status_look(state: str, label: str | Promise = "") -> StatusLook:
    """How to show `state`; a state without an entry is shown in its own words, plainly."""
    key = str(state).strip().lower().replace("-", "_").replace(" ", "_")
    look = STATUSES.get(key)
    if look is None:
        look = StatusLook(key.replace("_", " ").capitalize(), "circle", "plain")
    return look._replace(label=label) if label else look
