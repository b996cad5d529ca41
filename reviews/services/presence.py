"""Who is in the room, and how sure each of them is at the end."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from portal.common import audit
from portal.common.errors import Invalid
from portal.common.models import User
from reviews import policies
from reviews.models import Meeting, Participation
from reviews.services.meetings import hold_for_taking_part


@transaction.atomic
def attendance_set(
    *, meeting: Meeting, actor: User, present: Collection[int], absent: Collection[int] = ()
) -> int:
    """Who is in the room and who is not, by person id; others stay as they are. Says how many are there.

    Those who run the meeting say it of everybody; whoever is invited says “I am here”.
    """
    if set(present) == {actor.pk} and not absent:
        policies.may_be_present(actor, meeting).require()
    else:
        policies.may_run_meeting(actor, meeting).require()
    hold_for_taking_part(meeting, actor)
    seats = Participation.objects.filter(meeting=meeting)
    seats.filter(person__in=present).update(was_present=True)
    seats.filter(person__in=absent).update(was_present=False)
    count = seats.filter(was_present=True).count()
    audit.record("meeting.attendance_noted", subject=meeting, actor=actor, after={"present": count})
    return count


@transaction.atomic
def confidence_say(*, meeting: Meeting, actor: User, score: int, sentence: str = "") -> Participation:
    """The closing round: how sure this person is, 1 to 5, that what was decided is right."""
    policies.may_say_confidence(actor, meeting).require()
    if score not in range(1, 6):
        raise Invalid(_("Choose a number from 1 to 5."), field="score")
    hold_for_taking_part(meeting, actor)
    participation = Participation.objects.get(meeting=meeting, person=actor)
    participation.confidence = score
    participation.confidence_sentence = sentence.strip()[:300]
    participation.was_present = True
    participation.save(update_fields=["confidence", "confidence_sentence", "was_present"])
    audit.record("meeting.confidence_said", subject=meeting, actor=actor, after={"confidence": score})
    return participation
