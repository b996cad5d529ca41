"""What was done, and what is still owed to somebody by mail."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One act. Insert-only: triggers refuse every UPDATE and DELETE (see `audit_triggers`)."""

    at = models.DateTimeField(auto_now_add=True)
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    subject_label = models.CharField(max_length=200)
    # DO_NOTHING: deleting a person would have to update this table. People are deactivated instead.
    actor = models.ForeignKey("common.User", null=True, on_delete=models.DO_NOTHING, related_name="+")
    actor_label = models.CharField(max_length=120)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    request_id = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            # The history panel of one thing, newest first.
            models.Index(fields=("subject_type", "subject_id", "-id"), name="audit_of_subject"),
        )

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_label}"

    @property
    def changes(self) -> list[tuple[str, Any, Any]]:
        """(field, before, after). Templates ask here: a field may be called “items”."""
        return [(name, self.before.get(name), self.after.get(name)) for name in {**self.before, **self.after}]


class OutgoingMail(models.Model):
    """A mail that is owed. Written in the transaction that owes it; sent at most once per `key`."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        PARKED = "parked", _("Parked")

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
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.WAITING)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

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


class Notification(models.Model):
    """A word to one person inside the portal, at most once per `key`."""

    person = models.ForeignKey("common.User", on_delete=models.CASCADE, related_name="notifications")
    key = models.CharField(max_length=200)
    sentence = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("person", "key"), name="one_notification_per_person_and_key"),
        )
        indexes = (
            # The bell: what this person has not read.
            models.Index(fields=("person",), condition=models.Q(read_at=None), name="unread_notifications"),
        )

    def __str__(self) -> str:
        return self.sentence
