"""Mail that is owed: written in the transaction that owes it, sent afterwards by a worker.

A mail is sent at most once per key. If a worker dies between the server's "250 OK" and the update of
the row, the mail goes out a second time after the lease: of the two evils (twice, or never) this is
the smaller, and calendar clients treat a repeated invitation as the same one.
"""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta
from typing import Any

import structlog
from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation

from portal.common import owed
from portal.common.bells import ring_on_commit
from portal.common.models import OutgoingMail, User

LEASE_SECONDS = 60
ATTEMPTS_BEFORE_PARKING = 5
log = structlog.get_logger(__name__)


def owe_mail(
    *,
    key: str,
    subject: str,
    to_user: User | None = None,
    to_email: str = "",
    template: str = "",
    context: dict[str, Any] | None = None,
    text: str = "",
    calendar: str = "",
    calendar_method: str = "",
    sequence_key: str = "",
    due_at: datetime | None = None,
) -> None:
    """Write one mail into the outbox; a second call with the same `key` changes nothing.

    `template` names a pair `<template>.txt` and `<template>.html`; or `text` is given as it is. Mails that
    share a `sequence_key` leave in the order in which they were owed.
    """
    values = {"site_url": settings.SITE_URL, "person": to_user, **(context or {})}
    html = ""
    if template:
        with translation.override(settings.LANGUAGE_CODE):
            text = render_to_string(f"{template}.txt", values)
            html = render_to_string(f"{template}.html", values)
    mail = OutgoingMail(
        key=key,
        to_user=to_user,
        to_email=to_email or (to_user.email if to_user else ""),
        subject=" ".join(subject.split())[:250],
        text=text,
        html=html,
        calendar=calendar,
        calendar_method=calendar_method,
        sequence_key=sequence_key,
        due_at=due_at or timezone.now(),
    )
    OutgoingMail.objects.bulk_create([mail], ignore_conflicts=True)
    ring_on_commit(send_owed_mail)


def _due(now: datetime) -> QuerySet[OutgoingMail]:
    waiting = OutgoingMail.objects.filter(status=OutgoingMail.Status.WAITING)
    earlier = waiting.filter(sequence_key=OuterRef("sequence_key"), id__lt=OuterRef("id")).exclude(
        sequence_key=""
    )
    return waiting.filter(~Exists(earlier), due_at__lte=now).order_by("id")


def oldest_due(now: datetime) -> datetime | None:
    """Since when the oldest unclaimed mail is due."""
    return (
        _due(now)
        .filter(Q(lease_until=None) | Q(lease_until__lte=now))
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first()
    )


@shared_task(name="portal.send_owed_mail")
def send_owed_mail() -> None:
    """Send what is due, one by one, over one connection."""
    with get_connection() as connection:
        while claimed := owed.claim(_due(timezone.now()), seconds=LEASE_SECONDS):
            for mail in claimed:
                _send(mail, connection)


def _send(mail: OutgoingMail, connection: Any) -> None:
    message = EmailMultiAlternatives(mail.subject, mail.text, None, [mail.to_email], connection=connection)
    message.extra_headers["Message-ID"] = f"<{mail.pk}.{mail.created_at:%Y%m%d%H%M%S}@{_mail_host()}>"
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    if mail.calendar:
        message.attach_alternative(
            mail.calendar, f"text/calendar; method={mail.calendar_method}; charset=utf-8"
        )
    mine = OutgoingMail.objects.filter(pk=mail.pk, lease_token=mail.lease_token)
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as error:
        log.warning("mail_not_sent", mail=mail.pk, error=str(error), attempts=mail.attempts)
        is_last = mail.attempts >= ATTEMPTS_BEFORE_PARKING
        # Wait longer after each failure: 1, 2, 4, 8 minutes.
        mine.update(
            error=str(error)[:2000],
            status=OutgoingMail.Status.PARKED if is_last else OutgoingMail.Status.WAITING,
            due_at=timezone.now() + timedelta(minutes=2 ** (mail.attempts - 1)),
            lease_until=None,
        )
    else:
        mine.update(status=OutgoingMail.Status.SENT, sent_at=timezone.now(), error="", lease_until=None)


def _mail_host() -> str:
    return settings.SITE_URL.split("//")[-1].split("/")[0].split(":")[0] or "localhost"
