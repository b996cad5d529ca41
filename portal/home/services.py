"""Writes behind the home page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.policies import may_manage_workspace
from portal.accounts.selectors import has_sample_people
from portal.common import audit
from portal.common.errors import Conflict
from portal.common.models import Notification, User, Workspace
from portal.home import selectors
from portal.seed.workspace import SAMPLE_SIZE, Size, silent, workspace_seed


@transaction.atomic
def notices_read(*, person: User) -> None:
    """All words to this person have been read. No entry in the trail: it is nobody else's matter."""
    Notification.objects.filter(person=person, read_at=None).update(read_at=timezone.now())


@transaction.atomic
def sample_data_lay(
    *,
    actor: User | None,
    size: Size = SAMPLE_SIZE,
    seed: int = 1,
    now: datetime | None = None,
    progress: Callable[[str, int], None] = silent,
) -> None:
    """Fill an empty workspace with the sample company, all at once or not at all; else Conflict.

    `actor` None is a person at the machine's own prompt. For the rest see `workspace_seed`.
    """
    if actor is not None:
        may_manage_workspace(actor).require()
    workspace = Workspace.objects.select_for_update().get(pk=1)
    if not selectors.is_empty() or has_sample_people():
        raise Conflict(
            _(
                "This workspace holds leads, a definition or the sample people already; "
                "sample data goes into an empty one."
            )
        )
    workspace_seed(size=size, seed=seed, actor=actor, now=now, progress=progress)
    Workspace.objects.filter(pk=1).update(has_sample_data=True)
    audit.record("workspace.sample_laid", subject=workspace, actor=actor, after={"seed": seed})
