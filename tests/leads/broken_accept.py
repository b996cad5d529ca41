"""The portal with a broken accept, for the race over HTTP to catch: it reads first and writes then.

`gunicorn tests.leads.broken_accept:application`. Both of the first two have read before either writes: the
gap that a real race hits at times.
"""

from __future__ import annotations

import threading
from contextlib import suppress

from django.db import transaction
from django.utils import timezone

# First, for it loads the apps.
from portal.wsgi import application

# isort: split
from leads.handoffs import services
from leads.models import Handoff, HandoffStatus, Lead
from portal.common.errors import Conflict
from portal.common.models import User

__all__ = ["application"]

_both_have_read = threading.Barrier(2)


def read_then_write(*, handoff: Handoff, actor: User) -> Handoff:
    current = Handoff.objects.select_related("lead__account", "owner").get(pk=handoff.pk)
    if current.status != HandoffStatus.OFFERED:
        raise Conflict(f"{current.owner.get_short_name()} accepted this lead just now.")  # type: ignore[union-attr]
    with suppress(threading.BrokenBarrierError):
        _both_have_read.wait(timeout=20)
    with transaction.atomic():
        now = timezone.now()
        Handoff.objects.filter(pk=current.pk).update(
            status=HandoffStatus.ACCEPTED,
            owner=actor,
            accepted_at=now,
            decided_at=now,
            decided_by=actor,
            follow_up_due_at=now,
        )
        Lead.objects.filter(pk=current.lead_id).update(stage="sal", owner=actor)
    return Handoff.objects.select_related("lead__account", "owner").get(pk=current.pk)


services.handoff_accept = read_then_write
