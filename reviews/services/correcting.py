"""After the close: what the minutes had wrong is put right beside them, marked as late, never silently."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions.services.reviewing import clause_reviewed
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import Topic, User
from portal.common.notify import Word, owe_notifications
from portal.common.selectors import workspace_zone
from reviews import policies
from reviews.models import AgendaItem, Correction, ItemOutcome, Meeting, Verdict
from reviews.selectors.meetings import later_meeting, participations_of
from reviews.services.closing import carry_to_next
from reviews.services.deciding import check_outcome, outcome_of, outcome_write, require_seen
from reviews.words import outcome_words


@transaction.atomic
def outcome_correct(
    *,
    item: AgendaItem,
    actor: User,
    verdict: str,
    why: str,
    reason: str = "",
    owner: User | None = None,
    review_on: date | None = None,
    edit_number: int = 0,
) -> Correction:
    """Another outcome than the minutes have, with all that it brings about. `why` is the correction's own."""
    meeting = _held(item.meeting, actor, why)
    check_outcome(verdict=verdict, reason=reason, review_on=review_on)
    before = outcome_of(item)
    require_seen(before, edit_number)
    words = outcome_words(before) if before else ""
    outcome = outcome_write(
        item=item,
        actor=actor,
        verdict=verdict,
        reason=reason.strip(),
        owner=owner,
        review_on=review_on,
        is_late=True,
    )
    after = outcome_words(outcome)
    if after == words:
        raise Invalid(_("This is what the minutes say already."), field="verdict")
    _follow(meeting, item, outcome)
    return _write(meeting, Correction.Of.OUTCOME, item, before=words, after=after, why=why, actor=actor)


@transaction.atomic
def notes_correct(*, item: AgendaItem, actor: User, text: str, why: str, edit_number: int) -> Correction:
    """Other notes than the minutes have. `edit_number` as in `item_note`; else `Conflict` (409)."""
    meeting = _held(item.meeting, actor, why)
    row = AgendaItem.objects.get(pk=item.pk)
    if row.notes_edit_number != edit_number:
        raise Conflict(
            _("Someone corrected these notes meanwhile. Yours are not stored: look at theirs first.")
        )
    text = text.strip()
    if text == row.notes:
        raise Invalid(_("This is what the minutes say already."), field="text")
    AgendaItem.objects.filter(pk=item.pk).update(
        notes=text, noted_by=actor, notes_edit_number=edit_number + 1
    )
    return _write(meeting, Correction.Of.NOTES, item, before=row.notes, after=text, why=why, actor=actor)


@transaction.atomic
def minutes_correct(*, meeting: Meeting, actor: User, text: str) -> Correction:
    """Put something right about the minutes as a whole: who was there, what was meant."""
    meeting = _held(meeting, actor, text)
    return _write(meeting, Correction.Of.MINUTES, None, before="", after=text.strip(), why="", actor=actor)


def _held(meeting: Meeting, actor: User, why: str) -> Meeting:
    policies.may_correct(actor, meeting).require()
    if not why.strip():
        raise Invalid(_("Say what was wrong, for those who have read the minutes."), field="why")
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("series__definition")
    return rows.get(pk=meeting.pk)


def _follow(meeting: Meeting, item: AgendaItem, outcome: ItemOutcome) -> None:
    """What the close does with an outcome, done now: the clause's next date, or a place on the next agenda.

    The clause was looked at on the day of the meeting, not on that of the correction.
    """
    is_deferred = outcome.verdict == Verdict.DEFER
    item.status = AgendaItem.Status.DEFERRED if is_deferred else AgendaItem.Status.DONE
    item.save(update_fields=["status"])
    following = later_meeting(meeting)
    if is_deferred and following:
        carry_to_next([item], following)
    if not is_deferred and item.criterion_key and meeting.closed_at:
        day = meeting.closed_at.astimezone(workspace_zone()).date()
        clause_reviewed(
            definition=meeting.series.definition, key=item.criterion_key, on=day, again_on=outcome.review_on
        )


def _write(
    meeting: Meeting,
    of: str,
    item: AgendaItem | None,
    *,
    before: str,
    after: str,
    why: str,
    actor: User,
) -> Correction:
    correction = Correction.objects.create(
        meeting=meeting,
        item=item,
        of=of,
        before=before,
        after=after,
        reason=why.strip(),
        corrected_by=actor,
        corrected_at=timezone.now(),
    )
    url = f"{meeting.get_absolute_url()}#correction-{correction.pk}"
    sentence = _("%(who)s corrected the minutes of %(meeting)s: %(what)s") % {
        "who": actor,
        "meeting": meeting,
        "what": item or correction.after,
    }
    owe_notifications(
        [
            Word(each.person, f"review-correction:{correction.pk}", sentence, url, more=after)
            for each in participations_of(meeting)
            if each.person.is_active and each.person_id != actor.pk
        ],
        topic=Topic.REVIEWS,
    )
    audit.record(
        "minutes.corrected",
        subject=item or meeting,
        actor=actor,
        before={of: before},
        after={of: after},
        note=why.strip(),
    )
    return correction
