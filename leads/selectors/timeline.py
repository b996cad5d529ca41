"""The story of one lead: what it did, where it moved, and what sales did with it, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from leads.models import Activity, FollowUp, Handoff, Lead, LeadStage, StageChange

PAGE = 50
TIED_AT_MOST = 500

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

    Six queries at most, whatever the length of the story.
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
    for change in StageChange.objects.filter(lead=lead).select_related(
        "changed_by", "handoff__version__definition"
    ):
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
    return entries


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


def handoffs_of(lead: Lead) -> list[Handoff]:
    return list(
        Handoff.objects.filter(lead=lead).select_related(
            "owner", "decided_by", "reason", "version__definition", "lead"
        )
    )
