"""Webhooks: what happened, told to other programs by a signed POST, from the outbox.

The form is that of Standard Webhooks: the headers `webhook-id`, `webhook-timestamp` (Unix seconds) and
`webhook-signature`, which is `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` with the secret.
A receiver that sees an id twice has had it before.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from celery import shared_task
from django.db.models import QuerySet
from django.utils import timezone

from portal.common import outbox, owed
from portal.common.bells import ring_on_commit
from portal.common.models import OutgoingCall, Webhook
from portal.common.outside import CallFailed, post

SECRET_PREFIX = "whsec_"
SECRET_BYTES = 32
# Well within the time limits of a task; what is left is rung for again in ten seconds.
WORK_SECONDS = 120.0


@dataclass(frozen=True)
class Event:
    """What happened: `kind` is `noun.past`, `data` is ready for JSON, `key` makes it the same event."""

    kind: str
    key: str
    at: datetime
    data: dict[str, Any]


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def owe_calls(events: Iterable[Event], webhooks: Iterable[Webhook] | None = None) -> None:
    """Write one call of every webhook for each event; a second one with the same `key` changes nothing."""
    hooks = list(Webhook.objects.all() if webhooks is None else webhooks)
    calls = [
        OutgoingCall(webhook=hook, key=event.key, event=event.kind, body=_body(event), due_at=timezone.now())
        for event in (events if hooks else ())
        for hook in hooks
    ]
    if OutgoingCall.objects.bulk_create(calls, ignore_conflicts=True):
        ring_on_commit(send_owed_calls)


def _body(event: Event) -> str:
    said = {"type": event.kind, "timestamp": event.at.isoformat(), "data": event.data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def signature(secret: str, message_id: str, timestamp: int, body: str) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, f"{message_id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _due(now: datetime) -> QuerySet[OutgoingCall]:
    return outbox.due(OutgoingCall.objects.all(), now)


def oldest_due(now: datetime) -> datetime | None:
    return outbox.oldest(_due(now), now)


@shared_task(name="portal.send_owed_calls")
def send_owed_calls() -> None:
    """Make the calls that are due. A webhook that fails is left alone for a minute: others go on."""
    end = time.monotonic() + WORK_SECONDS
    while time.monotonic() < end and (
        claimed := owed.claim(_due(timezone.now()), seconds=outbox.LEASE_SECONDS)
    ):
        for call in claimed:
            _make(call)


def _make(call: OutgoingCall) -> None:
    hook, timestamp = call.webhook, int(time.time())
    message_id = f"msg_{call.pk}"
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Accord",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(hook.secret, message_id, timestamp, call.body),
    }
    try:
        post(hook.url, call.body.encode(), headers)
    except CallFailed as error:
        outbox.failed(call, str(error))
        outbox.put_off(_due(timezone.now()).filter(webhook=hook), str(error))
    else:
        outbox.delivered(call)
