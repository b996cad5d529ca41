"""Mail that is owed: written in the transaction that owes it, sent afterwards by a worker (see `outbox`)."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import Exists, OuterRef, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation

from portal.common import outbox, owed
from portal.common.bells import ring_on_commit
from portal.common.mail_choices import stop_link
from portal.common.models import OutgoingMail, User

# Of one mail, by a server that is there and takes others, or before any server is asked (`ValueError`: an
# address that cannot be written, a header that is none).
REFUSALS = (
    smtplib.SMTPSenderRefused,
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPDataError,
    ValueError,
)
# Well within the time limits of a task, which would end it between a mail that left and its row.
WORK_SECONDS = 120.0


def mail_of(
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
    topic: str = "",
) -> OutgoingMail:
    """The row, not yet written.

    `template` names a pair `<template>.txt` and `<template>.html`; or `text` is given as it is. Mails that
    share a `sequence_key` leave in the order in which they were owed. A mail with a `topic` is one that
    `to_user` can stop; its templates show `stop_link`.
    """
    link = stop_link(to_user, topic) if to_user and topic else ""
    values = {"site_url": settings.SITE_URL, "person": to_user, "stop_link": link, **(context or {})}
    html = ""
    if template:
        with translation.override(settings.LANGUAGE_CODE):
            text = render_to_string(f"{template}.txt", values)
            html = render_to_string(f"{template}.html", values)
    return OutgoingMail(
        key=key,
        to_user=to_user,
        to_email=to_email or (to_user.email if to_user else ""),
        subject=" ".join(subject.split())[:250],
        text=text,
        html=html,
        calendar=calendar,
        calendar_method=calendar_method,
        sequence_key=sequence_key,
        topic=topic,
        due_at=timezone.now(),
    )


def owe_mails(mails: Iterable[OutgoingMail]) -> None:
    """Write these into the outbox; one whose key is there already changes nothing."""
    if OutgoingMail.objects.bulk_create(mails, ignore_conflicts=True):
        ring_on_commit(send_owed_mail)


def owe_mail(**values: Any) -> None:
    """One mail, as `mail_of` takes it; a second call with the same `key` changes nothing."""
    owe_mails([mail_of(**values)])


def _due(now: datetime) -> QuerySet[OutgoingMail]:
    waiting = OutgoingMail.objects.filter(status=OutgoingMail.Status.WAITING)
    earlier = waiting.filter(sequence_key=OuterRef("sequence_key"), id__lt=OuterRef("id")).exclude(
        sequence_key=""
    )
    return outbox.due(waiting.filter(~Exists(earlier)), now)


def oldest_due(now: datetime) -> datetime | None:
    return outbox.oldest(_due(now), now)


@shared_task(name="portal.send_owed_mail")
def send_owed_mail() -> None:
    """Send what is due, one by one, over one connection; none is opened while nothing is due."""
    end = time.monotonic() + WORK_SECONDS
    with closing(get_connection()) as connection:
        while time.monotonic() < end and (
            claimed := owed.claim(_due(timezone.now()), seconds=outbox.LEASE_SECONDS)
        ):
            for mail in claimed:
                _send(mail, connection)


def _send(mail: OutgoingMail, connection: Any) -> None:
    message = EmailMultiAlternatives(mail.subject, mail.text, None, [mail.to_email], connection=connection)
    message.extra_headers["Message-ID"] = f"<{mail.pk}.{mail.created_at:%Y%m%d%H%M%S}@{_mail_host()}>"
    if mail.topic and mail.to_user:
        # RFC 8058: the reader's mail program stops it with one click, without opening a page.
        link = stop_link(mail.to_user, mail.topic)
        message.extra_headers["List-Unsubscribe"] = f"<{link}>"
        message.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    if mail.calendar:
        message.attach_alternative(
            mail.calendar, f"text/calendar; method={mail.calendar_method}; charset=utf-8"
        )
    try:
        connection.open()
        message.send()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        outbox.failed(mail, str(error))
        if not isinstance(error, REFUSALS):
            outbox.put_off(_due(timezone.now()), str(error))
    else:
        outbox.delivered(mail)


def _mail_host() -> str:
    return settings.SITE_URL.split("//")[-1].split("/")[0].split(":")[0] or "localhost"
