"""What an outcome brings about: its row, the draft that it opens, and a word to whoever owns it."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from definitions.models import Version, VersionStatus
from definitions.services.discussion import comment_add
from definitions.services.drafts import draft_create
from portal.common.errors import Conflict, Invalid
from portal.common.models import Topic, User
from portal.common.near_days import is_near
from portal.common.notify import owe_notification
from reviews.models import AgendaItem, ItemOutcome, Verdict
from reviews.words import hour_words

OPENS_A_DRAFT = (Verdict.AMEND, Verdict.REPLACE)


def check_outcome(*, verdict: str, reason: str, review_on: date | None) -> None:
    """Raises `Invalid` for what no outcome can be."""
    if verdict not in Verdict.values:
        raise Invalid(_("Choose keep, amend, replace or defer."), field="verdict")
    if verdict != Verdict.KEEP and not reason.strip():
        raise Invalid(_("Say why, for those who read the minutes."), field="reason")
    if review_on and not is_near(review_on, timezone.localdate()):
        raise Invalid(_("Choose a day within ten years."), field="review_on")


def outcome_of(item: AgendaItem) -> ItemOutcome | None:
    """The outcome as it stands in the database now."""
    return ItemOutcome.objects.select_related("decided_by", "owner", "draft").filter(item=item).first()


def require_seen(before: ItemOutcome | None, edit_number: int) -> None:
    """`edit_number` is that of the outcome that the decider saw, 0 for none; else `Conflict` (409)."""
    if before and before.edit_number != edit_number:
        words = _("%(who)s recorded an outcome for this item meanwhile: %(verdict)s. Yours is not stored.")
        raise Conflict(words % {"who": before.decided_by, "verdict": before.get_verdict_display()})


def outcome_write(
    *,
    item: AgendaItem,
    actor: User,
    verdict: str,
    reason: str,
    owner: User | None,
    review_on: date | None,
    is_late: bool = False,
) -> ItemOutcome:
    """Write the outcome of an item, for the first time or anew. The caller holds the meeting.

    `owner` None is the person who records it: what nobody owns, nobody does. One draft serves the whole
    meeting; when the verdict no longer asks for a change, the draft is told so on the same clause.
    """
    before = outcome_of(item)
    draft = _draft_for(item, actor, verdict, reason, before) if verdict in OPENS_A_DRAFT else None
    if before and before.draft and draft is None:
        _take_back(item, before.draft, actor, reason)
    outcome, _is_new = ItemOutcome.objects.update_or_create(
        item=item,
        defaults={
            "verdict": verdict,
            "reason": reason,
            "owner": owner or actor,
            "review_on": review_on,
            "draft": draft,
            "decided_by": actor,
            "decided_at": timezone.now(),
            "edit_number": before.edit_number + 1 if before else 1,
            "is_late": is_late,
        },
    )
    _tell_owner(outcome, actor)
    return outcome


def _draft_for(
    item: AgendaItem, actor: User, verdict: str, reason: str, before: ItemOutcome | None
) -> Version:
    """The meeting's draft with reason and evidence; if it has none, one opens from the version in force."""
    meeting = item.meeting
    drafts = ItemOutcome.objects.filter(item__meeting=meeting, draft__isnull=False).values("draft")
    draft = (
        Version.objects.filter(pk__in=drafts, status=VersionStatus.DRAFT).select_related("definition").first()
    )
    if draft is None:
        definition = meeting.series.definition
        draft = draft_create(
            definition=definition,
            actor=actor,
            based_on=definition.active_version,
            title=_("From the review of %(day)s") % {"day": f"{meeting.starts_at:%Y-%m-%d}"},
        )
    is_said = before and (before.draft_id, before.verdict, before.reason) == (draft.pk, verdict, reason)
    if not is_said:
        text = "\n\n".join([_review_says(verdict, reason), *_evidence_in_words(item)])
        comment_add(version=draft, actor=actor, text=text, criterion_key=item.criterion_key)
    return draft


def _review_says(verdict: str, reason: str) -> str:
    words = (
        _("The review says: amend. %(reason)s")
        if verdict == Verdict.AMEND
        else _("The review says: replace. %(reason)s")
    )
    return words % {"reason": reason}


def _evidence_in_words(item: AgendaItem) -> list[str]:
    """What the meeting had before it, for those who write the change; and where to read the rest."""
    evidence, series = item.evidence, item.meeting.series
    lines = [evidence["sentence"]] if evidence.get("sentence") else []
    lines += [
        f"– {each['label']}: {each['value']}" + (f" ({each['of']})" if each["of"] else "")
        for each in evidence.get("numbers", ())
    ]
    as_of = parse_datetime(evidence.get("as_of", ""))
    if lines and as_of:
        lines.insert(0, _("Evidence as of %(when)s:") % {"when": hour_words(as_of, series.time_zone)})
    address = f"{settings.SITE_URL}{item.meeting.get_absolute_url()}#item-{item.pk}"
    return ["\n".join(lines), address] if lines else [address]


def _take_back(item: AgendaItem, draft: Version, actor: User, reason: str) -> None:
    if draft.status == VersionStatus.DRAFT:
        text = _("The review has taken this back: nothing is to be changed here. %(reason)s")
        comment_add(
            version=draft, actor=actor, text=text % {"reason": reason}, criterion_key=item.criterion_key
        )


def _tell_owner(outcome: ItemOutcome, actor: User) -> None:
    owner, item, draft = outcome.owner, outcome.item, outcome.draft
    if owner is None or owner.pk == actor.pk:
        return
    if draft:
        words = _("%(who)s asks you to change “%(item)s” in %(draft)s: %(reason)s")
        url = reverse("definitions:draft_editor", args=[draft.pk])
        url += f"#clause-{item.criterion_key}" if item.criterion_key else ""
    else:
        words = _("You look after “%(item)s”. The review says: %(verdict)s. %(reason)s")
        url = f"{item.meeting.get_absolute_url()}#item-{item.pk}"
    owe_notification(
        person=owner,
        key=f"review-outcome:{item.pk}:{outcome.edit_number}",
        sentence=words
        % {
            "who": actor,
            "item": item.title,
            "draft": draft,
            "verdict": outcome.get_verdict_display(),
            "reason": outcome.reason,
        },
        url=url,
        topic=Topic.REVIEWS,
    )
