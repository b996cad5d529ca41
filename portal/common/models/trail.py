"""What was done, and what people are told of it."""

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


class Topic(models.TextChoices):
    """What a word is about: each person chooses for each whether it comes by mail as well."""

    LEADS = "leads", _("Leads offered to you, withdrawn or given back")
    CLOCKS = "clocks", _("Time that runs out or has run out")
    AGREEMENT = "agreement", _("Ballots and the definition")
    REVIEWS = "reviews", _("Reviews, minutes and actions")


class Notification(models.Model):
    """A word to one person inside the portal, at most once per `key`."""

    person = models.ForeignKey("common.User", on_delete=models.CASCADE, related_name="notifications")
    key = models.CharField(max_length=200)
    sentence = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    topic = models.CharField(
        max_length=16, choices=Topic.choices, default=Topic.LEADS, db_default=Topic.LEADS
    )
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    # When it goes into the day's mail; empty once it has, and for those that never do.
    digest_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("person", "key"), name="one_notification_per_person_and_key"),
        )
        indexes = (
            # The bell: what this person has not read.
            models.Index(fields=("person",), condition=models.Q(read_at=None), name="unread_notifications"),
            # The day's mails that are due.
            models.Index(
                fields=("digest_at", "person"),
                condition=models.Q(digest_at__isnull=False),
                name="notifications_to_digest",
            ),
        )

    def __str__(self) -> str:
        return self.sentence
