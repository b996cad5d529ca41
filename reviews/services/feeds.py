"""Secret addresses of calendars: a person's own, and that of the workspace, which administrators keep."""

from __future__ import annotations

import secrets

from django.db import transaction

from portal.common import audit
from portal.common.models import User, Workspace
from portal.common.selectors import the_workspace
from reviews import policies


@transaction.atomic
def feed_renew(*, actor: User) -> str:
    """A new address; the old one stops working at once. Gives the token, which is not in the audit trail."""
    policies.may_read(actor).require()
    actor.feed_token = secrets.token_urlsafe(32)
    actor.save(update_fields=["feed_token"])
    audit.record("feed.renewed", subject=actor, actor=actor)
    return actor.feed_token


@transaction.atomic
def feed_stop(*, actor: User) -> None:
    """No address any more."""
    actor.feed_token = None
    actor.save(update_fields=["feed_token"])
    audit.record("feed.stopped", subject=actor, actor=actor)


@transaction.atomic
def workspace_feed_renew(*, actor: User) -> None:
    """A new address for the calendar of all reviews; the old one stops working at once."""
    policies.may_manage_workspace_feed(actor).require()
    _set_workspace_token(secrets.token_urlsafe(32))
    audit.record("workspace.feed_renewed", subject=the_workspace(), actor=actor)


@transaction.atomic
def workspace_feed_stop(*, actor: User) -> None:
    """No address any more."""
    policies.may_manage_workspace_feed(actor).require()
    _set_workspace_token("")
    audit.record("workspace.feed_stopped", subject=the_workspace(), actor=actor)


def _set_workspace_token(token: str) -> None:
    Workspace.objects.filter(pk=1).update(feed_token=token)
