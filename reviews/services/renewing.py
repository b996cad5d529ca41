"""Today's evidence on demand: a row says that it is asked for, and a worker counts."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common import audit
from portal.common.bells import ring_on_commit
from portal.common.errors import Conflict
from portal.common.models import User
from reviews import policies
from reviews.models import Meeting
from reviews.selectors.meetings import AHEAD
from reviews.tasks import renew_agendas


@transaction.atomic
def agenda_ask(*, meeting: Meeting, actor: User) -> None:
    """Have the agenda prepared, or its evidence renewed, by the next free worker."""
    policies.may_run_meeting(actor, meeting).require()
    now = timezone.now()
    if not Meeting.objects.filter(pk=meeting.pk, status__in=AHEAD).update(renewal_due_at=now):
        raise Conflict(_("This meeting is over. Its agenda stays as it is."))
    audit.record("meeting.renewal_asked", subject=meeting, actor=actor)
    ring_on_commit(renew_agendas)
