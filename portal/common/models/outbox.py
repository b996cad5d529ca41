"""The outbox: what is owed to somebody outside, by mail or by webhook, and what each person wants by mail.

A row is written in the transaction that owes it, and delivered afterwards by a worker that leases it.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.common.models.trail import Topic


class Delivery(models.Model):
    """What a mail and a call have in common: when it is due, whose lease, how often, what went wrong."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        PARKED = "parked", _("Parked")

    # The fields that hold what is said: empty once it has been.
    CONTENTS: ClassVar[tuple[str, ...]] = ()

    status = models.CharField(max_length=16, choices=Status.choices, default=Status.WAITING)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        abstract = True


class OutgoingMail(Delivery):
    """A mail that is owed. Written in the transaction that owes it; sent at most once per `key`."""

    CONTENTS = ("subject", "text", "html", "calendar")

    key = models.CharField(max_length=200, unique=True)  # what makes it the same mail
    # Mails of one sequence leave in order of id (a CANCEL never overtakes its REQUEST).
    sequence_key = models.CharField(max_length=120, blank=True)
    to_email = models.EmailField()
    to_user = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True)
    calendar = models.TextField(blank=True)
    calendar_method = models.CharField(max_length=16, blank=True)
    # What its link to stop stops: a topic, or the daily mail. Empty: it is not a matter of choice.
    topic = models.CharField(max_length=16, blank=True, default="", db_default="")

    class Meta:
        ordering = ("id",)
        indexes = (
            # The sweep: what is owed now, oldest first.
            models.Index(fields=("due_at", "id"), condition=models.Q(status="waiting"), name="mail_waiting"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(status__in=("waiting", "sent", "parked")), name="mail_status_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} → {self.to_email}"


class Webhook(models.Model):
    """An address that is called when a clock passes a threshold. The secret signs what is sent."""

    url = models.URLField(_("address"), max_length=500)
    secret = models.CharField(max_length=80)
    created_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.url


class OutgoingCall(Delivery):
    """One call of a webhook, at most once per webhook and `key`."""

    CONTENTS = ("body",)

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="calls")
    key = models.CharField(max_length=200)
    event = models.CharField(max_length=60)
    body = models.TextField()  # JSON, as it is signed and sent

    class Meta:
        ordering = ("id",)
        indexes = (
            # The sweep: what is owed now, oldest first.
            models.Index(fields=("due_at", "id"), condition=models.Q(status="waiting"), name="call_waiting"),
        )
        constraints = (
            models.UniqueConstraint(fields=("webhook", "key"), name="one_call_per_webhook_and_key"),
            models.CheckConstraint(
                condition=models.Q(status__in=("waiting", "sent", "parked")), name="call_status_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.event} → {self.webhook}"


class MailMode(models.TextChoices):
    IMMEDIATE = "immediate", _("At once")
    DIGEST = "digest", _("Once a day")
    NONE = "none", _("Not by mail")


class MailChoice(models.Model):
    """Whether the words of one topic reach a person by mail. Without a row: at once."""

    person = models.ForeignKey("common.User", on_delete=models.CASCADE, related_name="mail_choices")
    topic = models.CharField(max_length=16, choices=Topic.choices)
    mode = models.CharField(max_length=16, choices=MailMode.choices)

    class Meta:
        ordering = ("person", "topic")
        constraints = (
            models.UniqueConstraint(fields=("person", "topic"), name="one_mail_choice_per_topic"),
            models.CheckConstraint(condition=models.Q(mode__in=MailMode.values), name="mail_mode_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.topic}: {self.mode}"
