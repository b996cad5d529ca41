"""The secret address of a person's calendar feed: made, renewed, switched off by the person alone."""

from __future__ import annotations

import secrets

from django.db import transaction

from portal.common import audit
from portal.common.models import User
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
