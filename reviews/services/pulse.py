"""Answering the pulse question of a review."""

from __future__ import annotations

from django.db import transaction

from portal.common import audit
from portal.common.models import User
from reviews import policies
from reviews.models import Meeting, PulseAnswer


@transaction.atomic
def pulse_answer(*, meeting: Meeting, actor: User, score: int, sentence: str = "") -> PulseAnswer:
    """Say from 1 to 5 how well the agreement serves one; a later answer takes the place of an earlier one.

    The trail tells that somebody answered and not what, since answers are shown without names.
    """
    # Whoever opens the meeting at this moment comes first or second: what is shown then changes no more.
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    policies.may_answer_pulse(actor, meeting).require()
    answer, _created = PulseAnswer.objects.update_or_create(
        meeting=meeting, person=actor, defaults={"score": score, "sentence": sentence.strip()[:300]}
    )
    audit.record("pulse.answered", subject=meeting, actor=actor)
    return answer
