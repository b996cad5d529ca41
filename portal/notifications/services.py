"""What people choose to be told by mail; what is tried again; which webhooks are called."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common import audit, outbox
from portal.common.bells import ring_on_commit
from portal.common.errors import Conflict, Invalid
from portal.common.mail import send_owed_mail
from portal.common.mail_choices import DAILY, choices_of
from portal.common.models import Delivery, MailChoice, MailMode, User, Webhook
from portal.common.outside import problem_of
from portal.common.webhooks import Event, new_secret, owe_calls, send_owed_calls
from portal.notifications import policies, selectors

MOST_WEBHOOKS = 20


# -- one's own choice ------------------------------------------------------------------------------------


@transaction.atomic
def mail_choices_set(*, person: User, modes: dict[str, str], digest_hour: int) -> None:
    """What the person wants by mail, for each topic. Daily mails that wait keep the hour they had."""
    before = {**choices_of(person), "digest_hour": person.digest_hour}
    after = {**before, **modes, "digest_hour": digest_hour}
    if after == before:
        return
    _write(person, modes)
    User.objects.filter(pk=person.pk).update(digest_hour=digest_hour)
    person.digest_hour = digest_hour
    _record(person, before, after)


@transaction.atomic
def mail_stop(*, person: User, what: str) -> None:
    """No more mails of this topic; or no more daily ones. Words in the portal stay. Twice is once."""
    before = choices_of(person)
    stopped = [topic for topic, mode in before.items() if what in (topic, DAILY) and _is_stopped(what, mode)]
    if not stopped:
        return
    _write(person, dict.fromkeys(stopped, MailMode.NONE))
    _record(person, before, {**before, **dict.fromkeys(stopped, MailMode.NONE)})


def _is_stopped(what: str, mode: str) -> bool:
    return mode == MailMode.DIGEST if what == DAILY else mode != MailMode.NONE


def _write(person: User, modes: dict[str, str]) -> None:
    MailChoice.objects.bulk_create(
        [MailChoice(person=person, topic=topic, mode=mode) for topic, mode in modes.items()],
        update_conflicts=True,
        unique_fields=["person", "topic"],
        update_fields=["mode"],
    )


def _record(person: User, before: dict[str, Any], after: dict[str, Any]) -> None:
    changed = [name for name in after if after[name] != before[name]]
    audit.record(
        "mail_choices.changed",
        subject=person,
        actor=person,
        before={name: str(before[name]) for name in changed},
        after={name: str(after[name]) for name in changed},
    )


# -- the outbox ------------------------------------------------------------------------------------------


@transaction.atomic
def delivery_retry(*, delivery: Delivery, actor: User) -> None:
    """Try one parked delivery again, with five fresh attempts. Conflict when it is not parked any more."""
    policies.may_manage_outbox(actor).require()
    rows = type(delivery)._default_manager.filter(pk=delivery.pk)
    if not outbox.again(rows):
        raise Conflict(_("It is being tried again already."))
    _ring()
    audit.record("delivery.retried", subject=delivery, actor=actor)


@transaction.atomic
def deliveries_retry(*, actor: User) -> int:
    """Try everything that is parked again; returns how much that is."""
    policies.may_manage_outbox(actor).require()
    total = sum(outbox.again(model._default_manager.all()) for model in selectors.KINDS.values())
    if total:
        _ring()
        audit.record("deliveries.retried", subject=actor, actor=actor, after={"deliveries": total})
    return total


def _ring() -> None:
    ring_on_commit(send_owed_mail)
    ring_on_commit(send_owed_calls)


# -- webhooks --------------------------------------------------------------------------------------------


@transaction.atomic
def webhook_add(*, url: str, actor: User) -> Webhook:
    """Call this address from now on. The row carries the secret, which the portal shows only once."""
    policies.may_manage_webhooks(actor).require()
    problem = problem_of(url)
    if problem:
        raise Invalid(problem, field="url")
    if Webhook.objects.filter(url=url).exists():
        raise Invalid(_("This address is called already."), field="url")
    if Webhook.objects.count() >= MOST_WEBHOOKS:
        raise Invalid(_("%(n)d webhooks are the most there can be.") % {"n": MOST_WEBHOOKS}, field="url")
    webhook = Webhook.objects.create(url=url, secret=new_secret(), created_by=actor)
    audit.record("webhook.added", subject=webhook, actor=actor)
    return webhook


@transaction.atomic
def webhook_remove(*, webhook: Webhook, actor: User) -> None:
    """Call it no more: what still waited for it goes with it, and its secret signs nothing again."""
    policies.may_manage_webhooks(actor).require()
    audit.record("webhook.removed", subject=webhook, actor=actor)
    webhook.delete()


@transaction.atomic
def webhook_try(*, webhook: Webhook, actor: User) -> None:
    """Owe this webhook one call that says nothing, to see whether it arrives."""
    policies.may_manage_webhooks(actor).require()
    now = timezone.now()
    owe_calls(
        [Event("webhook.tried", f"tried:{now.isoformat()}", now, {"by": actor.email})], webhooks=[webhook]
    )
    audit.record("webhook.tried", subject=webhook, actor=actor)
