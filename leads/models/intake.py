"""Imports: a file on its way in. Every data line ends as one of five counts, and the counts add up."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Import(models.Model):
    """One file. It advances in slices; `position` and the counts move in the slice's own transaction.

    A killed import goes on from `position` (the byte offset behind the last whole slice).
    """

    class Kind(models.TextChoices):
        ACCOUNTS = "accounts", _("Accounts")
        LEADS = "leads", _("Leads")
        ACTIVITIES = "activities", _("Activities")
        OUTCOMES = "outcomes", _("Outcomes")

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("Waiting for its mapping")
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.AutoField(primary_key=True)
    source = models.ForeignKey("leads.Source", on_delete=models.PROTECT, related_name="imports")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    file_name = models.CharField(max_length=250)
    path = models.CharField(max_length=500)  # where the bytes lie, below ACCORD_DATA unless by command
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    encoding = models.CharField(max_length=40, blank=True)
    delimiter = models.CharField(max_length=4, blank=True)
    headers = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.UPLOADED)
    position = models.BigIntegerField(default=0)
    line = models.BigIntegerField(default=0)  # data lines read so far
    created = models.IntegerField(default=0)
    updated = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    duplicates = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    error = models.TextField(blank=True)
    created_by = models.ForeignKey("common.User", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=("uploaded", "queued", "running", "done", "failed", "cancelled")),
                name="import_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    line=models.F("created")
                    + models.F("updated")
                    + models.F("unchanged")
                    + models.F("duplicates")
                    + models.F("rejected")
                ),
                name="every_line_is_counted_once",
            ),
        )

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("leads:import_page", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether a worker has it, or is to have it."""
        return self.status in (Import.Status.QUEUED, Import.Status.RUNNING)


class ImportRejection(models.Model):
    """A line that was not taken, and why."""

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rejections")
    line = models.BigIntegerField()  # the line in the file, the header being line 1
    column = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300)
    cells = models.JSONField(default=list)

    class Meta:
        ordering = ("line",)
        constraints = (models.UniqueConstraint(fields=("batch", "line"), name="one_rejection_per_line"),)

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"


class ImportKey(models.Model):
    """A natural key that this file has already shown; a second line with it is a duplicate in the file."""

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, db_index=False, related_name="+")
    key_hash = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("batch", "key_hash"), name="one_line_per_key_and_import"),
        )

    def __str__(self) -> str:
        return str(self.key_hash)
