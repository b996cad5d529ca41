"""The story of one lead: what it did, where it moved, and what sales did with it, newest first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.models import (
    Activity,
    FieldChange,
    FollowUp,
    Handoff,
    HandoffStatus,
    Lead,
    LeadStage,
    Outcome,
    OutcomeKind,
    StageChange,
)

PAGE = 50
TIED_AT_MOST = 500
CHANGES_AT_MOST = 200

KIND_ICONS = {
    "page_viewed": "eye",
    "session": "globe",
    "form_submitted": "card-checklist",
    "content_downloaded": "download",
    "pricing_downloaded": "download",
    "webinar_attended": "display",
    "email_opened": "envelope-open",
    "email_clicked": "cursor",
    "demo_requested": "play-circle",
    "trial_requested": "play-circle",
    "contact_requested": "hand-index",
    "sales_call": "telephone-outbound",
    "sales_email": "envelope",
    "sales_meeting": "people",
    "product_carted": "cart",
    "product_favourited": "heart",
}


def timeline_of(lead: Lead, until: datetime | None = None) -> tuple[list[dict[str, Any]], datetime | None]:
    """Entries for `shared/_timeline.html` before `until`, and where to go on (None at the end).

    What it did, where it moved, what sales did with it, what became of it, and what was learnt of it. Nine
    queries at most, whatever the length of the story.
    """
    activities = Activity.objects.filter(lead=lead).select_related("kind", "subject", "campaign", "channel")
    if until:
        activities = activities.filter(occurred_at__lt=until)
    shown = list(activities.order_by("-occurred_at", "-id")[: PAGE + 1])
    has_more = len(shown) > PAGE
    # Acts of the portal are few: they are shown between the activities of this stretch.
    since = shown[PAGE - 1].occurred_at if has_more else None
    shown = shown[:PAGE]
    if since:
        # A file that gives days only puts many at one instant: a page never ends between them.
        tied = activities.filter(occurred_at__gte=since, occurred_at__lte=since, pk__lt=shown[-1].pk)
        shown += tied.order_by("-pk")[:TIED_AT_MOST]
    entries = [_activity(row) for row in shown]
    entries += [entry for entry in _portal_entries(lead) if _is_between(entry["at"], since, until)]
    entries.sort(key=lambda entry: entry["at"], reverse=True)
    return entries, since


def _is_between(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)


def _activity(row: Activity) -> dict[str, Any]:
    details = [str(term) for term in (row.campaign, row.channel) if term]
    if row.seconds:
        details.append(_("%(n)d s") % {"n": row.seconds})
    details += [
        f"{name}: {value}" for name, value in (row.properties or {}).items() if value not in ("", None)
    ]
    text = str(row.kind)
    return {
        "at": row.occurred_at,
        "text": f"{text}: {row.subject}" if row.subject else text,
        "icon": KIND_ICONS.get(row.kind.key, "activity"),
        "who": None,
        "detail": " · ".join(details),
        "url": "",
    }


def _portal_entries(lead: Lead) -> list[dict[str, Any]]:
    entries = [
        {
            "at": lead.captured_at,
            "text": _("Captured"),
            "icon": "person-plus",
            "who": None,
            "detail": lead.lead_source or lead.channel,
            "url": "",
        }
    ]
    stages = dict(LeadStage.choices)
    changes = list(
        StageChange.objects.filter(lead=lead).select_related("changed_by", "handoff__version__definition")
    )
    for change in changes:
        entries.append(
            {
                "at": change.changed_at,
                "text": _("%(before)s → %(after)s")
                % {
                    "before": stages.get(change.before, change.before),
                    "after": stages.get(change.after, change.after),
                },
                "icon": "signpost-split",
                "who": change.changed_by,
                "detail": _change_words(change),
                "url": change.handoff.get_absolute_url() if change.handoff else "",
            }
        )
    for follow_up in FollowUp.objects.filter(handoff__lead=lead).select_related("person"):
        entries.append(
            {
                "at": follow_up.at,
                "text": _("Reached") if follow_up.has_reached else _("Tried to reach"),
                "icon": "telephone-outbound",
                "who": follow_up.person,
                "detail": follow_up.note,
                "url": "",
            }
        )
    return entries + _unmoved(lead, changes) + _outcomes(lead) + _learnt(lead)


def _unmoved(lead: Lead, changes: list[StageChange]) -> list[dict[str, Any]]:
    """What happened to offers while the stage stayed: one that nobody decided on, or that was passed on."""
    told = {(change.handoff_id, change.changed_at) for change in changes}
    ends = {
        HandoffStatus.EXPIRED: _("Nobody decided in time"),
        HandoffStatus.RETURNED: _("Passed on"),
        HandoffStatus.WITHDRAWN: _("Withdrawn"),
    }
    entries = []
    for row in handoffs_of(lead):
        if (row.pk, row.offered_at) not in told:
            words = _("Offered again")
            entries.append(
                _entry(row.offered_at, words, "inbox", None, row.assignment, row.get_absolute_url())
            )
        if row.status in ends and row.ended_at and (row.pk, row.ended_at) not in told:
            detail = " · ".join(filter(None, (row.reason_label, row.note)))
            words, url = ends[HandoffStatus(row.status)], row.get_absolute_url()
            entries.append(_entry(row.ended_at, words, "arrow-repeat", row.decided_by, detail, url))
    return entries


def _outcomes(lead: Lead) -> list[dict[str, Any]]:
    icons = {OutcomeKind.OPPORTUNITY: "briefcase", OutcomeKind.WON: "trophy", OutcomeKind.LOST: "x-circle"}
    return [
        _entry(
            row.at,
            row.get_kind_display(),
            icons[OutcomeKind(row.kind)],
            None,
            " · ".join(
                filter(None, (str(row.source), formats.number_format(row.value) if row.value else ""))
            ),
        )
        for row in Outcome.objects.filter(lead=lead).select_related("source")
    ]


def _learnt(lead: Lead) -> list[dict[str, Any]]:
    """Facts that changed, those of one moment together."""
    together: dict[tuple[datetime, int | None], list[FieldChange]] = {}
    rows = FieldChange.objects.filter(lead=lead).select_related("changed_by")
    for row in rows[:CHANGES_AT_MOST]:
        together.setdefault((row.changed_at, row.changed_by_id), []).append(row)
    return [
        _entry(
            at,
            ngettext("A fact changed", "Facts changed", len(found)),
            "pencil",
            found[0].changed_by,
            " · ".join(
                _("%(field)s: %(before)s → %(after)s")
                % {
                    "field": row.field.replace("_", " ").capitalize(),
                    "before": row.before or "–",
                    "after": row.after or "–",
                }
                for row in found
            ),
        )
        for (at, _person), found in together.items()
    ]


def _entry(at: datetime, text: str, icon: str, who: Any, detail: str, url: str = "") -> dict[str, Any]:
    return {"at": at, "text": text, "icon": icon, "who": who, "detail": detail, "url": url}


def _change_words(change: StageChange) -> str:
    handoff = change.handoff
    if handoff is None:
        return ""
    if change.after == LeadStage.MQL:
        return _("Offered with %(points)d points under %(version)s. %(assignment)s") % {
            "points": handoff.points,
            "version": handoff.version,
            "assignment": handoff.assignment,
        }
    return " · ".join(filter(None, (handoff.reason_label, handoff.note)))


def stages_of(lead: Lead) -> list[tuple[StageChange, timedelta | None]]:
    """The stages that the lead came to, the latest first, and how long it stayed; None: it stands so."""
    changes = list(StageChange.objects.filter(lead=lead).select_related("changed_by"))
    ends = [None, *(change.changed_at for change in changes)]
    return [
        (change, None if end is None else end - change.changed_at)
        for change, end in zip(changes, ends, strict=False)
    ]


def handoffs_of(lead: Lead) -> list[Handoff]:
    """Newest first."""
    return list(
        Handoff.objects.filter(lead=lead).select_related(
            "owner", "decided_by", "reason", "version__definition", "lead", "pick_up__picked_by"
        )
    )
