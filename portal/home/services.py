"""Writes behind the home page."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.policies import may_manage_workspace
from portal.common import audit
from portal.common.errors import Conflict
from portal.common.models import Notification, User, Workspace
from portal.home import selectors
from portal.seed.workspace import SAMPLE_SIZE, workspace_seed


@transaction.atomic
def notices_read(*, person: User) -> None:
    Notification.objects.filter(person=person, read_at=None).update(read_at=timezone.now())


@transaction.atomic
def sample_data_lay(*, actor: User) -> None:
    """Fill an empty workspace with the sample company, all at once or not at all."""
    may_manage_workspace(actor).require()
    Workspace.objects.select_for_update().get(pk=1)
    if not selectors.is_empty():
        raise Conflict(
            _("This workspace holds leads or a definition already; sample data goes into an empty one.")
        )
    workspace_seed(size=SAMPLE_SIZE, seed=1, actor=actor)
    Workspace.objects.filter(pk=1).update(has_sample_data=True)
    audit.record("workspace.sample_laid", subject=Workspace.objects.get(pk=1), actor=actor)
